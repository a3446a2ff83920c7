/** Nodes and daemons that die, sleep and come back. */
import type { Scenario } from '../model.js';
import { kill, pause, powerOff, powerOn, standby, start, startBoth, stopBoth } from '../steps.js';
import { healedPartition, killedGenuine, LB2_GENUINE, wokeGenuine } from './known.js';

export const DEATHS: readonly Scenario[] = [
  {
    name: 'power failure of lb1, failback on',
    failback: 'on',
    steps: [startBoth, powerOff('lb1', 'lb2 lb2'), powerOn('lb1', 'lb1 lb2'), stopBoth],
  },
  {
    name: 'power failure of lb2, failback off',
    failback: 'off',
    steps: [startBoth, powerOff('lb2', 'lb1 lb1'), powerOn('lb2', 'lb1 lb1', { watch: 3_000, still: true }), stopBoth],
  },
  {
    name: 'kill -9 of the daemon on lb1, and its start after the takeover',
    failback: 'on',
    steps: [
      startBoth,
      kill('lb1', 'lb1+lb2 lb2', { watch: 4_000 }),
      start(['lb1'], 'lb1 lb2', { allow: killedGenuine }),
      stopBoth,
    ],
  },
  {
    name: 'power cycle of lb1 faster than deadtime while it serves everything',
    failback: 'off',
    haCf: ['deadtime 12', 'initdead 24'],
    steps: [
      startBoth,
      standby('lb2', 'all', 'lb1 lb1'),
      powerOff('lb1', '- -'),
      powerOn('lb1', {
        'genuine-genuine': { owners: 'lb1 -', because: 'heartbeat reference 5.5' },
        otherwise: 'lb1 ?',
      }),
      stopBoth,
    ],
  },
  {
    name: 'the daemon on lb2 sleeps longer than deadtime',
    failback: 'on',
    steps: [
      startBoth,
      // To its peer it is a node that returns after a partition.
      pause('lb2', 6_000, 'lb1 lb2', { watch: 2_000, allow: [...healedPartition, ...wokeGenuine(LB2_GENUINE)] }),
      stopBoth,
    ],
  },
  {
    name: 'the daemon on lb1 sleeps shorter than deadtime',
    failback: 'on',
    haCf: ['deadtime 3'],
    neverLogged: ['is dead'],
    steps: [startBoth, pause('lb1', 1_500, 'lb1 lb2', { watch: 4_000, still: true })],
  },
];
