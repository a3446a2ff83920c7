import type { AuthKeys } from '../../../lib/heartbeat/config/model.js';
import { createPinger, echoId, pingStatus, readPingReply } from '../../../lib/heartbeat/media/ping.js';
import { text } from '../../../lib/heartbeat/wire/message.js';
import { encodePacket } from '../../../lib/heartbeat/wire/packet.js';
import type { EchoReply } from '../../../lib/platform/icmp.js';

const sign = { index: 1, method: 'sha1', key: 'test-key-not-secret' } as const;
const keys: AuthKeys = { sign, keys: new Map([[1, sign]]) };
const payload = (node: string): Uint8Array => encodePacket(pingStatus(node, '6b0128f6'), sign, 'classic');

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
])('a reply with %s', (_case, id, data, accepted) => {
  const read = readPingReply({ id, payload: data }, 3840, ['10.0.0.1'], keys);
  expect(read !== undefined).toBe(accepted);
});

test('one request per node for every status; a reply comes back as the status of that node', () => {
  const sent: string[] = [];
  let listener = (_reply: EchoReply): void => {};
  const statuses: string[] = [];
  const said: string[] = [];
  const pinger = createPinger({
    nodes: [
      { name: '10.0.0.1', address: '10.0.0.1' },
      { name: 'gateway', address: '10.0.0.2' },
    ],
    socket: {
      send: (to, echo) => {
        sent.push(`${to} ${echo.sequence}`);
        if (to === '10.0.0.2') return 'Network is unreachable';
        listener({ ...echo, from: '192.0.2.99' });
        return undefined;
      },
      onReply: (added) => {
        listener = added;
      },
      close: () => {},
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
  expect(said[0]).toBe('ERROR: write_child: write failure on ping gateway.: Network is unreachable');
});
