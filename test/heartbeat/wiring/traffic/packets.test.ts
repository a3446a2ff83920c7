/** The reader of all media: copies of a packet are recognised, and nothing passes that the decoder would refuse. */
import fc from 'fast-check';
import type { AuthKey, AuthKeys } from '../../../../lib/heartbeat/config/model.js';
import type { Message } from '../../../../lib/heartbeat/wire/message.js';
import { decodePacket, encodePacket, encodeTextPacket } from '../../../../lib/heartbeat/wire/packet.js';
import { badPacketTotal } from '../../../../lib/heartbeat/wiring/traffic/bad-packets.js';
import { createPacketReader } from '../../../../lib/heartbeat/wiring/traffic/packets.js';
import { millis } from '../../../../lib/time.js';
import { arbitraryMessage } from '../../../support/arbitrary-message.js';

const keyring = (...keys: readonly AuthKey[]): AuthKeys => ({
  sign: keys[0] ?? { index: 1, method: 'crc', key: '' },
  keys: new Map(keys.map((key) => [key.index, key])),
});
const ONE: AuthKey = { index: 1, method: 'sha1', key: 'one' };
const OTHER: AuthKey = { index: 1, method: 'sha1', key: 'other' };

const createReader = (keys: () => AuthKeys) => {
  const heard: { readonly message: Message; readonly link: string }[] = [];
  const lines: string[] = [];
  let mono = 0;
  const reader = createPacketReader({
    keys,
    logBadPackets: true,
    log: (_priority, line) => lines.push(line),
    mono: () => millis(mono),
    onMessage: (message, link) => heard.push({ message, link }),
  });
  const pass = (duration: number): void => {
    mono += duration;
  };
  return { reader, heard, lines, pass };
};

test('whatever comes, in whatever order: what is passed on is what the decoder says of each packet by itself', () => {
  const packet = fc.tuple(
    arbitraryMessage,
    fc.constantFrom(ONE, OTHER),
    fc.boolean(),
    fc.option(fc.nat(), { nil: undefined }),
  );
  const order = fc.array(fc.record({ which: fc.nat(), rekey: fc.boolean() }), { maxLength: 40 });
  fc.assert(
    fc.property(fc.array(packet, { minLength: 1, maxLength: 4 }), order, (contents, steps) => {
      const packets = contents.map(([message, key, text, hit]) => {
        const bytes = Buffer.from(text ? encodeTextPacket(message, key) : encodePacket(message, key, 'classic'));
        if (hit !== undefined) bytes[hit % bytes.length] = (bytes[hit % bytes.length] ?? 0) ^ 1;
        return bytes;
      });
      let keys = keyring(ONE);
      const { reader, heard } = createReader(() => keys);
      const expected: { readonly message: Message; readonly link: string }[] = [];
      steps.forEach(({ which, rekey }, index) => {
        if (rekey) keys = keyring(keys.sign === ONE ? OTHER : ONE);
        const bytes = packets[which % packets.length] ?? Buffer.alloc(0);
        const decoded = decodePacket(bytes, keys);
        if (decoded.ok) expected.push({ message: decoded.message, link: `eth${index}` });
        reader.read(Buffer.from(bytes), `eth${index}`);
      });
      expect(heard).toEqual(expected);
      expect(badPacketTotal(reader.bad())).toBe(steps.length - expected.length);
    }),
  );
});

test('our own broadcast that comes back says what it said', () => {
  fc.assert(
    fc.property(
      arbitraryMessage,
      fc.constantFrom('classic', 'netstring'),
      fc.boolean(),
      (original, format, rekeyed) => {
        let keys = keyring(ONE);
        const { reader, heard } = createReader(() => keys);
        const packet = encodePacket(original, ONE, format);
        reader.sent(packet, original);
        if (rekeyed) keys = keyring(OTHER);
        const decoded = decodePacket(packet, keys);
        reader.read(Buffer.from(packet), 'eth0');
        expect(heard).toEqual(decoded.ok ? [{ message: decoded.message, link: 'eth0' }] : []);
      },
    ),
  );
});

test('a sender that uses its buffer again changes nothing that was accepted before', () => {
  const { reader, heard } = createReader(() => keyring(ONE));
  const packet = Buffer.from(
    encodePacket({ fields: [{ type: 'string', name: 't', value: 'first' }] }, ONE, 'netstring'),
  );
  reader.read(packet, 'eth0');
  packet.fill(0);
  reader.read(packet, 'eth1');
  expect(heard).toHaveLength(1);
  expect(badPacketTotal(reader.bad())).toBe(1);
});

test('a hundred thousand forged packets are a handful of lines', () => {
  const { reader, lines, pass } = createReader(() => keyring(ONE));
  const forged = [
    encodePacket({ fields: [] }, OTHER, 'netstring'),
    encodePacket({ fields: [] }, { ...OTHER, index: 7 }, 'netstring'),
    Buffer.from('garbage'),
    Buffer.from('###\n%%%\n'),
  ];
  for (let count = 0; count < 100_000; count++) {
    pass(1);
    reader.read(forged[count % forged.length] ?? Buffer.alloc(0), 'eth0');
  }
  // Three lines of each kind in every 30 s, of which there were four.
  expect(lines.length).toBe(4 * 3 * 4);
  expect(lines.at(-1)).toMatch(/\(\d+ more of this kind were not logged\)|bad packet/);
  expect(badPacketTotal(reader.bad())).toBe(100_000);
});
