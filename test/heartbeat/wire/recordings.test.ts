/** Every packet that the genuine heartbeat ever sent in the recordings decodes, verifies and re-encodes to its bytes. */
import { readFileSync } from 'node:fs';
import type { AuthKeys } from '../../../lib/heartbeat/config/model.js';
import { bytes, text } from '../../../lib/heartbeat/wire/message.js';
import {
  type DecodedPacket,
  decodePacket,
  encodeLongPacket,
  encodePacket,
  encodeTextPacket,
} from '../../../lib/heartbeat/wire/packet.js';
import { decodeText } from '../../../lib/heartbeat/wire/text.js';
import { zlibCodec } from '../../../lib/heartbeat/wire/zlib-codec.js';
import { loadBz2 } from '../../../lib/platform/bz2.js';
import { filesOf, keysOf, packetsOf, recordings } from '../../support/heartbeat-fixtures.js';
import { fixture } from '../../support/paths.js';
import { readPcap } from '../../support/pcap.js';

const codecs = { zlib: zlibCodec, bz2: await loadBz2() } as const;

const encodeAgain = (packet: DecodedPacket, keys: AuthKeys): string => {
  const key = keys.keys.get(packet.keyIndex) ?? keys.sign;
  const encoded =
    packet.encoding === 'text'
      ? encodeTextPacket(packet.wire, key)
      : encodePacket(packet.wire, key, packet.innerAuth ? 'classic' : 'netstring');
  return Buffer.from(encoded).toString('latin1');
};

const verdict = (data: Uint8Array, keys: AuthKeys): string => {
  const packet = decodePacket(data, keys, codecs);
  if (!packet.ok) return `${packet.reason}: ${packet.detail}`;
  return encodeAgain(packet, keys) === Buffer.from(data).toString('latin1') ? 'same bytes' : 'other bytes';
};

const counts = (recording: string): Readonly<Record<string, number>> => {
  const keys = keysOf(recording);
  const result: Record<string, number> = {};
  for (const { data } of packetsOf(recording)) {
    const answer = verdict(data, keys);
    result[answer] = (result[answer] ?? 0) + 1;
  }
  return result;
};

/** Recordings that hold packets we refuse or do not repeat byte by byte; all the others must be clean. */
const EXCEPTIONS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // Packets made by hand, named in lb1.ha-log of the recording; each refusal below is one of them.
  'handmade-packets': {
    'same bytes': 374,
    // "text + trailing NUL" and "netstring trailing NUL": accepted, the NUL is not repeated.
    'other bytes': 2,
    // "bad trailer auth" and "text, bad: signed idx1 with key2"
    'bad-signature: authentication with key 1 (sha1) failed': 2,
    // "netstring marked idx2 but signed with key1": genuine accepts it, we verify strictly per index (reference 3.6).
    'bad-signature: authentication with key 2 (sha1) failed': 1,
    'no-signature: netstring packet without authentication trailer': 1,
    'unknown-key: Invalid authentication [7] in message!': 1,
    // "garbage"
    'frame: neither a netstring nor a text packet': 1,
    'empty: empty packet': 1,
    'frame: length prefixes of a netstring packet do not fit': 2,
    'no-signature: text packet with 0 auth fields': 1,
  },
};

describe('recordings of the genuine heartbeat', () => {
  const names = recordings();

  test('are all there', () => {
    expect(names.length).toBe(31);
    expect(names.reduce((sum, name) => sum + packetsOf(name).length, 0)).toBeGreaterThan(5000);
  });

  test.each(names)('%s', (name) => {
    const found = counts(name);
    expect(found).toEqual(EXCEPTIONS[name] ?? { 'same bytes': packetsOf(name).length });
  });

  describe.each(['zlib', 'bz2'] as const)('a message compressed with %s', (algorithm) => {
    const recording = `compression-${algorithm}`;
    const keys = keysOf(recording);
    const [found] = packetsOf(recording).flatMap(({ data }) => {
      const packet = decodePacket(data, keys, codecs);
      return packet.ok && packet.message !== packet.wire ? [{ data, packet }] : [];
    });
    const codec = codecs[algorithm];
    if (found === undefined || typeof codec === 'string') throw new Error('no compressed packet, or no library');
    const { data, packet } = found;
    const payload = Buffer.from(codec.unpack(bytes(packet.wire, '_compressed_payload') ?? Buffer.alloc(0), 1_000_000));

    test('unpacks to the whole message that was put into the FIFO', () => {
      const fifo = decodeText(readFileSync(fixture('heartbeat', recording, 'big-message.fifo.txt')));
      if (!fifo.ok) throw new Error('recording is incomplete');
      expect(text(packet.wire, 't')).toBeUndefined();
      expect(text(packet.message, 'src')).toBe('lb1');
      expect(text(packet.message, 'auth')).toBeUndefined();
      expect(packet.message.fields.slice(0, fifo.message.fields.length)).toEqual(fifo.message.fields);
      expect(packet.message.fields.length).toBe(payload.toString('latin1').split('\n').length - 4);
    });

    test('we pack the same message into what genuine unpacks to the same text, about as long', () => {
      const compression = { algorithm, threshold: 1024, traditional: true };
      const ours = encodeLongPacket(packet.message, keys.sign, 'classic', compression, codecs);
      const again = decodePacket(ours, keys, codecs);
      if (!again.ok) throw new Error(again.detail);
      expect(again.message).toEqual(packet.message);
      const text = codec.unpack(bytes(again.wire, '_compressed_payload') ?? Buffer.alloc(0), 1_000_000);
      expect(Buffer.from(text).equals(payload)).toBe(true);
      expect(Math.abs(ours.length - data.length)).toBeLessThan(30);
      expect(text.at(-1)).toBe(0);
    });
  });

  test('the 8.7 kB message that travelled in fragments is encoded as genuine did, as far as it was captured', () => {
    const [file] = filesOf('compression-none-large-datagram', '.pcap');
    const [fragment] = readPcap(file ?? '').filter((packet) => !packet.complete);
    const fifo = readFileSync(fixture('heartbeat', 'compression-none-large-datagram', 'big-message.fifo.txt'));
    const submitted = decodeText(fifo);
    if (!submitted.ok || fragment === undefined) throw new Error('recording is incomplete');
    const encoded = Buffer.from(encodePacket(submitted.message, keysOf('compression-zlib').sign, 'netstring'));
    const captured = Buffer.from(fragment.payload);
    expect(captured.length).toBe(1472);
    expect(encoded.subarray(0, captured.length).equals(captured)).toBe(true);
  });
});
