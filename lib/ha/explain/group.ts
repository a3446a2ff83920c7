/** Why a group of haresources is where it is, and why the other node does not have it. Pure. */
import type { ClusterSnapshot, NodeSnapshot } from '../../heartbeat/cluster/snapshot.js';
import type { HeartbeatSnapshot } from '../../heartbeat/snapshot.js';
import { spanText } from '../../ldirectord/cli/status-table.js';
import { type Explanation, explanation, type Part, type Subject } from './explanation.js';
import { haCfDecision } from './files.js';
import { absence } from './node.js';
import {
  ago,
  decisionsOf,
  failedStart,
  type Group,
  gained,
  heartbeatEvents,
  lastJob,
  listed,
  newest,
  partnerIn,
  type Scene,
} from './scene.js';

/** The words of jobs that say how a group came to a node. */
const HANDED_OVER = 'a hand-over was asked for';
const OURS = 'these are our own groups';

/** A group that could not be started is with the other node by then, in milliseconds (heartbeat reference 2.6). */
const HANDED_ON_WITHIN = 120_000;

interface Sight {
  readonly scene: Scene;
  readonly snapshot: HeartbeatSnapshot;
  readonly cluster: ClusterSnapshot;
  readonly group: Group;
  readonly subject: Subject;
}

/** Who has the group, and who could have it; undefined: there is no such node in the snapshot. */
interface Sides extends Sight {
  readonly holder: string;
  readonly other: NodeSnapshot | undefined;
}

const order = ({ group }: Sight): Part => ({
  because: [`${group.node} stands first in its line of haresources: it has it when both nodes are well.`],
  decidedBy: [group.decision],
});

/** The commands that bring the group from its holder to the other node. */
const moveBy = ({ group, holder, other, cluster }: Sides): string => {
  if (other === undefined) return `Nothing: there is no other node that could have it.`;
  if (cluster.autoFailback === 'legacy')
    return `Stop heartbeat on ${holder}: hb_standby does not work with auto_failback legacy.`;
  const given = group.node === holder ? 'local' : 'foreign';
  const taken = group.node === other.name ? 'local' : 'foreign';
  return `hb_standby ${given} on ${holder}, or hb_takeover ${taken} on ${other.name}, moves it to ${other.name}.`;
};

const partOf = ({ group, cluster }: Sight, name: string): 'local' | 'foreign' => {
  const isPreferred = group.node === name;
  // A third node stands in for nobody; what is not its own is foreign to it.
  return isPreferred || (name !== cluster.self && group.node !== cluster.self) ? 'local' : 'foreign';
};

/** How the holder came to have it, as far as the journal tells. */
const arrival = (sides: Sides): Part & { readonly cause?: string } => {
  const { scene, group, cluster, holder } = sides;
  const events = heartbeatEvents(scene);
  const event = gained(events, holder, partOf(sides, holder));
  const job = lastJob(events, partOf(sides, cluster.self));
  const cause = job?.cause;
  if (event === undefined) return cause === undefined ? {} : { cause };
  const when = ago(scene, event.wall);
  if (cause === undefined || cause === OURS || (holder !== cluster.self && cause !== HANDED_OVER))
    return { because: [`${holder} has it since ${when}.`], ...(cause === undefined ? {} : { cause }) };
  const verb = group.node === holder ? 'came to' : 'was taken by';
  return { because: [`It ${verb} ${holder} ${when}, because ${cause}.`], cause };
};

/** On the node that stands first. */
const preferred = (sides: Sides): Part => {
  const { scene, snapshot, holder, other } = sides;
  if (other === undefined) return {};
  const trouble = absence(scene, snapshot, other);
  if (trouble !== undefined) return trouble;
  const limit = haCfDecision(scene.files, 'deadtime');
  const dead = other.self ? 'nothing is heard of it' : `nothing is heard of ${holder}`;
  return {
    notElsewhere: [
      `${other.name} is active, and takes it only when ${dead} for ${spanText(other.self ? deadAfterOf(sides) : other.deadAfter)}, or when ${holder} leaves or hands it over.`,
    ],
    decidedBy: [limit],
    wouldChange: [moveBy(sides)],
  };
};

const deadAfterOf = ({ cluster, holder }: Sides): number =>
  cluster.nodes.find(({ name }) => name === holder)?.deadAfter ?? 0;

