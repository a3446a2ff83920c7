/** Cables that are pulled, lose packets, or pass them one way only. */
import type { Owners, Scenario } from '../model.js';
import { heal, lose, partition, startBoth, stopBoth, unplug } from '../steps.js';
import { healedPartition, unawareGenuine } from './known.js';

/**
 * Without failback two of ours agree that lb1 keeps everything; beside a genuine node, which restarts, ours does; of two
 * genuine ones that restart together each takes its own (heartbeat reference 5.6).
 */
const keptByOne: Owners = {
  'ours-ours': { owners: 'lb1 lb1' },
  'ours-genuine': { owners: 'lb1 lb1' },
  'genuine-ours': { owners: 'lb2 lb2' },
  otherwise: '? ?',
};

/** Two of ours settle it without a restart. */
const noRestart = { text: 'Heartbeat restart on node', pairings: ['ours-ours'] } as const;

export const CABLES: readonly Scenario[] = [
  {
    name: 'the only cable of lb1 is pulled and plugged in, failback on',
    failback: 'on',
    neverLogged: [noRestart],
    steps: [
      startBoth,
      unplug('lb1', ['eth0'], 'lb1+lb2 lb1+lb2'),
      heal('lb1 lb2', { watch: 3_000, allow: healedPartition }),
      stopBoth,
    ],
  },
  {
    name: 'the switch silently drops everything of lb2, failback off',
    failback: 'off',
    neverLogged: [noRestart],
    steps: [
      startBoth,
      lose('lb2', ['eth0'], 1, 'both', 'lb1+lb2 lb1+lb2'),
      heal(keptByOne, { watch: 3_000, allow: healedPartition }),
      stopBoth,
    ],
  },
  {
    name: 'partition on all links while clients reach both, failback on',
    failback: 'on',
    links: 'two',
    neverLogged: [noRestart],
    steps: [
      startBoth,
      partition('lb1+lb2 lb1+lb2'),
      heal('lb1 lb2', { watch: 3_000, allow: healedPartition }),
      stopBoth,
    ],
  },
  {
    name: 'partition on all links while clients reach both, failback off',
    failback: 'off',
    links: 'two',
    steps: [
      startBoth,
      partition('lb1+lb2 lb1+lb2'),
      heal(keptByOne, { watch: 3_000, allow: healedPartition }),
      stopBoth,
    ],
  },
  {
    name: 'lb1 hears nothing any more on the heartbeat wire, lb2 hears everything',
    failback: 'on',
    links: 'wire',
    steps: [
      startBoth,
      lose('lb1', ['eth1'], 1, 'in', 'lb1 lb1+lb2'),
      heal('lb1 lb2', { watch: 3_000, allow: [...healedPartition, ...unawareGenuine] }),
      stopBoth,
    ],
  },
  {
    name: 'of two links one fails, then the other, then both are back',
    failback: 'on',
    links: 'two',
    steps: [
      startBoth,
      unplug('lb2', ['eth1'], 'lb1 lb2', { watch: 4_000, still: true }),
      unplug('lb2', ['eth0'], 'lb1+lb2 lb1+lb2'),
      heal('lb1 lb2', { watch: 3_000, allow: healedPartition }),
      stopBoth,
    ],
  },
  {
    name: 'two links take turns in failing, and nothing moves',
    failback: 'on',
    links: 'two',
    neverLogged: ['is dead'],
    steps: [
      startBoth,
      lose('lb2', ['eth1'], 1, 'both', 'lb1 lb2', { watch: 4_000, still: true }),
      heal('lb1 lb2', { watch: 2_000, still: true }),
      lose('lb1', ['eth1'], 1, 'out', 'lb1 lb2', { watch: 4_000, still: true }),
      heal('lb1 lb2', { watch: 2_000, still: true }),
      stopBoth,
    ],
  },
];
