/** A job has ended: whoever asked for it goes on. */
import type { Millis } from '../../time.js';
import { oursAcquired } from './acquisition.js';
import { conflictReleased } from './conflict.js';
import { contains } from './holdings.js';
import { endJob } from './jobs.js';
import { answerRequest, groupTaken } from './legacy.js';
import { isLegacy, partner, present } from './partner.js';
import { report } from './reports.js';
import { requestStandby, standbyAcquired, standbyReleased } from './standby.js';
import type { Job } from './state.js';
import { allReleased } from './stop.js';
import { takeoverDone } from './takeover.js';
import { type Turn, updateResources } from './turn.js';

/** heartbeat reference 2.6: 30 s after a failed start the groups are offered to the other node. */
const GIVE_UP_AFTER = 30_000;

const goOn = (turn: Turn, { scope, part, purpose }: Job): Turn => {
  switch (purpose.kind) {
    case 'ours':
      return oursAcquired(turn);
    case 'takeover':
      return takeoverDone(turn, purpose.from, part);
    case 'standbyRelease':
      return standbyReleased(turn, scope);
    case 'standbyAcquire':
      return standbyAcquired(turn, part);
    case 'conflict':
      return conflictReleased(turn);
    case 'cleanup':
      return turn;
    case 'orphan':
      return report(turn);
    case 'shutdown':
      return allReleased(turn);
    case 'legacyTake':
      return groupTaken(turn, purpose.key);
    case 'legacyGive':
      return answerRequest(turn, purpose.to, purpose.key, true);
  }
};

/** Takes note of the end. A failed start leaves the holding state as it is, as in genuine (reference 11.2, no. 20). */
export const jobEnded = (turn: Turn, job: number, outcome: 'done' | 'failed'): Turn => {
  const found = endJob(turn, job);
  if (found === undefined) return turn;
  const { ended } = found;
  const failed =
    outcome === 'failed' && ended.purpose.kind !== 'shutdown' && !isLegacy(turn.state)
      ? updateResources(found.turn, { giveUp: { at: (turn.now.mono + GIVE_UP_AFTER) as Millis, what: ended.part } })
      : found.turn;
  if (failed.state.resources.phase === 'shutdown' && ended.purpose.kind !== 'shutdown') return failed;
  return goOn(failed, ended);
};

/** The 30 s are over: offer what we could not start, if there is somebody to offer it to. */
export const offerFailed = (turn: Turn): Turn => {
  const { giveUp, hold } = turn.state.resources;
  if (giveUp === undefined || turn.now.mono < giveUp.at) return turn;
  const noted = updateResources(turn, { giveUp: undefined });
  if (!present(partner(turn.state)) || turn.state.stop.phase !== 'none' || !contains(hold, giveUp.what)) return noted;
  return requestStandby(noted, giveUp.what);
};
