/** Taking what nobody else holds any more: the other node died, left, or never came (heartbeat reference 5.5, 6.4, 6.6). */
import { common, minus } from './holdings.js';
import { startJob } from './jobs.js';
import { isLegacy } from './partner.js';
import { announceStart, report } from './reports.js';
import { broadcast } from './sending.js';
import { say, type Turn, update, updateResources } from './turn.js';

/** Acquires every group we do not hold yet, at once. `from` is who had them. */
export const acquireMissing = (turn: Turn, from: string): Turn => {
  const { hold, failbackWanted } = turn.state.resources;
  const missing = minus('all', hold);
  const alone = updateResources(turn, {
    phase: 'stable',
    clockAt: undefined,
    otherStable: true,
    localDone: true,
    foreignDone: true,
    conflictSince: undefined,
    orphanSince: undefined,
  });
  if (missing === 'none') return announceStart(alone, 'status');
  const { localKeys = [], foreignKeys = [] } = turn.state.settings;
  const said = say(alone, 'info', `Resources being acquired from ${from}.`);
  const asked = startJob(
    updateResources(said, {
      hold: 'all',
      takeover: true,
      failbackWanted: failbackWanted || common(missing, 'foreign') !== 'none',
    }),
    'acquire',
    missing,
    missing,
    { kind: 'takeover', from },
  );
  const named = foreignKeys.reduce((sum, key) => say(sum, 'info', `Taking over resource group ${key}`), asked);
  return report(update(named, { heldKeys: [...localKeys, ...foreignKeys] }), 'req_our_resources()', true);
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
  const over = updateResources(script, {
    takeover: script.state.jobs.some((job) => job.purpose.kind === 'takeover'),
  });
  return announceStart(say(over, 'info', 'mach_down takeover complete.'), 'mach_down');
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
