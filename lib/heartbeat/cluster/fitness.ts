/** Whether a node may be given resources, as far as the monitors of ha-suite.ini decide about that. */
import type { Health } from '../monitor/interface.js';
import type { Holding } from './interface.js';
import { partner } from './partner.js';
import type { ClusterState, NodeState, OwnHealth } from './state.js';
import { type Turn, update } from './turn.js';

/** A genuine peer that could not start what it got gives it back half a minute later (heartbeat reference 2.6). */
const GIVEN_BACK = 60_000;

/** Nobody has monitors, or its are all up. Of a genuine peer nothing is known, so it is trusted. */
const isGood = (health: Health | undefined): boolean => health === undefined || health === 'good';

/** Whether the other node may be given something. */
export const isFit = (other: NodeState | undefined): boolean => isGood(other?.kin?.health);

const fails = (names: readonly string[]): string =>
  names.length === 1 ? `Monitor ${names[0]} fails` : `Monitors ${names.join(', ')} fail`;

/** What is wrong with us, as the beginning of a sentence. */
export const ownTrouble = ({ is, failing }: OwnHealth): string =>
  is === 'bad' ? fails(failing) : 'The monitors have not decided yet';

/** What is wrong with the other node, as the end of a sentence. */
export const otherTrouble = (other: NodeState | undefined): string =>
  other?.kin?.health === 'bad'
    ? `the monitors of ${other.name} fail`
    : `the monitors of ${other?.name} have not decided yet`;

/** Changes parts of what is known about our own health. */
export const updateHealth = (turn: Turn, part: Partial<OwnHealth>): Turn => {
  const { health } = turn.state;
  return health === undefined ? turn : update(turn, { health: { ...health, ...part } });
};

/** What the other node hands over although it knows that we are not well: it cannot start it. A bad owner is better than none. */
const isGivenBack = (state: ClusterState, forced: boolean, now: number): boolean => {
  const gaveAt = state.health?.gaveAt;
  return forced || (partner(state)?.kin === undefined && gaveAt !== undefined && now - gaveAt < GIVEN_BACK);
};

/** A request of the other node that we take something: whether we do, and what we keep in mind about it. */
export const considerOffer = (
  turn: Turn,
  what: Holding,
  forced: boolean,
): { readonly turn: Turn; readonly accepted: boolean } => {
  const { health } = turn.state;
  if (health === undefined || isGood(health.is)) return { turn, accepted: true };
  if (isGivenBack(turn.state, forced, turn.now.mono)) {
    return { turn: updateHealth(turn, { returned: true }), accepted: true };
  }
  // They are ours by right: we ask for them when we are well again.
  const owed = health.owed || what === 'foreign' || what === 'all';
  return { turn: updateHealth(turn, { owed }), accepted: false };
};