/** What auto_failback does when the node that stands first is well again. */
const failbackWhenBack = ({ cluster, group, holder, scene }: Sides): Part => {
  const { autoFailback } = cluster;
  const decidedBy = [haCfDecision(scene.files, 'auto_failback')];
  switch (autoFailback) {
    case 'on':
      return { decidedBy, wouldChange: [`With auto_failback on it then goes back to ${group.node} by itself.`] };
    case 'off':
      return {
        decidedBy,
        wouldChange: [
          `With auto_failback off it stays on ${holder} even then, until somebody says hb_takeover local on ${group.node} or hb_standby foreign on ${holder}.`,
        ],
      };
    default:
      return { decidedBy, wouldChange: [`With auto_failback legacy ${group.node} then asks for it and gets it.`] };
  }
};

/** What auto_failback does, with both nodes well: nothing. */
const failbackNow = (sides: Sides, cause: string | undefined): Part => {
  const { cluster, group, scene } = sides;
  const decision = haCfDecision(scene.files, 'auto_failback');
  const decidedBy = [decision];
  const edit = `Or set auto_failback on in ${decision.file}${decision.line === null ? '' : `:${decision.line}`} on both nodes: then it goes back by itself after the next death.`;
  switch (cluster.autoFailback) {
    case 'off':
      return {
        notElsewhere: [`${group.node} is active, but with auto_failback off nothing goes back to it by itself.`],
        decidedBy,
        wouldChange: [moveBy(sides), edit],
      };
    case 'on':
      if (cause === HANDED_OVER)
        return {
          notElsewhere: [
            `${group.node} is active, but auto_failback on gives back only what was taken from a dead node, not what was handed over.`,
          ],
          decidedBy,
          wouldChange: [moveBy(sides)],
        };
      return {
        notElsewhere: [
          `${group.node} is active again; auto_failback on gives it back as soon as nothing moves on either node.`,
        ],
        decidedBy,
        wouldChange: ['Wait; ha events --follow shows when it goes.', moveBy(sides)],
      };
    default:
      return {
        notElsewhere: [
          `${group.node} is active; with auto_failback legacy it asks for its groups when it starts, and has not got this one.`,
        ],
        decidedBy,
        wouldChange: [
          `Start heartbeat on ${group.node} again: it asks for its groups once more.`,
          `Set auto_failback to on or off on both nodes: hb_standby and hb_takeover work then.`,
        ],
      };
  }
};

/** On the other node in place of the one that stands first. */
const inPlace = (sides: Sides): readonly Part[] => {
  const { scene, snapshot, group, holder, other } = sides;
  const { cause, ...came } = arrival(sides);
  const first = { because: [`${group.node} stands first in its line of haresources, and ${holder} stands in for it.`] };
  const begin: Part = { ...first, decidedBy: [group.decision] };
  if (other === undefined) return [begin, came];
  const trouble = absence(scene, snapshot, other);
  return trouble === undefined
    ? [begin, came, failbackNow(sides, cause)]
    : [begin, came, trouble, failbackWhenBack(sides)];
};

/** How far a hand-over is (heartbeat reference 6.5), seen from here. */
const HAND_OVER: Readonly<Record<'me' | 'other' | 'done', string>> = {
  me: 'this node gives away',
  other: 'the other node stops what this one is to have',
  done: 'the node that gets it starts it',
};

const moving = ({ cluster }: Sight): Part => {
  if (cluster.jobs === 0 && cluster.standby === 'not') return {};
  const what =
    cluster.standby === 'not'
      ? `${cluster.jobs} resource ${cluster.jobs === 1 ? 'job is' : 'jobs are'} under way on ${cluster.self}`
      : `a hand-over is under way, and ${HAND_OVER[cluster.standby]}`;
  return {
    because: [`Something moves just now: ${what}.`],
    wouldChange: ['Wait until nothing moves; ha events --follow shows it.'],
  };
};

/** The start of one of its resources failed here. */
const failure = ({ scene, group, cluster }: Sight): Part & { readonly failedAt?: number } => {
  const event = failedStart(
    heartbeatEvents(scene),
    group.resources.map(({ word }) => word),
  );
  if (event === undefined) return {};
  const { resource, wall, cause } = event;
  const [agent = '', ...args] = resource.split('::');
  const script = /^\d/.test(resource) ? `IPaddr ${resource}` : [agent, ...args].join(' ');
  return {
    failedAt: wall,
    because: [
      `${resource} could not be started on ${cluster.self} ${ago(scene, wall)}${cause === undefined ? '' : ` (${cause})`}, so its group was given up there; half a minute later it is offered to the other node, if that is up.`,
    ],
    decidedBy: decisionsOf(scene.files, event, 'group'),
    wouldChange: [
      `Try it by hand on ${cluster.self} (/etc/ha.d/resource.d/${script} start), repair what it says, then hb_standby and hb_takeover move the group.`,
    ],
  };
};

