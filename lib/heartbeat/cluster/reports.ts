/** The `resource` message: what we hold and whether that is final (heartbeat reference 6.3). */
import type { Millis } from '../../time.js';
import { isLegacy } from './partner.js';
import { broadcast } from './sending.js';
import { say, type Turn, updateResources } from './turn.js';

/** How long a starting node waits for the other one to become stable, from the first `resource` message on. */
const START_CLOCK = 10_000;

/** The first `resource` message after `starting`, whoever sends it, starts the clock. */
export const noteFirstReport = (turn: Turn): Turn => {
  const { phase } = turn.state.resources;
  if (phase !== 'starting' && phase !== 'bothStarting') return turn;
  return updateResources(turn, { phase: 'received', clockAt: (turn.now.mono + START_CLOCK) as Millis });
};

/** Reports our state. Without `stable` the report says whether we have reached the stable phase. */
export const report = (turn: Turn, info?: string, stable?: boolean): Turn => {
  if (isLegacy(turn.state)) return turn;
  const { hold, phase } = turn.state.resources;
  return noteFirstReport(
    broadcast(turn, {
      t: 'resource',
      rsc_hold: hold,
      rtype: 'full',
      isstable: (stable ?? phase === 'stable') ? '1' : '0',
      ...(info === undefined ? {} : { info }),
    }),
  );
};

/** Says once that start-up is over, when both halves of it are (heartbeat reference 6.3). */
export const announceStart = (turn: Turn, reason: string): Turn => {
  const { announced, localDone, foreignDone } = turn.state.resources;
  if (announced || !localDone || !foreignDone) return turn;
  return say(updateResources(turn, { announced: true }), 'info', `Initial resource acquisition complete (${reason})`);
};
