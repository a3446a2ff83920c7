/** How far the others lag behind in acknowledging what we send (heartbeat reference 4.4). */
import { others } from './partner.js';
import type { ClusterState } from './state.js';
import { say, type Turn, update } from './turn.js';

// Of the 500 messages of the history.
const WARN_ABOVE = 375;
const ERROR_ABOVE = 450;
const CALM_BELOW = 250;

/** Messages that some living node has not acknowledged yet; 0 when acknowledgements are off or nobody is there. */
export const unacknowledged = (state: ClusterState): number => {
  const alive = others(state).filter(({ status, statusAt }) => status !== 'dead' && statusAt !== undefined);
  if (!state.flowControl || alive.length === 0) return 0;
  const level = Math.min(...alive.map(({ acked, ackBase }) => Math.max(acked, ackBase)));
  return state.nextSeq - 1 - level;
};

/**
 * Complains once per stage instead of once per packet.
 *
 * Local clients are never paused: unlike a genuine daemon we lose nothing when a peer does not acknowledge, old messages
 * simply leave the history.
 */
export const watchHistory = (turn: Turn): Turn => {
  const count = unacknowledged(turn.state);
  const { historyWarned } = turn.state;
  if (count < CALM_BELOW) return historyWarned === 0 ? turn : update(turn, { historyWarned: 0 });
  const stage = count > ERROR_ABOVE ? ERROR_ABOVE : count > WARN_ABOVE ? WARN_ABOVE : 0;
  if (stage <= historyWarned) return turn;
  return say(
    update(turn, { historyWarned: stage }),
    stage === ERROR_ABOVE ? 'ERROR' : 'WARN',
    `Message hist queue is filling up (${count} messages in queue)`,
  );
};
