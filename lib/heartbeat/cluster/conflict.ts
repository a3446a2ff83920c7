/** Both nodes hold the same groups and hear each other: after a healed partition, or after one node slept (reference 5.6). */
import type { Millis } from '../../time.js';
import { common, contains, minus, mirrored } from './holdings.js';
import type { Holding } from './interface.js';
import { claims, startJob } from './jobs.js';
import { partner, present } from './partner.js';
import { report } from './reports.js';
import { cancelStandby } from './standby.js';
import type { ClusterState, NodeState } from './state.js';
import { emit, say, type Turn, update, updateResources } from './turn.js';

/** A genuine peer that noticed the partition has begun its restart by then (2 s, plus its slow main loop). */
const GENUINE_RESTART = 5_000;

/** What we hold and the other node claims, seen from us. */
export const overlap = (state: ClusterState): Holding =>
  present(partner(state)) ? common(state.resources.hold, mirrored(state.resources.otherHold)) : 'none';

/**
 * What we give up at once. Both nodes of our own kind apply this to the same facts and never give up the same groups:
 * with failback each keeps its own, without it the node earlier in ha.cf keeps everything.
 */
const concession = (state: ClusterState, other: NodeState, shared: Holding): Holding => {
  const { nodes, self, autoFailback } = state.settings;
  if (autoFailback !== 'off') return common(shared, 'foreign');
  return nodes.indexOf(self) < nodes.indexOf(other.name) ? 'none' : shared;
};

const giveUp = (turn: Turn, part: Holding, from: string): Turn => {
  const said = say(turn, 'WARN', `Both machines own ${part} resources: releasing them here, ${from} keeps them.`);
  const { localKeys = [], foreignKeys = [] } = said.state.settings;
  const keys = [...(contains(part, 'local') ? localKeys : []), ...(contains(part, 'foreign') ? foreignKeys : [])];
  const heldKeys = said.state.heldKeys.filter((key) => !keys.includes(key));
  const given = updateResources(update(said, { heldKeys }), {
    hold: minus(said.state.resources.hold, part),
    failbackWanted: false,
    conflictSince: turn.now.mono,
  });
  return startJob(given, 'release', part, part, { kind: 'conflict' });
};

/** When the patience with a genuine peer ends; undefined without a conflict. */
export const conflictDeadline = (state: ClusterState): Millis | undefined => {
  const { conflictSince, phase } = state.resources;
  if (conflictSince === undefined || phase !== 'stable') return undefined;
  return partner(state)?.kin !== undefined || overlap(state) === 'none'
    ? undefined
    : ((conflictSince + GENUINE_RESTART) as Millis);
};

const over = (turn: Turn): Turn => {
  const { conflictSince, hold, otherHold, otherStable } = turn.state.resources;
  if (conflictSince === undefined) return turn;
  // A genuine peer reports that it holds nothing before it stops anything; `shutdone` ends that (see departure.ts).
  if (partner(turn.state)?.kin === undefined && !otherStable) return turn;
  // What is still being stopped, here or there, answers for its addresses until it is gone.
  if (common(claims(turn.state), mirrored(otherHold)) !== 'none') return turn;
  const ended = updateResources(turn, { conflictSince: undefined });
  return hold === 'none' ? ended : emit(ended, { type: 'announce' });
};

/** Looks for a conflict, and ends it. */
export const settleConflict = (turn: Turn): Turn => {
  const { resources } = turn.state;
  const other = partner(turn.state);
  const shared = overlap(turn.state);
  if (other === undefined || shared === 'none') return over(turn);
  if (resources.phase !== 'stable') return turn;
  const since = resources.conflictSince ?? turn.now.mono;
  const marked = updateResources(turn, { conflictSince: since });
  // Whoever starts or leaves is stopping it already.
  if (other.kin !== undefined && other.kin.phase !== 'stable') return marked;
  if (other.kin !== undefined) {
    const part = concession(turn.state, other, shared);
    // Nothing can be handed over while both hold it.
    return part === 'none' ? cancelStandby(marked) : giveUp(cancelStandby(marked), part, other.name);
  }
  // A genuine peer restarts when it notices the partition. If it never did, only we can end this.
  return turn.now.mono < since + GENUINE_RESTART ? marked : giveUp(cancelStandby(marked), shared, other.name);
};

/** The groups given up are stopped. */
export const conflictReleased = (turn: Turn): Turn => report(turn);
