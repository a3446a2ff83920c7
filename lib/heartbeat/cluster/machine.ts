/** The cluster machine: every event goes through one step, which is a chain of small pure ones. */
import type { Now } from '../../time.js';
import { startBesideKin } from './acquisition.js';
import { audit } from './audit.js';
import { begin } from './communication.js';
import { settleConflict } from './conflict.js';
import { watchHistory } from './flowcontrol.js';
import { initialState } from './initial.js';
import type { ClusterEvent, ClusterMachine } from './interface.js';
import { jobEnded } from './jobend.js';
import { excuseLateness } from './liveness.js';
import { adoptOrphans } from './orphan.js';
import { publish } from './ownstatus.js';
import { receive } from './receive.js';
import type { ClusterState } from './state.js';
import { orderStop, proceedWithStop } from './stop.js';
import { submit } from './submit.js';
import { nextDeadline, runTimers } from './timers.js';
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
      return jobEnded(turn, event.job, event.outcome);
    case 'stop':
      return orderStop(turn);
    case 'stalled':
      return turn;
  }
};

/** What follows from the facts, whichever event changed them. */
const consequences: readonly ((turn: Turn) => Turn)[] = [
  runTimers,
  startBesideKin,
  settleConflict,
  adoptOrphans,
  proceedWithStop,
  audit,
  publish,
  watchHistory,
];

export const clusterMachine: ClusterMachine<ClusterState> = {
  create: initialState,
  step: (state, event, now) => {
    const excused = excuseLateness({ state, effects: [], now }, lateness(state, event, now));
    const { state: next, effects } = consequences.reduce((turn, apply) => apply(turn), react(excused, event));
    return { state: next, effects };
  },
  wakeAt: nextDeadline,
  view,
};
