/** Finding the signature without taking the packet apart: it agrees with the full parsers, and no packet makes it slow. */
import fc from 'fast-check';
import type { AuthKey, AuthKeys } from '../../../lib/heartbeat/config/model.js';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { netstringLayout } from '../../../lib/heartbeat/wire/netstring.js';
import { decodePacket, encodePacket, encodeTextPacket } from '../../../lib/heartbeat/wire/packet.js';
import { netstringSignedPart, textSignedPart } from '../../../lib/heartbeat/wire/signed-part.js';
import { textLines } from '../../../lib/heartbeat/wire/text.js';
import { arbitraryMessage } from '../../support/arbitrary-message.js';

const KEY: AuthKey = { index: 3, method: 'sha1', key: 'test-key-not-secret' };
const KEYS: AuthKeys = { sign: KEY, keys: new Map([[KEY.index, KEY]]) };

/** Bytes that frames are made of come often, so that damage hits what matters. */
const frameByte = fc.constantFrom(...Buffer.from('#%>< \n\0:,=0123456789(auth'));
const damage = fc.array(fc.tuple(fc.nat(), fc.oneof(frameByte, fc.integer({ min: 0, max: 255 }))), { maxLength: 4 });
const cut = fc.option(fc.nat(), { nil: undefined });

const damaged = (packet: Uint8Array, hits: readonly (readonly [number, number])[], at: number | undefined): Buffer => {
  const copy = Buffer.from(packet);
  for (const [where, byte] of hits) if (copy.length > 0) copy[where % copy.length] = byte;
  return at === undefined ? copy : copy.subarray(0, at % (copy.length + 1));
};

const frames = fc.array(
  fc.constantFrom('###\n', '%%%\n', '>>>\n', '<<<\n', '\n', '\0', 'auth=', 'a=b', '1:x,', '00:,', '0:,', '8', ':', ','),
);

const netstringBytes = fc.oneof(
  fc
    .tuple(arbitraryMessage, damage, cut)
    .map(([original, hits, at]) => damaged(encodePacket(original, KEY, 'classic'), hits, at)),
  frames.map((words) => Buffer.from(`###\n${words.join('')}`)),
  fc.uint8Array({ maxLength: 80 }).map((raw) => Buffer.concat([Buffer.from('###\n'), raw])),
);

const textBytes = fc.oneof(
  fc
    .tuple(arbitraryMessage, damage, cut)
    .map(([original, hits, at]) => damaged(encodeTextPacket(original, KEY), hits, at)),
  frames.map((words) => Buffer.from(`>>>\n${words.join('')}`)),
  fc.uint8Array({ maxLength: 80 }).map((raw) => Buffer.concat([Buffer.from('>>>\n'), raw])),
);

test('a netstring packet has the signature and the signed bytes that its length prefixes say', () => {
  fc.assert(
    fc.property(netstringBytes, (packet) => {
      const layout = netstringLayout(packet.toString('latin1'));
      const part = netstringSignedPart(packet);
      if (layout === undefined) expect(part).toMatchObject({ ok: false, reason: 'frame' });
      else if (layout.trailer === undefined) expect(part).toMatchObject({ ok: false, reason: 'no-signature' });
      else {
        expect(part).toMatchObject({ ok: true, signature: layout.trailer.slice(0, 80) });
        expect(part.ok && part.data.length).toBe(layout.signedLength);
      }
    }),
    { numRuns: 2000 },
  );
});

test('a text packet has the one auth line, and signs all other lines that are not empty', () => {
  fc.assert(
    fc.property(textBytes, (packet) => {
      const lines = textLines(packet.toString('latin1'));
      const part = textSignedPart(packet);
      const [auth, ...more] = (lines ?? []).filter((line) => line.startsWith('auth='));
      if (lines === undefined) expect(part).toMatchObject({ ok: false, reason: 'frame' });
      else if (auth === undefined || more.length > 0) expect(part).toMatchObject({ ok: false, reason: 'no-signature' });
      else {
        const others = lines.filter((line) => line !== auth).map((line) => `${line}\n`);
        expect(part).toMatchObject({ ok: true, signature: auth.slice(5, 85) });
        expect(part.ok && part.data.toString('latin1')).toBe(others.join(''));
      }
    }),
    { numRuns: 2000 },
  );
});

test('what is signed for one message is accepted in both encodings, whatever stands behind it', () => {
  fc.assert(
    fc.property(arbitraryMessage, fc.uint8Array({ maxLength: 20 }), (original, rest) => {
      for (const packet of [encodePacket(original, KEY, 'netstring'), encodeTextPacket(original, KEY)]) {
        expect(decodePacket(Buffer.concat([packet, rest]), KEYS)).toMatchObject({ ok: true, keyIndex: KEY.index });
      }
    }),
  );
});

describe('the largest forged packets', () => {
  const SIZE = 65_000;
  const trailer = `42:3 ${'0'.repeat(40)},`;
  const fill = (word: string): string => word.repeat(Math.floor(SIZE / word.length));
  const forged: Readonly<Record<string, string>> = {
    'only #': fill('#'),
    'one large field': `###\n${SIZE}:${fill('x')},%%%\n${trailer}`,
    'very many fields': `###\n${fill('6:(0)a=b,')}%%%\n${trailer}`,
    'empty fields without end': `###\n${fill('0:,')}`,
    'a length without end': `###\n${fill('1')}`,
    'very many text lines': `>>>\n${fill('a=b\n')}auth=3 ${'0'.repeat(40)}\n<<<\n`,
    'empty text lines': `>>>\n${fill('\n')}auth=3 ${'0'.repeat(40)}\n<<<\n`,
    'very many signatures': `>>>\n${fill('auth=3 0\n')}<<<\n`,
    'NULs that end nothing': `>>>\n${fill('\0')}x`,
    'NULs behind an end that is none': `>>>\n<<<${fill('\0')}x`,
    'a signature without end': `###\n%%%\n${SIZE}:3 ${fill('0')},`,
  };

  test.each(Object.entries(forged))('%s is refused in no time', (_, packet) => {
    const bytes = Buffer.from(packet, 'latin1');
    const times = Array.from({ length: 5 }, () => {
      const begun = performance.now();
      expect(decodePacket(bytes, KEYS).ok).toBe(false);
      return performance.now() - begun;
    });
    // The quickest of five, against what else the machine does; anything quadratic takes seconds.
    expect(Math.min(...times)).toBeLessThan(100);
  });

  test('a forged digest of the wrong length is not even compared', () => {
    const packet = Buffer.from(encodePacket(message({ t: 'status' }), KEY, 'netstring')).toString('latin1');
    const shortened = packet.replace(/42:(3 [0-9a-f]{39})[0-9a-f],$/, '41:$1,');
    expect(shortened).not.toBe(packet);
    expect(decodePacket(Buffer.from(shortened, 'latin1'), KEYS)).toMatchObject({ ok: false, reason: 'bad-signature' });
  });
});
