/** Taking our own groups, and becoming stable at start-up (heartbeat reference 6.2, 6.3). */
import { considerFailback } from './failback.js';
import { contains, plus } from './holdings.js';
import { acquireOwn, scriptAcquiresOwn } from './own-scripts.js';
import { partner, present } from './partner.js';
import { announceStart, report } from './reports.js';
import { say, type Turn, updateResources } from './turn.js';

/** Takes our own groups unless the other node has them or we have them already. */
export const requestOurs = (turn: Turn): Turn => {
  const { hold, otherHold, standby } = turn.state.resources;
  if (contains(otherHold, 'foreign') || contains(hold, 'local')) {
    return standby.state === 'not' ? say(turn, 'info', 'Local Resource acquisition completed. (none)') : turn;
  }
  const held = acquireOwn(updateResources(turn, { hold: plus(hold, 'local') }), { kind: 'ours' });
  // heartbeat reference 6.2: what the scripts still have to start does not hold up the report.
  return scriptAcquiresOwn(turn) ? oursAcquired(held) : held;
};

/** Our own groups have been started, as far as they could. */
export const oursAcquired = (turn: Turn): Turn => {
  const { self, hasLocalGroups } = turn.state.settings;
  const said = hasLocalGroups
    ? say(turn, 'info', 'Local Resource acquisition completed.')
    : say(turn, 'info', `No local resources [/usr/share/heartbeat/ResourceManager listkeys ${self}] to acquire.`);
  return announceStart(
    report(updateResources(said, { localDone: true }), 'req_our_resources()', true),
    'req_our_resources',
  );
};

/** Ends start-up. `whose` transition made it possible: the other node's stability, or our own clock. */
export const becomeStable = (turn: Turn, whose: 'local' | 'remote'): Turn => {
  const said = say(turn, 'info', `${whose} resource transition completed.`);
  const stable = updateResources(requestOurs(said), { phase: 'stable', clockAt: undefined, localDone: true });
  return considerFailback(report(announceStart(stable, 'T_RESOURCES(us)')));
};

const isStarting = (turn: Turn): boolean => {
  const { phase } = turn.state.resources;
  return phase === 'starting' || phase === 'bothStarting' || phase === 'received';
};

/** The 10 s are over and nobody became stable: both nodes are starting, each takes its own. */
export const startClockRang = (turn: Turn): Turn => {
  const { phase, clockAt } = turn.state.resources;
  if (clockAt === undefined || turn.now.mono < clockAt) return turn;
  return phase === 'received' ? becomeStable(turn, 'local') : updateResources(turn, { clockAt: undefined });
};

/**
 * Beside our own kind nobody waits: what it claims is certain, it takes our groups only when it calls us dead or when we
 * hand them over, and so do we.
 */
export const startBesideKin = (turn: Turn): Turn => {
  const other = partner(turn.state);
  if (!isStarting(turn) || !present(other) || other?.kin === undefined || other.kin.standby) return turn;
  switch (other.kin.phase) {
    case 'init':
    case 'starting':
      // It still stops what its former life left running: our groups are ours when they are gone there.
      return contains(other.kin.hold, 'foreign') ? turn : becomeStable(turn, 'local');
    case 'stable':
      return becomeStable(turn, 'remote');
    case 'leaving':
    case 'left':
      return turn;
  }
};
