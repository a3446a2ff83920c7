/** Taking what nobody else holds any more: the other node died, left, or never came (heartbeat reference 5.5, 6.4, 6.6). */
import { message } from '../wire/message.js';
import { hex } from './fieldnumbers.js';
import { common, contains, minus } from './holdings.js';
import type { Holding } from './interface.js';
import { startJob } from './jobs.js';
import { acquireOwn, isReplaced, scriptAcquiresOwn } from './own-scripts.js';
import { isBystander, isLegacy } from './partner.js';
import { announceStart, report } from './reports.js';
import { broadcast } from './sending.js';
import { say, type Turn, update, updateResources } from './turn.js';

/** What clients and rc.d/status are told of a node that died or left (heartbeat reference 6.4). */
export const deathNotice = (turn: Turn, node: string, ping: boolean) =>
  message({
    t: 'status',
    seq: '1',
    ts: hex(turn.now.wall / 1000),
    src: node,
    st: 'dead',
    ...(ping ? { info: 'ping' } : {}),
  });

/** Acquires what is missing, all in one job; or through the scripts that an administrator has put in our place. */
const acquire = (turn: Turn, missing: Holding, from: string): Turn => {
  const occasion = { kind: 'death', node: from } as const;
  const theirs = common(missing, 'foreign');
  const replaced = contains(theirs, 'foreign') && theirs !== 'none' && isReplaced(turn, 'status');
  // A script that hangs in a job under way must hold up its own half only (6.8): so that there are two halves.
  const busy = missing === 'all' && turn.state.jobs.length > 0;
  const apart = busy || replaced || (scriptAcquiresOwn(turn) && common(missing, 'local') !== 'none');
  if (!apart) return startJob(turn, 'acquire', missing, missing, { kind: 'takeover', from }, { occasion });
  const ours = common(missing, 'local') === 'none' ? turn : acquireOwn(turn, { kind: 'ours' });
  if (theirs === 'none') return ours;
  return replaced
    ? startJob(
        ours,
        'acquire',
        'foreign',
        'foreign',
        { kind: 'script', from },
        { script: deathNotice(turn, from, false) },
      )
    : startJob(ours, 'acquire', 'foreign', 'foreign', { kind: 'takeover', from }, { occasion });
};

const isTakingOver = (turn: Turn): boolean =>
  turn.state.jobs.some(({ purpose }) => purpose.kind === 'takeover' || purpose.kind === 'script');

/** Acquires every group we do not hold yet, at once. `from` is who had them. */
export const acquireMissing = (turn: Turn, from: string): Turn => {
  // It may still run what it held: not before it is reset (heartbeat reference 5.5).
  if (turn.state.fencing === from) return turn;
  const { hold, failbackWanted } = turn.state.resources;
  const ours: Holding = isBystander(turn.state) ? 'local' : 'all';
  const missing = minus(ours, hold);
  const alone = updateResources(turn, {
    phase: 'stable',
    clockAt: undefined,
    otherStable: true,
    localDone: true,
    foreignDone: true,
    // heartbeat reference 6.3: mach_down runs, and so its groups are owed to it, even when a standby had moved them before.
    failbackWanted: failbackWanted || contains(ours, 'foreign'),
    conflictSince: undefined,
    orphanSince: undefined,
  });
  if (missing === 'none') return announceStart(alone, 'status');
  const { localKeys = [], foreignKeys = [] } = turn.state.settings;
  const said = say(alone, 'info', `Resources being acquired from ${from}.`);
  const asked = acquire(updateResources(said, { hold: ours }), missing, from);
  const working = updateResources(asked, { takeover: isTakingOver(asked) });
  const byScript = working.state.jobs.some(({ purpose }) => purpose.kind === 'script');
  const theirs = ours === 'all' ? foreignKeys : [];
  const named = (byScript ? [] : theirs).reduce(
    (sum, key) => say(sum, 'info', `Taking over resource group ${key}`),
    working,
  );
  return report(update(named, { heldKeys: [...localKeys, ...theirs] }), 'req_our_resources()', true);
};

/** The groups of a takeover have been started. */
export const takeoverDone = (turn: Turn, from: string, part: Parameters<typeof minus>[0]): Turn => {
  const ours = common(part, 'local') === 'none' ? turn : say(turn, 'info', 'Local Resource acquisition completed.');
  const said = isLegacy(turn.state)
    ? ours
    : broadcast(say(ours, 'info', '/usr/share/heartbeat/mach_down: nice_failback: foreign resources acquired'), {
        t: 'resource',
        rsc_hold: 'foreign',
        info: 'mach_down',
      });
  const script = say(said, 'info', `mach_down takeover complete for node ${from}.`);
  return takenOver(script);
};

/** A takeover has ended: ours, or that of the script that says so with `info=mach_down` (heartbeat reference 6.3). */
export const takenOver = (turn: Turn): Turn => {
  const over = updateResources(turn, { takeover: isTakingOver(turn) });
  return announceStart(say(over, 'info', 'mach_down takeover complete.'), 'mach_down');
};

/**
 * The administrator's own rc.d/status has ended. What it did is what he wants; only when it failed, nobody may have
 * taken over, and we do it.
 */
export const scriptEnded = (turn: Turn, from: string, outcome: 'done' | 'failed'): Turn => {
  if (outcome === 'done') return updateResources(turn, { takeover: isTakingOver(turn) });
  const said = say(turn, 'ERROR', `rc.d/status failed: taking over the resources of ${from} without it.`);
  const occasion = { kind: 'death', node: from } as const;
  return startJob(said, 'acquire', 'foreign', 'foreign', { kind: 'takeover', from }, { occasion });
};

/** Tells the result of a fencing that is not there (heartbeat reference 5.5). */
export const fencingReport = (turn: Turn, node: string, result: 'n_stnth' | 'unneeded'): Turn =>
  result === 'unneeded'
    ? broadcast(turn, { t: 'stonith', node, result })
    : say(
        say(broadcast(turn, { t: 'stonith', node, result }), 'WARN', 'No STONITH device configured.'),
        'WARN',
        'Shared disks are not protected.',
      );
