import type { AuthKeys } from '../../../lib/heartbeat/config/model.js';
import { createPinger, echoId, type PingNode, pingStatus, readPingReply } from '../../../lib/heartbeat/media/ping.js';
import { text } from '../../../lib/heartbeat/wire/message.js';
import { encodePacket } from '../../../lib/heartbeat/wire/packet.js';
import type { EchoReply, EchoSocket } from '../../../lib/platform/icmp.js';
import type { Echo } from '../../../lib/platform/icmp-packet.js';
import { filesOf, keysOf } from '../../support/heartbeat-fixtures.js';
import { readPcap } from '../../support/pcap.js';

const sign = { index: 1, method: 'sha1', key: 'test-key-not-secret' } as const;
const keys: AuthKeys = { sign, keys: new Map([[1, sign]]) };
const payload = (name: string, kind: PingNode['kind'] = 'ping'): Uint8Array =>
  encodePacket(pingStatus({ kind, name }, '6b0128f6'), sign, 'classic');
const nodes: readonly PingNode[] = [
  { kind: 'ping', name: '10.0.0.1', addresses: ['10.0.0.1'] },
  { kind: 'ping_group', name: 'grp', addresses: ['10.0.0.1', '10.0.0.2'] },
];

test('the id is the pid, byte-swapped: pid 15 shows as 3840 (heartbeat reference 10)', () => {
  expect(echoId(15)).toBe(3840);
  expect(echoId(0x12345)).toBe(0x4523);
});

test.each([
  ['ours', 3840, payload('10.0.0.1'), true],
  ['another program on this host pings too', 7, payload('10.0.0.1'), false],
  ['a node that is not configured', 3840, payload('10.0.0.9'), false],
  ['a forged payload', 3840, Buffer.from(payload('10.0.0.1')).fill(0x78, 30, 32), false],
  ['the padding of ping(8)', 3840, Buffer.alloc(56), false],
  ['the group as its subject, from a member', 3840, payload('grp', 'ping_group'), true],
  ['the group as its subject, but said to come from a single host', 3840, payload('grp', 'ping'), false],
])('a reply with %s', (_case, id, data, accepted) => {
  const read = readPingReply({ id, payload: data, from: '10.0.0.2' }, 3840, nodes, keys);
  expect(read !== undefined).toBe(accepted);
});

test('only members answer for a group; anybody may answer for a host (heartbeat reference 10)', () => {
  const from = (address: string, data: Uint8Array) =>
    readPingReply({ id: 3840, payload: data, from: address }, 3840, nodes, keys)?.node.name;
  expect(from('10.0.0.9', payload('grp', 'ping_group'))).toBeUndefined();
  expect(from('10.0.0.1', payload('grp', 'ping_group'))).toBe('grp');
  expect(from('10.0.0.9', payload('10.0.0.1'))).toBe('10.0.0.1');
});

/** A socket of which a test sees every request and makes every reply. */
const fakeSocket = () => {
  const sent: { readonly to: string; readonly echo: Echo }[] = [];
  let listener = (_reply: EchoReply): void => {};
  const socket: EchoSocket = {
    send: (to, echo) => {
      sent.push({ to, echo });
      return undefined;
    },
    onReply: (added) => {
      listener = added;
    },
    onRefusal: () => undefined,
    drain: () => undefined,
    close: () => {},
  };
  return { socket, sent, reply: (from: string, echo: Echo) => listener({ ...echo, from }) };
};

