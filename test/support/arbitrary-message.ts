/** Arbitrary cluster messages for property tests: everything that both encodings can carry. */
import fc from 'fast-check';
import type { Field, Message } from '../../lib/heartbeat/wire/message.js';

const latin1Char = (allowed: (code: number) => boolean) =>
  fc
    .integer({ min: 0, max: 255 })
    .filter(allowed)
    .map((code) => String.fromCharCode(code));

/** Any bytes except those that stand for newlines in the text form (15 to 31) and NUL. */
const value = fc.string({ unit: latin1Char((code) => code > 0 && (code < 15 || code > 31)), maxLength: 40 });
const line = value.map((raw) => raw.replaceAll('\n', ''));
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,15}$/).filter((word) => word !== 'auth');
const data = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));

const simple: fc.Arbitrary<Field> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('string' as const), name, value }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('binary' as const), name, value: data }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('compressed' as const), name, value: data }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('list' as const), name, value: fc.array(line, { maxLength: 4 }) }),
  },
);

const nested = (depth: number): fc.Arbitrary<Message> =>
  fc.record({
    fields: fc.array(
      depth === 0
        ? simple
        : fc.oneof(
            { weight: 8, arbitrary: simple },
            {
              weight: 1,
              arbitrary: fc.record({ type: fc.constant('struct' as const), name, value: nested(depth - 1) }),
            },
          ),
      { maxLength: 8 },
    ),
  });

/** Messages with up to three levels of structs, and no `_compressed_payload`. */
export const arbitraryMessage = nested(3);
