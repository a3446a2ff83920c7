/** What follows from the monitors: resources leave a node that is not well for one that is, and come home when it is well. */
import { millis } from '../../time.js';
import type { Health } from '../monitor/interface.js';
import { overlap } from './conflict.js';
import { isFit, otherTrouble, ownTrouble, updateHealth } from './fitness.js';
import { contains } from './holdings.js';
import { isLegacy, partner, present } from './partner.js';
import { report } from './reports.js';
import { broadcast } from './sending.js';
import { canLead, requestStandby } from './standby.js';
import type { ClusterState, NodeState, OwnHealth } from './state.js';
import { say, type Turn } from './turn.js';

/** A request that was not answered is not repeated earlier, whatever the hold-down. */
const LEAST_PAUSE = 10_000;
/** So long a peer has to give our groups back before it is asked again. */
const HOME_AGAIN = 30_000;

const seconds = (duration: number): string => `${Math.ceil(duration / 1000)} s`;

/** The monitors have come to another conclusion. */
export const heardHealth = (turn: Turn, is: Health, failing: readonly string[]): Turn => {
  const { health, settings } = turn.state;
  if (health === undefined) return turn;
  const noted = updateHealth(turn, { is, failing, said: '' });
  if (is !== 'good') return noted;
  const well = updateHealth(noted, { returned: false });
  if (health.is !== 'bad') return well;
  const homeward = health.owed && settings.autoFailback === 'on';
  const rested = updateHealth(well, { homeAfter: millis(turn.now.mono + health.holddown) });
  return say(
    rested,
    'info',
    homeward
      ? `All monitors are up again: local resources come home in ${seconds(health.holddown)} (auto_failback on).`
      : 'All monitors are up again: resources stay where they are.',
  );
};

/** Why resources stay here although we are not well, in words for the log; undefined: they need not. */
const obstacle = (state: ClusterState, health: OwnHealth, other: NodeState | undefined): string | undefined => {
  if (isLegacy(state)) return 'auto_failback legacy knows no standby';
  if (other === undefined) return 'there is no other node for them';
  if (other.status === 'dead') return `${other.name} is dead`;
  if (!present(other)) return `${other.name} has left`;
  if (other.status !== 'active') return `${other.name} is not active yet`;
  if (!isFit(other)) return otherTrouble(other);
  return health.returned ? `${other.name} could not start them` : undefined;
};

/** Says once why they stay. */
const stay = (turn: Turn, health: OwnHealth, why: string): Turn => {
  const said = `${ownTrouble(health)}: resources stay here, ${why}.`;
  return said === health.said ? turn : say(updateHealth(turn, { said }), 'WARN', said);
};

/** Nothing of ours moves, and both nodes agree who holds what. */
const isAtRest = ({ jobs, resources }: ClusterState): boolean =>
  jobs.length === 0 && resources.phase === 'stable' && resources.standby.state === 'not';

/** We are not well: away with everything, unless the other node would be no better. */
const handOver = (turn: Turn, health: OwnHealth): Turn => {
  const { hold, conflictSince } = turn.state.resources;
  const other = partner(turn.state);
  const here = health.returned && !present(other) ? { ...health, returned: false } : health;
  if (hold === 'none' || !isAtRest(turn.state)) return turn;
  const why = obstacle(turn.state, here, other);
  if (why !== undefined) return stay(updateHealth(turn, { returned: here.returned }), here, why);
  // What both hold is settled first.
  if (!canLead(turn) || conflictSince !== undefined || overlap(turn.state) !== 'none') return turn;
  const pause = Math.max(health.holddown, LEAST_PAUSE);
  const due = health.gaveAt === undefined ? turn.now.mono : millis(health.gaveAt + pause);
  if (turn.now.mono < due) {
    return stay(updateHealth(turn, { lookAt: due }), here, `${other?.name} was asked less than ${seconds(pause)} ago`);
  }
  const said = say(turn, 'WARN', `${ownTrouble(health)}, ${other?.name} is well: handing over all resources.`);
  const owed = turn.state.settings.autoFailback === 'on' && contains(hold, 'local');
  const noted = updateHealth(said, { gaveAt: turn.now.mono, owed: health.owed || owed, said: '' });
  // A peer that did not answer may have our last report but one for our last: it ignores who is in flux.
  const repeated = health.gaveAt !== undefined && other?.kin === undefined ? report(noted, undefined, true) : noted;
  return requestStandby(repeated, 'all');
};

/** We are well again: our own groups come home if `auto_failback on` says so. A genuine peer understands that word as well. */
const comeHome = (turn: Turn, { owed, homeAfter }: OwnHealth): Turn => {
  const { settings, resources } = turn.state;
  const other = partner(turn.state);
  if (!owed || settings.autoFailback !== 'on' || !isAtRest(turn.state)) return turn;
  if (contains(resources.hold, 'local')) return updateHealth(turn, { owed: false });
  if (!present(other)) return turn;
  if (homeAfter !== undefined && turn.now.mono < homeAfter) return updateHealth(turn, { lookAt: homeAfter });
  if (!canLead(turn) || !contains(resources.otherHold, 'foreign')) return turn;
  const said = say(turn, 'info', `All monitors are up: asking ${other?.name} for local resources (auto_failback on).`);
  const homeAgain = millis(turn.now.mono + HOME_AGAIN);
  return broadcast(updateHealth(said, { homeAfter: homeAgain, lookAt: homeAgain }), {
    t: 'hb_takeover',
    rsc_hold: 'local',
  });
};

/** Reconciles who holds what with how we are. */
export const followHealth = (turn: Turn): Turn => {
  const { health, stop, reload, communication } = turn.state;
  if (health === undefined) return turn;
  const fresh = health.lookAt === undefined ? turn : updateHealth(turn, { lookAt: undefined });
  if (stop.phase !== 'none' || reload.phase !== 'none' || communication.phase !== 'up') return fresh;
  switch (health.is) {
    case 'unknown':
      return fresh;
    case 'good':
      return comeHome(fresh, health);
    case 'bad':
      return handOver(fresh, health);
  }
};
