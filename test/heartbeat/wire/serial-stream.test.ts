import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { MAX_PACKET } from '../../../lib/heartbeat/wire/limits.js';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { decodePacket, encodeTextPacket } from '../../../lib/heartbeat/wire/packet.js';
import { emptySerialStream, feedSerial, type SerialStream } from '../../../lib/heartbeat/wire/serial-stream.js';
import { keysOf } from '../../support/heartbeat-fixtures.js';
import { fixture } from '../../support/paths.js';

const key = { index: 1, method: 'sha1', key: 'test-key-not-secret' } as const;
const keys = { sign: key, keys: new Map([[1, key]]) };
const packet = (value: string): Buffer => Buffer.from(encodeTextPacket(message({ t: 'status', v: value }), key));

/** Everything that comes out of these chunks, as text; and the stream after them. */
const feedAll = (chunks: readonly Uint8Array[]): { readonly packets: string[]; readonly stream: SerialStream } => {
  let stream = emptySerialStream;
  const packets: string[] = [];
  for (const chunk of chunks) {
    const step = feedSerial(stream, chunk);
    stream = step.stream;
    packets.push(...step.packets.map((one) => Buffer.from(one).toString('latin1')));
  }
  return { packets, stream };
};

const cutAt = (data: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(data.subarray(at, at + size));
    at += size;
  }
  return [...chunks, data.subarray(at)];
};

test('however the line cuts the bytes, the same packets come out', () => {
  const whole = Buffer.concat([packet('one'), packet('two'), packet('three')]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 40 }), (sizes) => {
      expect(feedAll(cutAt(whole, sizes)).packets).toEqual(feedAll([whole]).packets);
    }),
  );
  expect(feedAll([whole]).packets).toHaveLength(3);
});

test.each([
  ['rubbish before', [Buffer.from('rubbish without end'), packet('a')], 1],
  ['half a packet before', [packet('lost').subarray(0, 60), packet('a')], 1],
  ['the end of a packet before', [packet('lost').subarray(30), packet('a')], 1],
  ['a packet inside another', [packet('lost').subarray(0, 40), Buffer.from('\n'), packet('a')], 1],
  ['carriage returns', [Buffer.from(packet('a').toString('latin1').replaceAll('\n', '\r\n'), 'latin1')], 1],
  ['NUL bytes of a break', [Buffer.from([0, 0, 0]), packet('a')], 1],
  ['a beginning that never ends', [Buffer.from('>>>\nt=x\n')], 0],
])('%s', (_what, chunks, wanted) => {
  const read = feedAll(chunks).packets.filter((one) => decodePacket(Buffer.from(one, 'latin1'), keys).ok);
  expect(read).toHaveLength(wanted);
});

test('after any garbage the second whole packet is read at the latest, and never anything forged', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (garbage) => {
      const read = feedAll([garbage, Buffer.from('\n'), packet('first'), packet('second')]).packets;
      const good = read.flatMap((one) => {
        const decoded = decodePacket(Buffer.from(one, 'latin1'), keys);
        return decoded.ok ? [decoded.message.fields[1]?.value] : [];
      });
      expect(good).toContain('second');
      expect(good.every((value) => value === 'first' || value === 'second')).toBe(true);
    }),
  );
});

test.each([
  ['a line without end', Buffer.alloc(10_000, 0x78)],
  ['a message without end', Buffer.concat([Buffer.from('>>>\n'), Buffer.alloc(5000, 'a=b\n')])],
])('%s never takes more room than one packet, and what follows is read', (_what, chunk) => {
  const { stream } = feedAll(Array.from({ length: 100 }, () => chunk));
  const size = stream.rest.length + stream.lines.reduce((sum, line) => sum + line.length + 1, 0);
  expect(size).toBeLessThanOrEqual(MAX_PACKET);
  const after = feedSerial(stream, Buffer.concat([Buffer.from('\n'), packet('a'), packet('b')]));
  expect(after.packets.length).toBeGreaterThanOrEqual(1);
});

test.each(['lb1-to-lb2.bin', 'lb2-to-lb1.bin'])(
  'the recorded byte stream %s: every message is read and verified',
  (name) => {
    const data = readFileSync(fixture('heartbeat', 'serial-sha1', name));
    // As a slow line delivers it.
    const chunks = Array.from({ length: Math.ceil(data.length / 37) }, (_, index) =>
      data.subarray(index * 37, index * 37 + 37),
    );
    const { packets } = feedAll(chunks);
    expect(packets.length).toBe(data.toString('latin1').split('<<<\n').length - 1);
    const verdicts = packets.map((one) => decodePacket(Buffer.from(one, 'latin1'), keysOf('serial-sha1')).ok);
    expect(verdicts.every(Boolean)).toBe(true);
  },
);