const held = (sight: Sight, holderName: string): Explanation => {
  const { scene, group, cluster, subject } = sight;
  const otherName = holderName === group.node ? partnerOf(sight, holderName) : group.node;
  const other = cluster.nodes.find(({ name }) => name === otherName);
  const sides: Sides = { ...sight, holder: holderName, other };
  const { failedAt, ...tried } = failure(sight);
  const isHere = holderName === cluster.self;
  const event = gained(heartbeatEvents(scene), holderName, partOf(sight, holderName));
  const isPreferred = holderName === group.node;
  const isFor = event === undefined ? '' : `${isPreferred ? '' : ','} for ${spanText(scene.status.at - event.wall)}`;
  const where = `on ${holderName}${isPreferred ? '' : `, in place of ${group.node}`}${isFor}`;
  const what =
    failedAt === undefined || !isHere
      ? `${subject.name} is ${where}.`
      : `${subject.name} belongs to ${holderName} now, but it is not up there.`;
  // What failed here is why the other node has it now, if it got it then.
  const isWhy = isHere || event === undefined || (failedAt ?? 0) >= event.wall - HANDED_ON_WITHIN;
  const failed: Part = isHere ? tried : isWhy ? { ...tried, because: [], notElsewhere: tried.because ?? [] } : {};
  const came = arrival(sides);
  const reasons = isPreferred ? [order(sight), { because: came.because ?? [] }, preferred(sides)] : inPlace(sides);
  return explanation(subject, what, [failed, moving(sight), ...reasons]);
};

const partnerOf = ({ cluster }: Sight, name: string): string | undefined =>
  name === cluster.self ? partnerIn(cluster)?.name : cluster.self;

const nowhere = (sight: Sight): Explanation => {
  const { scene, snapshot, cluster, subject } = sight;
  const { failedAt, ...failed } = failure(sight);
  const life = newest(heartbeatEvents(scene), 'daemon');
  const leaving: Part =
    life?.change === 'stopping'
      ? {
          because: [`heartbeat has been stopping on ${cluster.self} for ${spanText(scene.status.at - life.wall)}.`],
          wouldChange: [`Start heartbeat on ${cluster.self} again when it has ended.`],
        }
      : {};
  const other = partnerIn(cluster);
  const trouble = other === undefined ? undefined : absence(scene, snapshot, other);
  const fencing = other?.status === 'dead' && scene.files.config?.fencing !== undefined;
  const fenced: Part = fencing
    ? {
        because: [`${other.name} may still run it: it is taken only after the fencing device has reset ${other.name}.`],
        decidedBy: ['stonith', 'stonith_host']
          .map((name) => haCfDecision(scene.files, name))
          .filter(({ line }) => line !== null),
      }
    : {};
  const orphan: Part =
    failedAt === undefined && life?.change !== 'stopping' && trouble === undefined && other !== undefined
      ? {
          because: [
            `Both nodes are up and neither holds it: its node adopts it after a few seconds in which nothing moves.`,
          ],
        }
      : {};
  return explanation(subject, `${subject.name} is on no node.`, [
    failed,
    leaving,
    fenced,
    moving(sight),
    orphan,
    order(sight),
    trouble ?? {},
    { wouldChange: ['hb_takeover on the node that shall have it.'] },
  ]);
};

