/** Giving the other node its groups back after we took them because it was gone (heartbeat reference 6.3). */
import type { Millis } from '../../time.js';
import { overlap } from './conflict.js';
import { isFit } from './fitness.js';
import { contains } from './holdings.js';
import { isQuiet } from './jobs.js';
import { partner, present } from './partner.js';
import { requestStandby } from './standby.js';
import { type Turn, updateResources } from './turn.js';

const RETRY = 1_000;

/** Starts the hand-over when it is wanted and possible; tries again every second while something is under way. */
export const considerFailback = (turn: Turn): Turn => {
  const { settings, resources, stop } = turn.state;
  if (!resources.failbackWanted || settings.autoFailback !== 'on') return turn;
  const other = partner(turn.state);
  // Who is not well gets them when it is.
  if (!resources.otherStable || !present(other) || !isFit(other) || stop.phase !== 'none') {
    return updateResources(turn, { failbackAt: undefined });
  }
  if (!contains(resources.hold, 'foreign')) {
    return updateResources(turn, { failbackWanted: false, failbackAt: undefined });
  }
  if (!isQuiet(turn.state) || overlap(turn.state) !== 'none' || resources.conflictSince !== undefined) {
    return updateResources(turn, { failbackAt: (turn.now.mono + RETRY) as Millis });
  }
  // heartbeat reference 6.5: a request that is not answered is not repeated.
  return requestStandby(updateResources(turn, { failbackWanted: false, failbackAt: undefined }), 'foreign');
};

/** The second is over. */
export const failbackDue = (turn: Turn): Turn => {
  const { failbackAt } = turn.state.resources;
  return failbackAt === undefined || turn.now.mono < failbackAt
    ? turn
    : considerFailback(updateResources(turn, { failbackAt: undefined }));
};
