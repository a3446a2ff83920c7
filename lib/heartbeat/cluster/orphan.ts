/** Groups that nobody holds although both nodes are up: their holder restarted faster than deadtime (reference 5.5). */
import type { Millis } from '../../time.js';
import { contains, minus, mirrored, plus } from './holdings.js';
import type { Holding } from './interface.js';
import { isQuiet, startJob } from './jobs.js';
import { isLegacy, partner, present } from './partner.js';
import { report } from './reports.js';
import { broadcast } from './sending.js';
import { requestStandby } from './standby.js';
import type { ClusterState } from './state.js';
import { say, type Turn, updateResources } from './turn.js';

/** Long enough that everything a genuine peer had to say about it has arrived. */
const GENUINE_SETTLE = 3_000;
const KIN_SETTLE = 1_000;

/** What neither node holds, seen from us; only while both are at rest. */
const unowned = (state: ClusterState): Holding => {
  const { resources, stop } = state;
  const other = partner(state);
  const resting =
    !isLegacy(state) &&
    isQuiet(state) &&
    resources.otherStable &&
    resources.conflictSince === undefined &&
    stop.phase === 'none' &&
    present(other) &&
    (other?.kin === undefined || (other.kin.phase === 'stable' && !other.kin.standby));
  return resting ? minus('all', plus(resources.hold, mirrored(resources.otherHold))) : 'none';
};

/** What is ours to do about it: our own groups always; those of a genuine peer too, it would let them lie. */
const ourShare = (state: ClusterState): Holding => {
  const free = unowned(state);
  if (contains(free, 'local')) return 'local';
  return free === 'foreign' && partner(state)?.kin === undefined ? 'foreign' : 'none';
};

const settleTime = (state: ClusterState): number =>
  (partner(state)?.kin === undefined ? GENUINE_SETTLE : KIN_SETTLE) + 2 * state.settings.keepalive;

/** When we act; undefined when there is nothing to do. */
export const orphanDeadline = (state: ClusterState): Millis | undefined =>
  state.resources.orphanSince === undefined ? undefined : ((state.resources.orphanSince + settleTime(state)) as Millis);

/** Looks for orphans, and takes them in once nothing else has done so for a while. */
export const adoptOrphans = (turn: Turn): Turn => {
  const { resources, settings } = turn.state;
  const share = ourShare(turn.state);
  if (share === 'none') {
    return resources.orphanSince === undefined ? turn : updateResources(turn, { orphanSince: undefined });
  }
  if (resources.orphanSince === undefined) return updateResources(turn, { orphanSince: turn.now.mono });
  const due = orphanDeadline(turn.state);
  if (due === undefined || turn.now.mono < due) return turn;
  const looked = updateResources(turn, { orphanSince: undefined });
  const asked = updateResources(looked, { orphanOffered: true });
  const canAsk = partner(turn.state)?.kin === undefined && !resources.orphanOffered;
  // The hand-over of reference 6.5 makes a genuine peer start its own groups; there is nothing to stop here.
  if (canAsk && share === 'foreign' && settings.autoFailback === 'on') return requestStandby(asked, 'foreign');
  // A genuine daemon that was killed left its addresses up and does not know. This makes it stop them before we start.
  if (canAsk && share === 'local') return broadcast(asked, { t: 'hb_takeover', rsc_hold: 'local' });
  const said = say(looked, 'WARN', `Nobody holds ${share} resources: acquiring them.`);
  const held = updateResources(said, { hold: plus(resources.hold, share) });
  return report(startJob(held, 'acquire', share, share, { kind: 'orphan' }));
};
