/** The cluster machine: every event goes through one step, which is a chain of small pure ones. */
import type { Now } from '../../time.js';
import { startBesideKin } from './acquisition.js';
import { audit } from './audit.js';
import { begin } from './communication.js';
import { settleConflict } from './conflict.js';
import { fenced, stopFencing } from './fencing.js';
import { watchHistory } from './flowcontrol.js';
import { followHealth, heardHealth } from './health.js';
import { initialState } from './initial.js';
import type { ClusterEffect, ClusterEvent, ClusterMachine } from './interface.js';
import { jobEnded } from './jobend.js';
import { excuseLateness } from './liveness.js';
import { rememberPeers } from './memory.js';
import { adoptOrphans } from './orphan.js';
import { publish } from './ownstatus.js';
import { onlyHeardAgain } from './quiet.js';
import { receive } from './receive.js';
import { clientsGone, orderReload, proceedWithReload } from './reload.js';
import type { ClusterState } from './state.js';
import { orderStop, proceedWithStop } from './stop.js';
import { submit } from './submit.js';
import { nextDeadline, runTimers } from './timers.js';
import { tell } from './told.js';
import { type Turn, update } from './turn.js';
import { view } from './view.js';

/** How late this step is, measured by what was due before it or told by the daemon. */
const lateness = (state: ClusterState, event: ClusterEvent, now: Now): number => {
  const measured = now.mono - nextDeadline(state);
  return event.type === 'stalled' ? Math.max(measured, event.late) : measured;
};

const react = (turn: Turn, event: ClusterEvent): Turn => {
  switch (event.type) {
    case 'start':
      return begin(update(turn, { loadAverage: event.loadAverage }));
    case 'wake':
      return update(turn, { loadAverage: event.loadAverage });
    case 'packet':
      return receive(turn, event.message, event.link);
    case 'submit':
      return submit(turn, event.message);
    case 'jobDone':
      return jobEnded(turn, event.job, event);
    case 'scripts':
      return update(turn, { ownScripts: event.names });
    case 'stop':
      return orderStop(turn);
    case 'reload':
      return orderReload(turn);
    case 'clientsGone':
      return clientsGone(turn);
    case 'fenced':
      return fenced(turn, event.node);
    case 'health':
      return heardHealth(turn, event.health, event.failing);
    case 'tell':
      return tell(turn, event.report);
    case 'stalled':
      return turn;
  }
};

/** What follows from the facts, whichever event changed them. */
const consequences: readonly ((turn: Turn) => Turn)[] = [
  runTimers,
  stopFencing,
  startBesideKin,
  settleConflict,
  adoptOrphans,
  followHealth,
  proceedWithStop,
  proceedWithReload,
  audit,
  publish,
  watchHistory,
  rememberPeers,
];

interface Step {
  readonly state: ClusterState;
  readonly effects: readonly ClusterEffect[];
}

const conclude = (turn: Turn): Step => {
  const { state, effects } = consequences.reduce((sum, apply) => apply(sum), turn);
  return { state, effects };
};

const reacted = (state: ClusterState, event: ClusterEvent, now: Now): Turn =>
  react(excuseLateness({ state, effects: [], now }, lateness(state, event, now)), event);

/** The step without its short cut: both always come to the same. */
export const stepThoroughly: ClusterMachine<ClusterState>['step'] = (state, event, now) =>
  conclude(reacted(state, event, now));

export const clusterMachine: ClusterMachine<ClusterState> = {
  create: initialState,
  step: (state, event, now) => {
    const turn = reacted(state, event, now);
    const nothingFollows =
      turn.effects.length === 0 && now.mono < nextDeadline(state) && onlyHeardAgain(state, turn.state);
    return nothingFollows ? { state: turn.state, effects: [] } : conclude(turn);
  },
  wakeAt: nextDeadline,
  view,
};