test('a group: every member is asked the same, the first answer counts and the others are duplicates', () => {
  const four = fakeSocket();
  const six = fakeSocket();
  const statuses: string[] = [];
  const pinger = createPinger({
    nodes: [
      { kind: 'ping_group', name: 'grp', addresses: ['10.0.0.1', '10.0.0.2'] },
      { kind: 'ping6', name: 'fd00::1', addresses: ['fd00::1'] },
    ],
    sockets: { ipv4: four.socket, ipv6: six.socket },
    pid: 15,
    keys: () => keys,
    format: 'classic',
    log: () => {},
    onStatus: (status, node) => statuses.push(`${node} ${text(status, 'info')}`),
  });
  pinger.ping('6b0128f6');
  expect(four.sent.map(({ to, echo }) => `${to} ${echo.sequence}`)).toEqual(['10.0.0.1 0', '10.0.0.2 0']);
  expect(four.sent[0]?.echo.payload).toEqual(four.sent[1]?.echo.payload);
  expect(six.sent.map(({ to }) => to)).toEqual(['fd00::1']);
  const [first, second] = four.sent;
  const [sixth] = six.sent;
  if (first === undefined || second === undefined || sixth === undefined) throw new Error('nothing was sent');
  four.reply('10.0.0.2', second.echo);
  four.reply('10.0.0.1', first.echo);
  four.reply('10.0.0.9', first.echo);
  // The status of an IPv6 host does not come in over IPv4.
  four.reply('10.0.0.1', sixth.echo);
  six.reply('fd00::1', sixth.echo);
  expect(statuses).toEqual(['grp ping_group', 'fd00::1 ping6']);
});

test('one request per node for every status; a reply comes back as the status of that node', () => {
  const sent: string[] = [];
  let listener = (_reply: EchoReply): void => {};
  const statuses: string[] = [];
  const said: string[] = [];
  const pinger = createPinger({
    nodes: [
      { kind: 'ping', name: '10.0.0.1', addresses: ['10.0.0.1'] },
      { kind: 'ping', name: 'gateway', addresses: ['10.0.0.2'] },
    ],
    sockets: {
      ipv6: undefined,
      ipv4: {
        send: (to, echo) => {
          sent.push(`${to} ${echo.sequence}`);
          if (to === '10.0.0.2') return 'EPERM (operation not permitted)';
          listener({ ...echo, from: '192.0.2.99' });
          return undefined;
        },
        onReply: (added) => {
          listener = added;
        },
        onRefusal: () => undefined,
        drain: () => undefined,
        close: () => {},
      },
    },
    pid: 15,
    keys: () => keys,
    format: 'classic',
    log: (priority, line) => said.push(`${priority}: ${line}`),
    onStatus: (status, node) => statuses.push(`${node} ${text(status, 'st')} ${text(status, 'ts')}`),
  });
  pinger.ping('6b0128f6');
  pinger.ping('6b0128f7');
  expect(sent).toEqual(['10.0.0.1 0', '10.0.0.2 0', '10.0.0.1 1', '10.0.0.2 1']);
  expect(statuses).toEqual(['10.0.0.1 ping 6b0128f6', '10.0.0.1 ping 6b0128f7']);
  expect(said.slice(0, 3)).toEqual([
    'ERROR: glib: Error sending packet: Operation not permitted',
    `info: glib: euid=${process.geteuid?.()} egid=${process.getegid?.()}`,
    'ERROR: write_child: write failure on ping gateway.: Operation not permitted',
  ]);
});

test('every echo in the recording of the genuine daemon is one of ours for the node it is about', () => {
  const recorded = filesOf('ping-ipfail', '.pcap')
    .flatMap((file) => readPcap(file))
    .filter(({ protocol }) => protocol === 'icmp-reply');
  const known: readonly PingNode[] = [
    { kind: 'ping', name: '10.0.0.1', addresses: ['10.0.0.1'] },
    { kind: 'ping_group', name: 'grp1', addresses: ['10.0.0.1', '10.0.0.99'] },
  ];
  const read = recorded.map(
    ({ payload: data, source }) =>
      readPingReply({ id: 1, payload: data, from: source }, 1, known, keysOf('ping-ipfail'))?.node.name ?? 'refused',
  );
  expect(recorded.length).toBeGreaterThan(20);
  expect(new Set(read)).toEqual(new Set(['10.0.0.1', 'grp1']));
});
