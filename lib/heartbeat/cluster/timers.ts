/** Everything that happens by itself when its time has come, and when that is next. */
import type { Millis } from '../../time.js';
import { startClockRang } from './acquisition.js';
import { advance } from './communication.js';
import { conflictDeadline } from './conflict.js';
import { failbackDue } from './failback.js';
import { offerFailed } from './jobend.js';
import { askForGroups } from './legacy.js';
import { buryLinks, linkDeathAt } from './links.js';
import { bury, deathAt } from './liveness.js';
import { orphanDeadline } from './orphan.js';
import { statusDue } from './ownstatus.js';
import { reloadDeadline } from './reload.js';
import { queryDue } from './reported.js';
import { askForMissing } from './retransmission.js';
import { standbyDeadline, standbyExpired } from './standby.js';
import type { ClusterState } from './state.js';
import { proceedWithStop, stopDeadline } from './stop.js';
import type { Turn } from './turn.js';

const TIMERS: readonly ((turn: Turn) => Turn)[] = [
  bury,
  buryLinks,
  advance,
  // Communication being up makes the timeouts shorter.
  bury,
  startClockRang,
  standbyExpired,
  failbackDue,
  offerFailed,
  queryDue,
  askForGroups,
  askForMissing,
  proceedWithStop,
  statusDue,
];

/** Does whatever is due. */
export const runTimers = (turn: Turn): Turn =>
  TIMERS.reduce(
    (sum, timer) => (sum.state.startedAt === undefined || sum.state.stop.phase === 'gone' ? sum : timer(sum)),
    turn,
  );

const FAR = Number.MAX_SAFE_INTEGER as Millis;

/** The earliest instant at which something is due. */
export const nextDeadline = (state: ClusterState): Millis => {
  if (state.startedAt === undefined || state.stop.phase === 'gone') return state.idleUntil;
  const { resources } = state;
  const waits: (Millis | undefined)[] = [
    state.statusDueAt,
    state.communication.askAt,
    resources.clockAt,
    standbyDeadline(resources.standby),
    resources.failbackAt,
    resources.giveUp?.at,
    resources.queryAt,
    state.askGroupsAt,
    state.rememberAt,
    state.health?.lookAt,
    conflictDeadline(state),
    orphanDeadline(state),
    stopDeadline(state),
    reloadDeadline(state),
  ];
  for (const node of state.nodes.values()) {
    waits.push(deathAt(state, node));
    for (const link of node.links) waits.push(linkDeathAt(node, link));
    for (const missing of node.sequence.missing) waits.push(missing.askAt);
  }
  return waits.reduce<Millis>((first, wait) => (wait !== undefined && wait < first ? wait : first), FAR);
};
