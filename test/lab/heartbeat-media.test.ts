/** The IPv4 links between two of our daemons. */
import { type Case, testMedium } from './media-scenario.js';

const CASES: readonly Case[] = [
  {
    title: 'bcast',
    media: ['bcast eth1', 'bcast eth1'],
    target: () => ['10.1.0.255'],
    port: 694,
    hearsItself: true,
  },
  {
    title: 'mcast without loop, another port',
    media: ['mcast eth1 239.0.0.43 696 1 0', 'mcast eth1 239.0.0.43 696 1 0'],
    target: () => ['239.0.0.43'],
    port: 696,
    hearsItself: false,
  },
  {
    title: 'ucast to the peer',
    media: ['ucast eth1 10.1.0.2', 'ucast eth1 10.1.0.1'],
    target: (node) => [node === 'lb1' ? '10.1.0.2' : '10.1.0.1'],
    port: 694,
    hearsItself: false,
  },
];

for (const each of CASES) testMedium(each);
