/** Why a node counts as it does, and why it takes nothing. Pure. */
import type { NodeSnapshot } from '../../heartbeat/cluster/snapshot.js';
import type { HeartbeatSnapshot } from '../../heartbeat/snapshot.js';
import { spanText } from '../../ldirectord/cli/status-table.js';
import type { Decision, Explanation, Part } from './explanation.js';
import { explanation } from './explanation.js';
import { decisionAt, haCfDecision } from './files.js';
import { ago, decisionsOf, type Event, groupsOf, heartbeatEvents, listed, newest, type Scene } from './scene.js';

/** Where monitors are set up. */
export const SUITE_FILE = '/etc/ha.d/ha-suite.ini';

const startText = (name: string): string =>
  `Start heartbeat on ${name} (ha-heartbeat, or the service of that machine).`;

/** `lb1 has been dead for 12 min`, as far as it is known since when. */
const stateText = (scene: Scene, snapshot: HeartbeatSnapshot, name: string, state: string): string => {
  const at = snapshot.since[`node ${name}`];
  return at === undefined ? `${name} is ${state}` : `${name} has been ${state} for ${spanText(scene.status.at - at)}`;
};

/** Whether the node said, in its last life, that it holds nothing: heartbeat was stopped there, and not killed. */
const gaveUp = (scene: Scene, { name }: NodeSnapshot, death: Event<'node'>): boolean => {
  const before = heartbeatEvents(scene).slice(0, heartbeatEvents(scene).indexOf(death));
  return newest(before, 'holding', (event) => event.name === name)?.to === 'none';
};

/** Why a node is dead: how long nothing was heard of it, on which links, and which limit that is. */
const deathPart = (scene: Scene, snapshot: HeartbeatSnapshot, node: NodeSnapshot): Part => {
  const { name, type, links } = node;
  const death = newest(heartbeatEvents(scene), 'node', (event) => event.name === name && event.to === 'dead');
  const directive = type === 'ping' ? 'deadping' : 'deadtime';
  const told = death === undefined ? [] : decisionsOf(scene.files, death, directive);
  const cause = death?.cause ?? `nothing heard for more than ${node.deadAfter} ms`;
  const stopped = death !== undefined && type === 'normal' && gaveUp(scene, node, death);
  const names = listed(links.map((link) => link.name));
  const cut = `If heartbeat runs on ${name}, look after ${names}: cut off from each other, both nodes take everything.`;
  return {
    notElsewhere: [
      `${stateText(scene, snapshot, name, 'dead')}: ${cause}${links.length < 2 ? '' : `, on none of ${names}`}.`,
      ...(stopped ? [`${name} had given up its resources before: heartbeat was stopped there.`] : []),
    ],
    decidedBy: told.length > 0 ? told : [haCfDecision(scene.files, directive)],
    wouldChange:
      type === 'ping' ? [`Look whether ${name} answers to ping, and after the way to it.`] : [startText(name), cut],
  };
};

/** The sections of ha-suite.ini with these monitors. */
const monitorDecisions = ({ files }: Scene, names: readonly string[]): readonly Decision[] =>
  (files.lines.get(SUITE_FILE) ?? []).flatMap((text, index) => {
    const [, name = ''] = /^\s*\[monitor\s+([^\]]+?)\s*\]/.exec(text) ?? [];
    return names.includes(name) ? [decisionAt(files, SUITE_FILE, index + 1, 'monitor')] : [];
  });

const unfitPart = (scene: Scene, snapshot: HeartbeatSnapshot, { name, self, health }: NodeSnapshot): Part => {
  const failing = self ? (snapshot.cluster?.failing ?? []) : [];
  if (health === 'unknown')
    return {
      notElsewhere: [`The monitors of ${name} have not decided yet, so it is given nothing.`],
      wouldChange: [`Wait until the monitors of ${name} have decided.`],
    };
  return {
    notElsewhere: [
      failing.length === 0
        ? `The monitors of ${name} say that it is not fit, so it is given nothing.`
        : `Of ${name} ${failing.length === 1 ? 'the monitor' : 'the monitors'} ${listed(failing)} ${failing.length === 1 ? 'fails' : 'fail'}, so it is given nothing.`,
    ],
    decidedBy: monitorDecisions(scene, failing),
    wouldChange: [
      failing.length === 0
        ? `See on ${name} what its monitors say (ha explain ${name}), and repair that.`
        : `Repair what ${listed(failing)} of ${SUITE_FILE} ${failing.length === 1 ? 'watches' : 'watch'}.`,
    ],
  };
};

/** Why a node cannot be given anything now; undefined: it can. */
export const absence = (scene: Scene, snapshot: HeartbeatSnapshot, node: NodeSnapshot): Part | undefined => {
  const { name, status, health, self, heardAge } = node;
  if (!self && status === 'dead') return deathPart(scene, snapshot, node);
  if (!self && heardAge === null)
    return {
      notElsewhere: [`Nothing has been heard of ${name} yet.`],
      decidedBy: [haCfDecision(scene.files, 'initdead')],
      wouldChange: [startText(name)],
    };
  if (status !== 'active')
    return {
      notElsewhere: [`${name} is starting (its status is ${status}) and takes nothing yet.`],
      wouldChange: [`Wait until ${name} is active.`],
    };
  return health === null || health === 'good' ? undefined : unfitPart(scene, snapshot, node);
};