const both = (sight: Sight): Explanation => {
  const { scene, cluster, subject } = sight;
  const other = partnerIn(cluster);
  const death = newest(heartbeatEvents(scene), 'node', ({ name, to }) => name === other?.name && to === 'dead');
  const links = other?.links ?? [];
  return explanation(subject, `${subject.name} is on both nodes.`, [
    {
      because: [
        death === undefined
          ? 'Each node took it while it did not hear the other one.'
          : `Each node took it while it did not hear the other one: here ${other?.name} was dead ${ago(scene, death.wall)} (${death.cause ?? 'no cause is known'}).`,
        'They hear each other again; one of them gives it up within seconds, and the other one announces it.',
      ],
      decidedBy: death === undefined ? [] : decisionsOf(scene.files, death, 'deadtime'),
    },
    order(sight),
    {
      wouldChange: [
        `Wait some seconds; if it stays, say hb_standby on the node that shall not have it.`,
        links.length > 1
          ? `Look after the links ${listed(links.map(({ name }) => name))}: all of them failed at once.`
          : `Give the nodes a second, independent link (a further bcast, ucast or serial line in ${scene.files.haCf}): then one broken cable does not part them.`,
      ],
    },
  ]);
};

const unknown = (sight: Sight): Explanation => {
  const { scene, snapshot, cluster, subject } = sight;
  const other = partnerIn(cluster);
  const what = `Where ${subject.name} is, is not known yet.`;
  const waits: Part = cluster.communicationUp
    ? {}
    : {
        because: [
          `heartbeat began here ${ago(scene, snapshot.started)}, and takes nothing before the other node was heard or initdead is over.`,
        ],
        decidedBy: [haCfDecision(scene.files, 'initdead')],
        wouldChange: ['Wait until initdead is over; it then takes what nobody has.'],
      };
  const legacy: Part =
    cluster.autoFailback === 'legacy' && cluster.communicationUp
      ? {
          because: ['With auto_failback legacy the nodes do not tell each other group by group what they hold.'],
          decidedBy: [haCfDecision(scene.files, 'auto_failback')],
          wouldChange: [`Ask on the other node: ha explain ${subject.name}`],
        }
      : {};
  const trouble = other === undefined ? undefined : absence(scene, snapshot, other);
  return explanation(subject, what, [waits, legacy, order(sight), trouble ?? {}]);
};

/** heartbeat says nothing: what the files and the journal tell. */
const silent = (scene: Scene, group: Group, subject: Subject, problem: string): Explanation => {
  const last = heartbeatEvents(scene).at(-1);
  const self = last?.node;
  const hold = self === undefined ? undefined : newest(heartbeatEvents(scene), 'holding', ({ name }) => name === self);
  const ended = last?.type === 'daemon' && last.change === 'stopped';
  const past =
    last === undefined
      ? []
      : ended
        ? [`heartbeat was stopped here ${ago(scene, last.wall)}: then it gave up what it had.`]
        : [
            `The journal of heartbeat ends ${ago(scene, last.wall)} without a stop: it was killed, or the machine went down. ${hold === undefined ? '' : `It held ${hold.to} resources then.`}`.trim(),
          ];
  return explanation(subject, `Where ${subject.name} is cannot be said from here.`, [
    { because: [`heartbeat: ${problem}.`, ...past] },
    {
      because: [`${group.node} stands first in its line of haresources: it has it when both nodes are well.`],
      decidedBy: [group.decision],
      wouldChange: [
        'If heartbeat does not run here, start it (ha-heartbeat, or the service of this machine).',
        `Ask on the other node: ha explain ${subject.name}`,
      ],
    },
  ]);
};

/** Explains where a group is, under the name by which somebody asked for it. */
export const explainGroup = (scene: Scene, group: Group, subject: Subject): Explanation => {
  const { heartbeat } = scene.status;
  if (heartbeat.snapshot === null) return silent(scene, group, subject, heartbeat.problem);
  const { snapshot, stale, age } = heartbeat;
  const { cluster } = snapshot;
  if (cluster === null) return silent(scene, group, subject, 'it has not begun yet');
  const sight: Sight = { scene, snapshot, cluster, group, subject };
  const found = placed(sight);
  if (!stale) return found;
  return {
    ...found,
    what: `${spanText(age)} ago: ${found.what}`,
    because: [`heartbeat has not answered for ${spanText(age)}, so this may be out of date.`, ...found.because],
    wouldChange: ['See why heartbeat does not answer: its log, and the load of this machine.', ...found.wouldChange],
  };
};

const placed = (sight: Sight): Explanation => {
  const { group, cluster } = sight;
  switch (group.place) {
    case 'here':
      return held(sight, cluster.self);
    case 'there':
      return held(sight, partnerIn(cluster)?.name ?? group.node);
    case 'nowhere':
      return cluster.communicationUp ? nowhere(sight) : unknown(sight);
    case 'both':
      return both(sight);
    case 'unknown':
      return unknown(sight);
  }
};
