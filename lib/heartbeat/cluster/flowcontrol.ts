/** How far the others lag behind in acknowledging what we send (heartbeat reference 4.4). */
import { others } from './partner.js';
import type { ClusterState } from './state.js';
import { emit, say, type Turn, update } from './turn.js';

// Of the 500 messages of the history.
const WARN_ABOVE = 375;
const ERROR_ABOVE = 450;
const CALM_BELOW = 250;
/** More than that, and nobody here may add to it but the daemon itself. */
const PAUSE_ABOVE = 250;

/** Messages that some living node has not acknowledged yet; 0 when acknowledgements are off or nobody is there. */
export const unacknowledged = (state: ClusterState): number => {
  const alive = others(state).filter(({ status, statusAt }) => status !== 'dead' && statusAt !== undefined);
  if (!state.flowControl || alive.length === 0) return 0;
  const level = Math.min(...alive.map(({ acked, ackBase }) => Math.max(acked, ackBase)));
  return state.nextSeq - 1 - level;
};

/** Holds local clients back while the others lag behind, as genuine daemons do; what they want to say is not lost. */
const pauseClients = (turn: Turn, count: number): Turn => {
  const paused = count > PAUSE_ABOVE;
  if (paused === turn.state.clientsPaused) return turn;
  const said = say(turn, 'info', `all clients are now ${paused ? 'paused' : 'resumed'}`);
  return emit(update(said, { clientsPaused: paused }), { type: 'clients', paused });
};

/** Complains once per stage instead of once per packet: old messages simply leave the history. */
const complain = (turn: Turn, count: number): Turn => {
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

/** To be called when anything may have changed: the others acknowledge, we send, somebody dies. */
export const watchHistory = (turn: Turn): Turn => {
  const count = unacknowledged(turn.state);
  return complain(pauseClients(turn, count), count);
};
