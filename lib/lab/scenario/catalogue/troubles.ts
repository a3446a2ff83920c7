/** Troubles of a machine that are not about the network: agents, disks, keys, clocks, a third node. */
import { WITH_SERVICE } from '../defaults.js';
import type { Scenario } from '../model.js';
import {
  clock,
  disk,
  heal,
  key,
  partition,
  powerOff,
  powerOn,
  service,
  standby,
  start,
  startBoth,
  stop,
  stopBoth,
} from '../steps.js';
import { givenUp, healedPartition } from './known.js';

export const TROUBLES: readonly Scenario[] = [
  {
    name: 'a script that hangs while lb2 takes over does not keep the daemon from its work',
    failback: 'on',
    haresources: WITH_SERVICE,
    steps: [
      startBoth,
      service('lb2', 'hangs'),
      powerOff('lb1', 'lb2 lb2', { restless: true, watch: 5_000 }),
      service('lb2', 'well'),
      powerOn('lb1', 'lb1 lb2'),
      stopBoth,
    ],
  },
  {
    name: 'the disk of lb2 is full: it serves, takes over and hands back',
    failback: 'on',
    smallDisk: true,
    steps: [
      startBoth,
      disk('lb2', 'full', { watch: 3_000, still: true }),
      standby('lb1', 'local', 'lb2 lb2'),
      standby('lb2', 'foreign', 'lb1 lb2'),
      powerOff('lb1', 'lb2 lb2'),
      disk('lb2', 'free'),
      powerOn('lb1', 'lb1 lb2'),
      stopBoth,
    ],
  },
  {
    name: 'the key is changed on one node and then on the other',
    failback: 'on',
    haCf: ['deadtime 8', 'initdead 16'],
    neverLogged: ['is dead'],
    steps: [
      startBoth,
      key('lb1', 'sha1 another', 'lb1 lb2', { still: true }),
      key('lb2', 'sha1 another', 'lb1 lb2', { still: true, watch: 3_000 }),
      stopBoth,
    ],
  },
  {
    name: 'lb1 has a wrong key for a while',
    failback: 'on',
    steps: [
      startBoth,
      key('lb1', 'md5 mistyped', 'lb1+lb2 lb1+lb2'),
      key('lb1', 'sha1 not-a-secret', 'lb1 lb2', { watch: 3_000, allow: healedPartition }),
      stopBoth,
    ],
  },
  {
    name: 'the clock of lb1 goes an hour ahead, an hour behind, and right again',
    failback: 'on',
    ownClock: true,
    neverLogged: ['is dead'],
    steps: [
      startBoth,
      clock('lb1', 3600, { still: true, watch: 4_000 }),
      clock('lb1', -3600, { still: true, watch: 4_000 }),
      standby('lb1', 'local', 'lb2 lb2'),
      clock('lb1', 0, { still: true, watch: 4_000 }),
      standby('lb2', 'foreign', 'lb1 lb2'),
      stopBoth,
    ],
  },
  {
    name: 'a script that fails on lb1 gives its whole group to lb2',
    // A genuine lb1 was seen to offer its foreign groups instead of the failed one of its own: the group stays down.
    pairings: ['ours-ours', 'ours-genuine'],
    failback: 'off',
    haresources: WITH_SERVICE,
    steps: [
      service('lb1', 'fails', '- -', { restless: true }),
      start(['lb1', 'lb2'], 'lb2 lb2', { allow: givenUp }),
      service('lb1', 'well', 'lb2 lb2'),
      standby('lb2', 'foreign', 'lb1 lb2'),
      stopBoth,
    ],
  },
  {
    name: 'three nodes: the third is passive',
    failback: 'on',
    nodes: ['lb1', 'lb2', 'lb3'],
    steps: [
      start(['lb1', 'lb2', 'lb3'], 'lb1 lb2'),
      stop(['lb3'], 'lb1 lb2', { still: true, watch: 3_000 }),
      start(['lb3'], 'lb1 lb2', { still: true, watch: 3_000 }),
      stop(['lb3', 'lb2', 'lb1'], '- -'),
    ],
  },
  {
    name: 'three nodes, parted and together again',
    failback: 'on',
    nodes: ['lb1', 'lb2', 'lb3'],
    pairings: ['ours-ours'],
    steps: [start(['lb1', 'lb2', 'lb3'], 'lb1 lb2'), partition('lb1+lb2 lb1+lb2'), heal('lb1 lb2', { watch: 3_000 })],
  },
];
