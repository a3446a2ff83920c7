/** A new life with other settings and the same resources (heartbeat reference 6.7, "Reload"). */
import type { Millis } from '../../time.js';
import { idleFrom } from './initial.js';
import { isQuiet } from './jobs.js';
import { rememberAtTheEnd } from './memory.js';
import { sendStatus } from './ownstatus.js';
import { isLegacy, partner, present } from './partner.js';
import type { ClusterState } from './state.js';
import { emit, say, type Turn, update } from './turn.js';

/** No longer than this do we wait for a peer that never gets stable. */
const PATIENCE = 60_000;
/** Others shall wait for the new life so much longer than usual (heartbeat reference 5.3: `dt=88b8` at deadtime 5). */
const GRACE = 30_000;
/** A client that does not go is left behind. */
const FAREWELL = 60_000;

/** Whether nothing of ours would be cut off in the middle, and the other node waits for nothing either. */
const canLeave = (state: ClusterState, late: boolean): boolean => {
  if (state.jobs.length > 0) return false;
  // The new life would know nothing of a start that failed, and its groups would run nowhere (heartbeat reference 2.6).
  if (state.resources.giveUp !== undefined && present(partner(state)) && !isLegacy(state) && !late) return false;
  // Nothing has been promised to anybody yet.
  if (state.communication.phase !== 'up' || isLegacy(state) || late) return true;
  return isQuiet(state) && (state.resources.otherStable || !present(partner(state)));
};

/** The order has come. A stop beats it, and one that is on its way already is enough. */
export const orderReload = (turn: Turn): Turn => {
  const { stop, reload, startedAt } = turn.state;
  if (startedAt === undefined || reload.phase !== 'none') return turn;
  if (stop.phase !== 'none') return say(turn, 'info', 'Reload ignored: shutdown in progress.');
  const wanted = proceedWithReload(
    update(turn, { reload: { phase: 'wanted', at: (turn.now.mono + PATIENCE) as Millis } }),
  );
  return wanted.state.reload.phase === 'wanted'
    ? say(wanted, 'WARN', 'Shutdown delayed until current resource activity finishes.')
    : wanted;
};

/** When something is due without anything else happening. */
export const reloadDeadline = ({ reload, jobs }: ClusterState): Millis | undefined =>
  reload.phase !== 'none' && jobs.length === 0 ? reload.at : undefined;

/** Local clients have taken their leave: the last words, and out. */
const leave = (turn: Turn): Turn => {
  const { self, deadtime } = turn.state.settings;
  const told = sendStatus(rememberAtTheEnd(turn), false, (deadtime + GRACE) as Millis);
  const said = say(told, 'info', `${self} Heartbeat shutdown complete.`);
  const triggered = say(said, 'info', 'Heartbeat restart triggered.');
  const gone = update(triggered, { stop: { phase: 'gone', at: undefined }, idleUntil: idleFrom(turn.now) });
  return emit(gone, { type: 'exit', restart: true, kept: turn.state.resources.hold });
};

/** Their farewell is out: nothing holds us any more. */
export const clientsGone = (turn: Turn): Turn =>
  turn.state.reload.phase === 'farewell' ? update(turn, { reload: { phase: 'farewell', at: turn.now.mono } }) : turn;

/** Goes as soon as nothing moves and the clients have gone; heartbeats go on until then. */
export const proceedWithReload = (turn: Turn): Turn => {
  const { reload, stop } = turn.state;
  if (reload.phase === 'none') return turn;
  if (stop.phase !== 'none') return update(turn, { reload: { phase: 'none' } });
  const late = turn.now.mono >= reload.at;
  // A node may have died in that moment: its resources are taken first.
  if (reload.phase === 'farewell') return late && turn.state.jobs.length === 0 ? leave(turn) : turn;
  if (!canLeave(turn.state, late)) return turn;
  return emit(update(turn, { reload: { phase: 'farewell', at: (turn.now.mono + FAREWELL) as Millis } }), {
    type: 'dismissClients',
  });
};
