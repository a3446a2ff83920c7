/** What an administrator does on purpose: start, move, stop, upgrade. */
import type { Scenario } from '../model.js';
import { standby, start, startBoth, stop, stopBoth, takeover } from '../steps.js';

export const PLAIN: readonly Scenario[] = [
  {
    name: 'graceful stop and start, failback on',
    failback: 'on',
    neverLogged: ['own our resources', 'own foreign resources', 'CRIT'],
    steps: [
      startBoth,
      stop(['lb1'], 'lb2 lb2'),
      start(['lb1'], 'lb1 lb2'),
      stop(['lb2'], 'lb1 lb1'),
      start(['lb2'], 'lb1 lb2'),
      stopBoth,
    ],
  },
  {
    name: 'graceful stop and start, failback off',
    failback: 'off',
    neverLogged: ['own our resources', 'own foreign resources', 'CRIT'],
    steps: [
      startBoth,
      stop(['lb1'], 'lb2 lb2'),
      start(['lb1'], 'lb2 lb2', { watch: 3_000, still: true }),
      stop(['lb2'], 'lb1 lb1'),
      start(['lb2'], 'lb1 lb1', { watch: 3_000, still: true }),
      stopBoth,
    ],
  },
  {
    name: 'standby and takeover, from both nodes and with the tools of both',
    failback: 'off',
    neverLogged: ['own our resources', 'own foreign resources', 'CRIT'],
    steps: [
      startBoth,
      standby('lb1', 'local', 'lb2 lb2'),
      standby('lb2', 'foreign', 'lb1 lb2', 'other'),
      takeover('lb1', 'all', 'lb1 lb1'),
      takeover('lb2', 'local', 'lb1 lb2', 'other'),
      standby('lb2', 'all', 'lb1 lb1'),
      takeover('lb2', 'all', 'lb2 lb2', 'other'),
      standby('lb2', 'failback', 'lb1 lb2', 'other'),
      takeover('lb2', 'foreign', 'lb2 lb2'),
      takeover('lb1', 'local', 'lb1 lb2', 'other'),
      stopBoth,
    ],
  },
  {
    name: 'one node alone, the other joins later',
    failback: 'on',
    steps: [start(['lb2'], 'lb2 lb2'), start(['lb1'], 'lb1 lb2'), stop(['lb1'], 'lb2 lb2'), stop(['lb2'], '- -')],
  },
];
