/** What a step has changed, as events: seen from outside, by comparing the state before and after. */
import type { Happening, Reason } from '../../events/event.js';
import type { Millis } from '../../time.js';
import type { ClusterEvent, NodeName } from './interface.js';
import { partner } from './partner.js';
import type { ClusterState, Job, NodeState, Purpose } from './state.js';

/** A happening with the name of the directive that decided it; whoever has the files knows its line. */
export type Observed = Happening & { readonly directive?: string };

const purposeText = (purpose: Purpose): string => {
  switch (purpose.kind) {
    case 'ours':
      return 'these are our own groups';
    case 'takeover':
    case 'script':
      return `${purpose.from} is dead`;
    case 'cleanup':
      return 'the last run did not end by itself';
    case 'standbyRelease':
    case 'standbyAcquire':
      return 'a hand-over was asked for';
    case 'kept':
      return 'they were kept by a reload';
    case 'conflict':
      return 'both nodes had them';
    case 'orphan':
      return 'no node had them';
    case 'shutdown':
      return 'heartbeat is being stopped';
    case 'legacyTake':
      return `${purpose.key} was asked for`;
    case 'legacyGive':
      return `${purpose.to} has asked for ${purpose.key}`;
  }
};

/** Why a node counts as dead: how long nothing was heard of it, and which directive sets the limit. */
const deathReason = (state: ClusterState, node: NodeState, mono: Millis): Reason & { readonly directive: string } => {
  const since = node.statusAt ?? state.startedAt ?? mono;
  const cause = `nothing heard for ${Math.round(mono - since)} ms`;
  if (node.type === 'ping') return { cause, directive: 'deadping' };
  return { cause, directive: state.communication.phase === 'up' ? 'deadtime' : 'initdead' };
};

const nodeHappenings = (before: ClusterState, was: NodeState, is: NodeState, mono: Millis): readonly Observed[] => {
  const happenings: Observed[] = [];
  if (was.links !== is.links)
    for (const [index, { name: link, status: to }] of is.links.entries()) {
      const from = was.links[index]?.status;
      if (from !== undefined && from !== to) happenings.push({ type: 'link', name: is.name, link, from, to });
    }
  if (was.status !== is.status) {
    const reason = is.status === 'dead' ? deathReason(before, was, mono) : {};
    happenings.push({ type: 'node', name: is.name, from: was.status, to: is.status, ...reason });
  }
  return happenings;
};

const changedNodes = (before: ClusterState, after: ClusterState, mono: Millis): readonly Observed[] => {
  if (before.nodes === after.nodes) return [];
  const happenings: Observed[] = [];
  for (const [name, is] of after.nodes) {
    const was = before.nodes.get(name);
    if (was !== undefined && was !== is && name !== after.settings.self)
      happenings.push(...nodeHappenings(before, was, is, mono));
    if (was === undefined) happenings.push({ type: 'node', name, from: 'unknown', to: is.status });
  }
  for (const [name, { status }] of before.nodes)
    if (!after.nodes.has(name)) happenings.push({ type: 'node', name, from: status, to: 'deleted' });
  return happenings;
};

const holding = (name: NodeName, from: string, to: string): readonly Observed[] =>
  from === to ? [] : [{ type: 'holding', name, from, to }];

const changedResources = (before: ClusterState, after: ClusterState): readonly Observed[] => {
  const [was, is] = [before.resources, after.resources];
  if (was === is) return [];
  const other = partner(after)?.name;
  const standby: readonly Observed[] =
    was.standby.state === is.standby.state ? [] : [{ type: 'standby', from: was.standby.state, to: is.standby.state }];
  return [
    ...holding(after.settings.self, was.hold, is.hold),
    ...(other === undefined ? [] : holding(other, was.otherHold, is.otherHold)),
    ...standby,
  ];
};

const jobOf = ({ job, scope, purpose }: Job): Pick<Observed & { type: 'job' }, 'type' | 'job' | 'scope' | 'cause'> => ({
  type: 'job',
  job,
  scope,
  cause: purposeText(purpose),
});

const changedJobs = (before: ClusterState, after: ClusterState, event: ClusterEvent): readonly Observed[] => {
  if (before.jobs === after.jobs) return [];
  const ended = before.jobs.filter(({ job }) => !after.jobs.some((one) => one.job === job));
  const begun = after.jobs.filter(({ job }) => !before.jobs.some((one) => one.job === job));
  const outcome = event.type === 'jobDone' ? { outcome: event.outcome } : {};
  return [
    ...ended.map((job): Observed => ({ ...jobOf(job), step: 'ended', ...outcome })),
    ...begun.map((job): Observed => ({ ...jobOf(job), step: 'begun' })),
  ];
};

const changedHealth = (before: ClusterState, after: ClusterState): readonly Observed[] => {
  const [was, is] = [before.health, after.health];
  if (was === undefined || is === undefined || was.is === is.is) return [];
  return [{ type: 'health', from: was.is, to: is.is, failing: is.failing }];
};

/** Stopping and reloading begin when they are asked for. */
const changedLife = (before: ClusterState, after: ClusterState): readonly Observed[] => [
  ...(before.stop.phase === 'none' && after.stop.phase !== 'none'
    ? [{ type: 'daemon', change: 'stopping' } as const]
    : []),
  ...(before.reload.phase === 'none' && after.reload.phase !== 'none'
    ? [{ type: 'daemon', change: 'reloading' } as const]
    : []),
];

/** The events of one step, in the order in which an onlooker would tell them. Cheap when nothing has changed. */
export const happenings = (
  before: ClusterState,
  after: ClusterState,
  event: ClusterEvent,
  mono: Millis,
): readonly Observed[] => {
  if (before === after) return [];
  const late: readonly Observed[] = event.type === 'stalled' ? [{ type: 'late', duration: event.late }] : [];
  const own: readonly Observed[] =
    before.status === after.status
      ? []
      : [{ type: 'node', name: after.settings.self, from: before.status, to: after.status }];
  return [
    ...late,
    ...changedLife(before, after),
    ...own,
    ...changedNodes(before, after, mono),
    ...changedHealth(before, after),
    ...changedResources(before, after),
    ...changedJobs(before, after, event),
  ];
};
