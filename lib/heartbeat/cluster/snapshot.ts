/** What the machine knows right now, as plain data for programs and people; ages instead of instants. */

import type { Now } from '../../time.js';
import type { Health } from '../monitor/interface.js';
import { common, mirrored } from './holdings.js';
import type { Holding, NodeName } from './interface.js';
import { isQuiet } from './jobs.js';
import { isLegacy, partner } from './partner.js';
import type { ClusterState, NodeState } from './state.js';
import { view } from './view.js';

/** Milliseconds since something happened; null: never. */
export type Age = number | null;

export interface LinkSnapshot {
  readonly name: string;
  readonly status: 'up' | 'dead';
  /** Since the last packet on it. */
  readonly heardAge: Age;
}

export interface NodeSnapshot {
  readonly name: NodeName;
  readonly type: 'normal' | 'ping';
  readonly self: boolean;
  readonly status: string;
  /** Whether a daemon of our own kind runs there, as far as it has told. */
  readonly kind: 'ha-suite' | 'other' | 'unknown';
  /** Since its last status message. */
  readonly heardAge: Age;
  /** It is dead when nothing is heard of it for so many milliseconds. */
  readonly deadAfter: number;
  readonly links: readonly LinkSnapshot[];
  /** Seen from that node; null: it is not known. */
  readonly holds: Holding | null;
  readonly health: Health | null;
  /** How far its clock is ahead of ours, in whole seconds; null: unknown. */
  readonly clockAhead: number | null;
}

/** Where a group of haresources is. */
export type Place = 'here' | 'there' | 'nowhere' | 'both' | 'unknown';

export interface ClusterSnapshot {
  readonly self: NodeName;
  readonly status: string;
  readonly communicationUp: boolean;
  readonly holds: Holding | 'transition';
  readonly autoFailback: string;
  readonly standby: 'not' | 'me' | 'other' | 'done';
  /** Resource jobs under way. */
  readonly jobs: number;
  readonly quiet: boolean;
  readonly health: Health | null;
  readonly failing: readonly string[];
  readonly nodes: readonly NodeSnapshot[];
  /** Where the groups are whose preferred node we are, and those of the other node. */
  readonly groups: { readonly local: Place; readonly foreign: Place };
  /** Legacy mode: the first words of the groups that we hold; null in the other modes. */
  readonly heldKeys: readonly string[] | null;
  readonly refused: Readonly<Record<string, number>>;
}

const ageOf = (at: number | undefined, { mono }: Now): Age => (at === undefined ? null : Math.round(mono - at));

/** The `ts` of a status message is in whole seconds, so the answer is, too. */
const clockAhead = ({ clock }: NodeState, { mono, wall }: Now): number | null =>
  // Adding 0 makes 0 of -0, which JSON does not have.
  clock === undefined ? null : Math.round((clock.ts * 1000 - (wall - (mono - clock.at))) / 1000) + 0;

const kindOf = ({ kin, type, statusAt }: NodeState): NodeSnapshot['kind'] => {
  if (type === 'ping') return 'other';
  if (kin !== undefined) return 'ha-suite';
  return statusAt === undefined ? 'unknown' : 'other';
};

const holdsOf = (state: ClusterState, node: NodeState): Holding | null => {
  if (node.name === state.settings.self) return state.resources.hold;
  if (node.name !== partner(state)?.name) return node.kin?.hold ?? null;
  return node.status === 'dead' || node.statusAt !== undefined ? state.resources.otherHold : null;
};

const nodeSnapshot = (state: ClusterState, node: NodeState, now: Now): NodeSnapshot => {
  const self = node.name === state.settings.self;
  return {
    name: node.name,
    type: node.type,
    self,
    status: self ? state.status : node.status,
    kind: self ? 'ha-suite' : kindOf(node),
    heardAge: self ? 0 : ageOf(node.statusAt, now),
    deadAfter: node.timeout,
    links: node.links.map(({ name, status, heardAt }) => ({ name, status, heardAge: ageOf(heardAt, now) })),
    holds: holdsOf(state, node),
    health: self ? (state.health?.is ?? null) : (node.kin?.health ?? null),
    clockAhead: self ? 0 : clockAhead(node, now),
  };
};

const placeOf = (state: ClusterState, part: 'local' | 'foreign'): Place => {
  const { hold, otherHold } = state.resources;
  const here = common(hold, part) !== 'none';
  const other = partner(state);
  const there = other !== undefined && common(mirrored(otherHold), part) !== 'none';
  if (here && there) return 'both';
  if (here) return 'here';
  if (there) return 'there';
  // Nothing is known before the other node has spoken, or counts as dead.
  return other !== undefined && other.statusAt === undefined && other.status !== 'dead' ? 'unknown' : 'nowhere';
};

/** The snapshot at an instant. */
export const snapshot = (state: ClusterState, now: Now): ClusterSnapshot => {
  const { settings, resources, health } = state;
  return {
    self: settings.self,
    status: state.status,
    communicationUp: state.communication.phase === 'up',
    holds: view(state).resources,
    autoFailback: settings.autoFailback,
    standby: resources.standby.state,
    jobs: state.jobs.length,
    quiet: isQuiet(state),
    health: health?.is ?? null,
    failing: health?.failing ?? [],
    nodes: [...state.nodes.values()].map((node) => nodeSnapshot(state, node, now)),
    groups: { local: placeOf(state, 'local'), foreign: placeOf(state, 'foreign') },
    heldKeys: isLegacy(state) ? state.heldKeys : null,
    refused: state.counters,
  };
};
