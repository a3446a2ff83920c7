/** Both nodes hold the same groups and hear each other: after a healed partition, or after one node slept (reference 5.6). */
import type { Millis } from '../../time.js';
import { common, contains, minus, mirrored } from './holdings.js';
import type { Holding } from './interface.js';
import { claims, startJob } from './jobs.js';
import { partner, present } from './partner.js';
import { askForProof, nextQuestion } from './proof.js';
import { report } from './reports.js';
import { broadcast } from './sending.js';
import { cancelStandby } from './standby.js';
import type { ClusterState, NodeState } from './state.js';
import { emit, say, type Turn, update, updateResources } from './turn.js';

/** A genuine peer that noticed the partition has begun its restart by then (2 s, plus its slow main loop). */
const GENUINE_RESTART = 5_000;
/** From our request until a genuine peer has said that it hands over: rc.d/hb_takeover, hb_standby, its slow main loop. */
const GENUINE_HANDOVER = 2_500;
/** How long we wait for a genuine peer to come to rest, so that it can be asked. */
const GENUINE_UNREST = 1_000;

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

/**
 * Whether the hand-over that we asked for has begun. The peer says at once that it gives the groups up, so that it no longer
 * claims them; one that does not is busy with an older standby, whose end may be an hour away (heartbeat reference 6.5).
 */
const isBeingHandedOver = ({ resources }: ClusterState): boolean =>
  resources.conflictAskedAt !== undefined && resources.standby.state !== 'not';

/**
 * From when on we would give something up: our own kind settles it at once, a genuine peer gets time for its restart, and
 * then for the hand-over that it was asked for, if it was at rest and could be asked.
 */
const settleAt = (state: ClusterState, other: NodeState, since: Millis): Millis => {
  if (other.kin !== undefined) return since;
  const { conflictAskedAt } = state.resources;
  if (conflictAskedAt === undefined) return (since + GENUINE_RESTART + GENUINE_UNREST) as Millis;
  return (conflictAskedAt + (isBeingHandedOver(state) ? 2 : 1) * GENUINE_HANDOVER) as Millis;
};

/** What we shall give up as soon as the other node has proved that it is no recording; `none`: it is its turn. */
const ourPart = (state: ClusterState, other: NodeState, shared: Holding): Holding => {
  if (other.kin === undefined) return shared;
  // Whoever starts or leaves is stopping it already.
  return other.kin.phase === 'stable' ? concession(state, other, shared) : 'none';
};

/** Whether a genuine peer could hand over now: one that moves something itself ignores the request. */
const canBeAsked = ({ resources }: ClusterState, other: NodeState): boolean =>
  other.kin === undefined && resources.conflictAskedAt === undefined && resources.otherStable;

/** When to look again; undefined without a conflict. */
export const conflictDeadline = (state: ClusterState): Millis | undefined => {
  const { conflictSince, phase } = state.resources;
  const other = partner(state);
  if (conflictSince === undefined || phase !== 'stable' || other === undefined) return undefined;
  const shared = overlap(state);
  if (shared === 'none' || ourPart(state, other, shared) === 'none') return undefined;
  if (canBeAsked(state, other)) return (conflictSince + GENUINE_RESTART) as Millis;
  const at = settleAt(state, other, conflictSince);
  return other.doubt === undefined ? at : (Math.max(at, nextQuestion(other) ?? at) as Millis);
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

/**
 * A genuine peer that never noticed (it slept, or heard us all the time) is asked to hand over what both hold: it stops
 * that, and starts its own again with an announcement when it gets it back. If we gave it up instead, nobody would announce
 * it, because there it runs already (heartbeat reference 6.2), and clients would go on asking us.
 */
const askForGroups = (turn: Turn, shared: Holding, from: string): Turn => {
  const said = say(turn, 'WARN', `Both machines own ${shared} resources: asking ${from} to hand them over.`);
  return broadcast(updateResources(said, { conflictAskedAt: turn.now.mono }), { t: 'hb_takeover', rsc_hold: shared });
};

/** Looks for a conflict, and ends it. */
export const settleConflict = (turn: Turn): Turn => {
  const { resources } = turn.state;
  const other = partner(turn.state);
  const shared = overlap(turn.state);
  if (other === undefined || shared === 'none') return over(turn);
  if (resources.phase !== 'stable') return turn;
  const since = resources.conflictSince ?? turn.now.mono;
  const conflictAskedAt = resources.conflictSince === undefined ? undefined : resources.conflictAskedAt;
  const marked = updateResources(turn, { conflictSince: since, conflictAskedAt });
  if (other.kin !== undefined && other.kin.phase !== 'stable') return marked;
  // A genuine peer restarts when it notices the partition. If it never did, only we can end this.
  if (other.kin === undefined && turn.now.mono < since + GENUINE_RESTART) return marked;
  if (canBeAsked(marked.state, other)) return askForGroups(marked, shared, other.name);
  if (turn.now.mono < settleAt(marked.state, other, since)) return marked;
  // Nothing can be handed over while both hold it.
  const calm = cancelStandby(marked);
  const part = ourPart(turn.state, other, shared);
  if (part === 'none') return calm;
  // What stops serving because of a packet must not stop because of a recorded one.
  const proven = other.provenAt !== undefined && other.provenAt >= since;
  return proven ? giveUp(calm, part, other.name) : askForProof(calm, other.name);
};

/** The groups given up are stopped. */
export const conflictReleased = (turn: Turn): Turn => report(turn);
