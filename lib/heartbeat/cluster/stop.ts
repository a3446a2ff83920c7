/** Leaving the cluster in good order (heartbeat reference 6.6). */
import type { Millis } from '../../time.js';
import { idleFrom } from './initial.js';
import type { Holding } from './interface.js';
import { isQuiet, startJob } from './jobs.js';
import { rememberAtTheEnd } from './memory.js';
import { isLegacy, others, partner, present } from './partner.js';
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
  const parting = emit(said, { type: 'farewell', step: 'releasing' });
  return startJob(parting, 'release', 'every', turn.state.resources.hold, { kind: 'shutdown' });
};

const end = (turn: Turn): Turn => {
  const said = say(rememberAtTheEnd(turn), 'info', `${turn.state.settings.self} Heartbeat shutdown complete.`);
  return emit(update(said, { stop: { phase: 'gone', at: undefined }, idleUntil: idleFrom(turn.now) }), {
    type: 'exit',
    restart: false,
  });
};

/** The order to stop has come. */
export const orderStop = (turn: Turn): Turn => {
  if (turn.state.stop.phase !== 'none') return turn;
  const { communication, jobs, resources } = turn.state;
  // Before communication is up nobody counts on us: unless a former life left something running, or somebody is there to
  // whom we would be dead only after his deadtime, there is nothing to do.
  const alone = !others(turn.state).some((node) => present(node) && node.statusAt !== undefined);
  if (alone && communication.phase !== 'up' && resources.hold === 'none' && jobs.length === 0) return end(turn);
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
  if (settled) return release(turn);
  if (state.jobs.length > 0) return turn;
  // Who has not taken anything yet leaves nothing behind; who is not up has promised nothing.
  const untouched = state.resources.phase !== 'stable' && state.resources.hold === 'none';
  return untouched || state.communication.phase !== 'up' || late ? release(turn) : turn;
};

/** Everything is stopped. What is not must not get a second owner: we stay, say nothing, and try again. */
export const allReleased = (turn: Turn, stuck: Holding): Turn => {
  if (turn.state.stop.phase !== 'releasing') return turn;
  if (stuck !== 'none') {
    const said = say(
      turn,
      'CRIT',
      `${stuck} resources cannot be stopped: the shutdown waits, the other node is not told.`,
    );
    return startJob(said, 'release', 'every', stuck, { kind: 'shutdown' });
  }
  const said = say(turn, 'info', 'All HA resources relinquished.');
  const told = emit(broadcast(said, { t: 'shutdone', st: 'dead' }), { type: 'farewell', step: 'released' });
  return update(told, { stop: { phase: 'leaving', at: (turn.now.mono + LINGER) as Millis } });
};