/** Links that are dead although the node is heard on another one. */
const linkPart = (scene: Scene, { links, status }: NodeSnapshot): Part => {
  const dead = links.filter((link) => link.status === 'dead');
  if (status === 'dead' || dead.length === 0) return {};
  const alive = links.filter((link) => link.status === 'up');
  const { config } = scene.files;
  const media = (config?.media ?? []).filter(({ value }) => dead.some((link) => link.name === value.name));
  return {
    because: dead.map(
      (link) =>
        `Its link ${link.name} is dead: ${link.heardAge === null ? 'nothing was ever heard on it' : `nothing was heard on it for ${spanText(link.heardAge)}`}${alive.length === 0 ? '' : `; ${listed(alive.map((one) => one.name))} still ${alive.length === 1 ? 'carries' : 'carry'} what it says`}.`,
    ),
    decidedBy: media.map(({ value, at }) => decisionAt(scene.files, at.file, at.line, value.kind)),
    wouldChange: dead.map(
      (link) => `Look after the cable, the switch or the packet filter of ${link.name} on both nodes.`,
    ),
  };
};

/** Where the groups are that prefer this node. */
const groupsPart = (scene: Scene, snapshot: HeartbeatSnapshot, { name, self }: NodeSnapshot): Part => {
  const own = groupsOf(scene).filter((group) => group.node === name);
  const { cluster } = snapshot;
  const place = (of: string): string => {
    switch (of) {
      case 'here':
        return `on ${cluster?.self}`;
      case 'there':
        return self ? 'on the other node' : `on ${name}`;
      case 'both':
        return 'on both nodes';
      case 'nowhere':
        return 'on no node';
      default:
        return 'at a place that is not known';
    }
  };
  return {
    notElsewhere: own.map((group) => `Its group of ${group.resources[0]?.word ?? 'nothing'} is ${place(group.place)}.`),
    decidedBy: own.map(({ decision }) => decision),
  };
};

const alivePart = (scene: Scene, { name, status, heardAge, deadAfter, type }: NodeSnapshot): Part => ({
  because: [
    `It was heard ${spanText(heardAge ?? 0)} ago; it is dead when nothing is heard for ${spanText(deadAfter)}.`,
  ],
  decidedBy: [haCfDecision(scene.files, type === 'ping' ? 'deadping' : 'deadtime')],
  wouldChange:
    type === 'ping'
      ? [`Edit the ping lines of ${scene.files.haCf} to listen to other hosts.`]
      : status === 'active'
        ? [`hb_standby on ${name} takes everything from it, before work on it.`]
        : [],
});

const selfPart = (scene: Scene, snapshot: HeartbeatSnapshot, { name, status }: NodeSnapshot): Part => {
  const running = `heartbeat runs here with pid ${snapshot.pid} for ${spanText(snapshot.written - snapshot.started)}`;
  const { late } = snapshot;
  return {
    because: [
      `This is the node itself: ${running}${status === 'active' ? '' : `, and its status is still ${status}`}.`,
      ...(late === null
        ? []
        : [`It was late by ${late.duration} ms ${ago(scene, late.at)}: the machine stood still or had no time.`]),
    ],
    decidedBy: status === 'active' ? [] : [haCfDecision(scene.files, 'initdead')],
    wouldChange: [
      status === 'active'
        ? `hb_standby on ${name} takes everything from it, before work on it.`
        : `Wait until ${name} is active: at the latest when initdead is over.`,
    ],
  };
};

/** Explains a node of the cluster, or a ping node. */
export const explainNode = (scene: Scene, snapshot: HeartbeatSnapshot, node: NodeSnapshot): Explanation => {
  const { name, status, type, self } = node;
  const kind = type === 'ping' ? 'ping node ' : '';
  const subject = { kind: 'node', name } as const;
  const what = `${kind === '' ? '' : 'The '}${kind}${stateText(scene, snapshot, name, status === 'ping' ? 'up' : status)}`;
  const trouble = absence(scene, snapshot, { ...node, status: status === 'ping' ? 'active' : status });
  const moved: Part =
    trouble === undefined ? {} : { ...trouble, because: trouble.notElsewhere ?? [], notElsewhere: [] };
  const heard = self
    ? selfPart(scene, snapshot, node)
    : status === 'dead' || node.heardAge === null
      ? {}
      : alivePart(scene, node);
  const groups = type === 'ping' ? {} : groupsPart(scene, snapshot, node);
  // What is wrong comes first.
  return explanation(subject, `${what}.`, [moved, linkPart(scene, node), heard, groups]);
};
