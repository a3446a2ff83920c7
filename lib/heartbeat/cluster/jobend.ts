/** A job has ended: whoever asked for it goes on. */
import type { Millis } from '../../time.js';
import { oursAcquired } from './acquisition.js';
import { sweptOut } from './communication.js';
import { conflictReleased } from './conflict.js';
import { common, plus } from './holdings.js';
import type { Holding, JobResult } from './interface.js';
import { endJob } from './jobs.js';
import { groupGiven, groupTaken } from './legacy.js';
import { partner, present } from './partner.js';
import { report } from './reports.js';
import { requestStandby, standbyAcquired, standbyReleased } from './standby.js';
import type { Job } from './state.js';
import { allReleased } from './stop.js';
import { scriptEnded, takeoverDone } from './takeover.js';
import { say, type Turn, updateResources } from './turn.js';

/** heartbeat reference 2.6: 30 s after a failed start the groups are offered to the other node. */
const GIVE_UP_AFTER = 30_000;

const goOn = (turn: Turn, { scope, part, purpose }: Job, { outcome, stuck = 'none' }: JobResult): Turn => {
  switch (purpose.kind) {
    case 'ours':
      return oursAcquired(turn);
    case 'takeover':
      return takeoverDone(turn, purpose.from, part);
    case 'script':
      return scriptEnded(turn, purpose.from, outcome);
    case 'standbyRelease':
      return standbyReleased(turn, scope, stuck);
    case 'standbyAcquire':
      return standbyAcquired(turn, part);
    case 'conflict':
      return conflictReleased(turn);
    case 'cleanup':
      return sweptOut(turn, stuck);
    case 'orphan':
    case 'kept':
      return report(turn);
    case 'shutdown':
      return allReleased(turn, stuck);
    case 'legacyTake':
      return groupTaken(turn, purpose.key);
    case 'legacyGive':
      return groupGiven(turn, purpose.to, purpose.key, stuck);
  }
};

/** Groups of that part were given up: they are offered to the other node, the first ones first. */
const noteFailure = (turn: Turn, part: Holding): Turn => {
  const { giveUp } = turn.state.resources;
  const at = giveUp?.at ?? ((turn.now.mono + GIVE_UP_AFTER) as Millis);
  return updateResources(turn, { giveUp: { at, what: plus(giveUp?.what ?? 'none', part) } });
};

/** Takes note of the end. A failed start leaves the holding state as it is, as in genuine (reference 11.2, no. 20). */
export const jobEnded = (turn: Turn, job: number, result: JobResult): Turn => {
  const found = endJob(turn, job);
  if (found === undefined) return turn;
  const { ended } = found;
  const failed =
    result.outcome === 'failed' && ended.purpose.kind !== 'shutdown' && ended.purpose.kind !== 'script'
      ? noteFailure(found.turn, result.failed ?? ended.part)
      : found.turn;
  if (failed.state.resources.phase === 'shutdown' && ended.purpose.kind !== 'shutdown') return failed;
  return goOn(failed, ended, result);
};

/** The 30 s are over: offer what we could not start, if there is somebody to offer it to (heartbeat reference 2.6). */
export const offerFailed = (turn: Turn): Turn => {
  const { giveUp, hold } = turn.state.resources;
  if (giveUp === undefined || turn.now.mono < giveUp.at) return turn;
  const noted = updateResources(turn, { giveUp: undefined });
  const what = common(hold, giveUp.what);
  if (!present(partner(turn.state)) || turn.state.stop.phase !== 'none' || what === 'none') return noted;
  return requestStandby(say(noted, 'info', `Going standby [${what}].`), what, true);
};
