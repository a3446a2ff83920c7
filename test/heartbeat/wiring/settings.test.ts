import type { HaConfig, Medium, ResourceGroup } from '../../../lib/heartbeat/config/model.js';
import { clusterSettings, linkMedia, pingMedia } from '../../../lib/heartbeat/wiring/settings.js';
import { millis, seconds } from '../../../lib/time.js';

const at = { file: 'ha.cf', line: 1, column: 1 };
const media: readonly Medium[] = [
  { kind: 'ucast', name: 'eth0', device: 'eth0', peer: '10.0.0.1', port: 694 },
  { kind: 'ucast', name: 'eth0', device: 'eth0', peer: '10.0.0.2', port: 694 },
  { kind: 'serial', name: '/dev/ttyS0', device: '/dev/ttyS0', baud: 19200 },
  { kind: 'bcast', name: 'eth1', device: 'eth1', port: 694 },
  { kind: 'mcast6', name: 'eth2', device: 'eth2', group: 'ff02::1', port: 694, ttl: 1, loop: false },
  { kind: 'ping', name: '10.0.0.9', host: '10.0.0.9' },
  { kind: 'ping_group', name: 'grp', hosts: ['10.0.0.8'] },
];
const config = {
  nodes: [
    { value: 'lb1', at },
    { value: 'lb2', at },
  ],
  media: media.map((value) => ({ value, at })),
  keepalive: seconds(1),
  deadtime: seconds(5),
  warntime: seconds(3),
  initdead: seconds(10),
  deadping: seconds(4),
  autoFailback: 'off',
  hopfudge: 1,
  maxRexmitDelay: millis(250),
} as unknown as HaConfig;

const group = (node: string, word: string): ResourceGroup => ({
  node,
  at,
  resources: [
    { word, agent: 'IPaddr', args: [word], at },
    { word: 'ldirectord::www', agent: 'ldirectord', args: ['www'], at },
  ],
});

test('links to nodes; two on one device are one link; ping nodes apart', () => {
  expect(linkMedia(config).map(({ kind }) => kind)).toEqual(['ucast', 'ucast', 'serial', 'bcast', 'mcast6']);
  expect(pingMedia(config).map(({ name }) => name)).toEqual(['10.0.0.9', 'grp']);
  const identity = { generation: 7, uuid: new Uint8Array(16) };
  const groups = [group('lb2', '10.0.0.101'), group('lb1', '10.0.0.100')];
  expect(
    clusterSettings({ self: 'lb1', config, groups, mayHaveLeftovers: true, identity, pid: 14, seed: 3 }),
  ).toMatchObject({
    self: 'lb1',
    nodes: ['lb1', 'lb2'],
    pingNodes: ['10.0.0.9', 'grp'],
    links: ['eth0', '/dev/ttyS0', 'eth1', 'eth2'],
    autoFailback: 'off',
    generation: 7,
    hasLocalGroups: true,
    hasForeignGroups: true,
    localKeys: ['10.0.0.100'],
    foreignKeys: ['10.0.0.101'],
    mayHaveLeftovers: true,
  });
});

test('without groups there is nothing to hold', () => {
  const identity = { generation: 7, uuid: new Uint8Array(16) };
  expect(
    clusterSettings({ self: 'lb1', config, groups: [], mayHaveLeftovers: false, identity, pid: 14, seed: 3 }),
  ).toMatchObject({
    hasLocalGroups: false,
    hasForeignGroups: false,
  });
});
