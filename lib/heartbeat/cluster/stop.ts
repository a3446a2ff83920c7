/** Leaving the cluster in good order (heartbeat reference 6.6). */
import type { Millis } from '../../time.js';
import { idleFrom } from './initial.js';
import { isQuiet, startJob } from './jobs.js';
import { isLegacy, partner, present } from './partner.js';
import { report } from './reports.js';
import { broadcast } from './sending.js';
import type { ClusterState } from './state.js';
import { emit, say, type Turn, update, updateResources } from './turn.js';

/** Heartbeats go on for so long after `shutdone`, for a peer that reads late (reference 12, no. 14). */
const LINGER = 2_000;
/** No longer than this do we wait for a peer that never gets stable; the genuine daemon waits for an hour. */
const PATIENCE = 60_000;

const release = (turn: Turn): Turn => {
  const { pid } = turn.state.settings;
  const leaving = updateResources(update(turn, { stop: { phase: 'releasing', at: undefined }, heldKeys: [] }), {
    phase: 'shutdown',
    clockAt: undefined,
    hold: 'none',
    standby: { state: 'not' },
    takeover: false,
    failbackWanted: false,
    failbackAt: undefined,
    giveUp: undefined,
  });
  const told = report(leaving, 'shutdown', false);
  const said = say(
    say(told, 'info', `Heartbeat shutdown in progress.${pid === undefined ? '' : ` (${pid})`}`),
    'info',
    'Giving up all HA resources.',
  );
  return startJob(said, 'release', 'every', turn.state.resources.hold, { kind: 'shutdown' });
};

const end = (turn: Turn): Turn => {
  const said = say(turn, 'info', `${turn.state.settings.self} Heartbeat shutdown complete.`);
  return emit(update(said, { stop: { phase: 'gone', at: undefined }, idleUntil: idleFrom(turn.now) }), {
    type: 'exit',
    restart: false,
  });
};

/** The order to stop has come. */
export const orderStop = (turn: Turn): Turn => {
  if (turn.state.stop.phase !== 'none') return turn;
  // Before communication is up nothing is held and nobody counts on us: there is nothing to wait for.
  if (turn.state.communication.phase !== 'up') return end(turn);
  const wanted = update(turn, { stop: { phase: 'wanted', at: (turn.now.mono + PATIENCE) as Millis } });
  const delayed = proceedWithStop(wanted);
  return delayed.state.stop.phase === 'wanted'
    ? say(delayed, 'WARN', 'Shutdown delayed until current resource activity finishes.')
    : delayed;
};

/** When something is due without anything else happening. */
export const stopDeadline = (state: ClusterState): Millis | undefined => {
  if (state.stop.phase === 'leaving') return state.stop.at;
  return state.stop.phase === 'wanted' && state.jobs.length === 0 ? state.stop.at : undefined;
};

/** Begins as soon as nothing moves any more, and ends the process when the others have had time to read our farewell. */
export const proceedWithStop = (turn: Turn): Turn => {
  const { state, now } = turn;
  const { phase, at } = state.stop;
  const late = at !== undefined && now.mono >= at;
  if (phase === 'leaving') return late ? end(turn) : turn;
  if (phase !== 'wanted') return turn;
  if (isLegacy(state)) return state.jobs.length === 0 ? release(turn) : turn;
  const settled = isQuiet(state) && (state.resources.otherStable || !present(partner(state)));
  // Who has not taken anything yet leaves nothing behind.
  const untouched = state.resources.phase !== 'stable' && state.resources.hold === 'none' && state.jobs.length === 0;
  return settled || untouched || (late && state.jobs.length === 0) ? release(turn) : turn;
};

/** Everything is stopped. */
export const allReleased = (turn: Turn): Turn => {
  if (turn.state.stop.phase !== 'releasing') return turn;
  const said = say(turn, 'info', 'All HA resources relinquished.');
  const told = broadcast(said, { t: 'shutdone', st: 'dead' });
  return update(told, { stop: { phase: 'leaving', at: (turn.now.mono + LINGER) as Millis } });
};
