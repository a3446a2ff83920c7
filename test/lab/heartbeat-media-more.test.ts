/** The IPv6 links between two of our daemons, and two lines for one device. */
import { type Case, testMedium } from './media-scenario.js';

const CASES: readonly Case[] = [
  {
    title: 'mcast6',
    media: ['mcast6 eth1 ff02::6943 694 1 0', 'mcast6 eth1 ff02::6943 694 1 0'],
    target: () => ['ff02:0:0:0:0:0:0:6943'],
    port: 694,
    hearsItself: false,
    family: 'ipv6',
  },
  {
    title: 'ucast6 to the peer',
    media: ['ucast6 eth1 fd00:1::2', 'ucast6 eth1 fd00:1::1'],
    target: (node) => [node === 'lb1' ? 'fd00:1:0:0:0:0:0:2' : 'fd00:1:0:0:0:0:0:1'],
    port: 694,
    hearsItself: false,
    family: 'ipv6',
  },
  {
    // One file for all nodes: each line names one of them (heartbeat reference 3.9).
    title: 'ucast to the addresses of both nodes',
    media: ['ucast eth1 10.1.0.1\nucast eth1 10.1.0.2', 'ucast eth1 10.1.0.1\nucast eth1 10.1.0.2'],
    // What a node sends to itself does not pass its cable.
    target: (node) => [node === 'lb1' ? '10.1.0.2' : '10.1.0.1'],
    port: 694,
    hearsItself: true,
  },
];

for (const each of CASES) testMedium(each);
