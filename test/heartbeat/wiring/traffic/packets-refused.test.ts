/** What the reader says of packets that it refuses: genuine words, the link and the sender, and nothing that helps a forger. */
import { message, text } from '../../../../lib/heartbeat/wire/message.js';
import { encodePacket, encodeTextPacket } from '../../../../lib/heartbeat/wire/packet.js';
import { badPacketTotal } from '../../../../lib/heartbeat/wiring/traffic/bad-packets.js';
import { createPacketReader } from '../../../../lib/heartbeat/wiring/traffic/packets.js';
import { seconds } from '../../../../lib/time.js';

const sign = { index: 1, method: 'sha1', key: 'test-key-not-secret' } as const;
const other = { index: 1, method: 'sha1', key: 'another' } as const;
const seventh = { index: 7, method: 'md5', key: 'x' } as const;
const status = message({ t: 'status', src: 'lb2', ts: '1' });

const setUp = (logBadPackets = true) => {
  const said: string[] = [];
  const heard: string[] = [];
  const reader = createPacketReader({
    keys: () => ({ sign, keys: new Map([[1, sign]]) }),
    logBadPackets,
    log: (priority, line) => said.push(`${priority}: ${line}`),
    mono: () => seconds(1),
    onMessage: (read, link) => heard.push(`${link} ${text(read, 't')}`),
  });
  return { reader, said, heard };
};

test('either form is read on every kind of link', () => {
  const { reader, heard } = setUp();
  reader.read(encodePacket(status, sign, 'classic'), 'eth0', '10.0.0.2');
  reader.read(encodePacket(status, sign, 'netstring'), 'eth0', '10.0.0.2');
  reader.read(encodeTextPacket(status, sign), 'eth0', '10.0.0.2');
  reader.read(encodePacket(status, sign, 'classic'), '/dev/ttyS0');
  reader.read(encodeTextPacket(status, sign), '/dev/ttyS0');
  expect(heard).toEqual([...Array(3).fill('eth0 status'), ...Array(2).fill('/dev/ttyS0 status')]);
});

test.each([
  [
    'signed with another key',
    encodePacket(status, other, 'classic'),
    'ERROR: authtoken does not match: authentication with key 1 (sha1) failed, said to be of node [lb2], link eth0 from 10.0.0.9',
  ],
  [
    'in text form, signed with another key',
    encodeTextPacket(status, other),
    'WARN: string2msg_ll: node [lb2] failed authentication: authentication with key 1 (sha1) failed, link eth0 from 10.0.0.9',
  ],
  [
    'signed with an index we do not have',
    encodePacket(status, seventh, 'classic'),
    'WARN: Invalid authentication [7] in message! (link eth0 from 10.0.0.9)',
  ],
  [
    'not a packet',
    Buffer.from('GET / HTTP/1.0'),
    'WARN: bad packet on link eth0 from 10.0.0.9: neither a netstring nor a text packet',
  ],
])('%s: dropped, counted, and told with link and sender', (_what, data, line) => {
  const { reader, said, heard } = setUp();
  reader.read(data, 'eth0', '10.0.0.9');
  expect(said).toEqual([line]);
  expect(heard).toEqual([]);
  expect(badPacketTotal(reader.bad())).toBe(1);
});

test('log_badpack off: counted, not a word', () => {
  const { reader, said } = setUp(false);
  for (let index = 0; index < 10; index += 1) reader.read(encodePacket(status, other, 'classic'), 'eth0');
  expect(said).toEqual([]);
  expect(badPacketTotal(reader.bad())).toBe(10);
});

test('a name from outside cannot forge a log line, and a right digest is never logged', () => {
  const { reader, said } = setUp();
  const forged = message({ t: 'status', src: 'lb2\nNov 21 ERROR: all is lost', ts: '1' });
  reader.read(encodePacket(forged, other, 'classic'), 'eth0', '10.0.0.9');
  expect(said.join('')).not.toContain('\n');
  expect(said.join('')).not.toMatch(/[0-9a-f]{40}/);
});
