/** The difference of two clocks, from the messages between them. */
import fc from 'fast-check';
import { estimateSkew, type Sample } from '../../../lib/ha/timeline/skew.js';

const LATENCY = 250;

const message = fc.record({
  by: fc.constantFrom('ours' as const, 'theirs' as const),
  instant: fc.integer({ min: 0, max: 86_400_000 }),
  latency: fc.integer({ min: 0, max: LATENCY }),
});

/** `add`: what must be added to their clock to get ours. */
const sampleOf = (
  { by, instant, latency }: typeof message extends fc.Arbitrary<infer T> ? T : never,
  add: number,
): Sample =>
  by === 'ours'
    ? { by, sent: instant, heard: instant + latency - add }
    : { by, sent: instant - add, heard: instant + latency };

const skew = fc.integer({ min: -86_400_000, max: 86_400_000 });

test('it is found within the latency, and the bound that is told is true', () => {
  fc.assert(
    fc.property(skew, fc.array(message, { minLength: 1, maxLength: 40 }), (add, messages) => {
      const found = estimateSkew(messages.map((one) => sampleOf(one, add)));
      expect(Math.abs((found?.add ?? Number.NaN) - add)).toBeLessThanOrEqual(LATENCY);
      expect(found?.agreeing).toBe(messages.length);
      if (typeof found?.error === 'number') expect(Math.abs(found.add - add)).toBeLessThanOrEqual(found.error);
    }),
  );
});

test('nothing is heard before it was sent', () => {
  fc.assert(
    fc.property(skew, fc.array(message, { minLength: 1, maxLength: 40 }), (add, messages) => {
      const samples = messages.map((one) => sampleOf(one, add));
      const found = estimateSkew(samples)?.add ?? Number.NaN;
      for (const { by, sent, heard } of samples) {
        const onOurs = by === 'ours' ? [sent, heard + found] : [sent + found, heard];
        expect(onOurs[0]).toBeLessThanOrEqual(onOurs[1] ?? Number.NaN);
      }
    }),
  );
});

test('some messages that are none do not lead it astray', () => {
  const wrong = fc.record({
    by: fc.constantFrom('ours' as const, 'theirs' as const),
    sent: fc.nat(1e6),
    heard: fc.nat(1e6),
  });
  const both = fc.tuple(
    ...[
      fc.array(
        message.map((one) => ({ ...one, by: 'ours' as const })),
        { minLength: 6, maxLength: 20 },
      ),
    ],
    ...[
      fc.array(
        message.map((one) => ({ ...one, by: 'theirs' as const })),
        { minLength: 6, maxLength: 20 },
      ),
    ],
  );
  fc.assert(
    fc.property(skew, both, fc.array(wrong, { maxLength: 2 }), (add, [ours = [], theirs = []], others) => {
      const found = estimateSkew([...[...ours, ...theirs].map((one) => sampleOf(one, add)), ...others]);
      expect(Math.abs((found?.add ?? Number.NaN) - add)).toBeLessThanOrEqual(LATENCY);
    }),
  );
});

test('messages one way: the fastest one counts, and no bound is told', () => {
  const samples: readonly Sample[] = [
    { by: 'theirs', sent: 100, heard: 1150 },
    { by: 'theirs', sent: 200, heard: 1203 },
  ];
  expect(estimateSkew(samples)).toEqual({ add: 1003, error: null, agreeing: 2, samples: 2 });
});

test('an old status that is heard when a node comes back does not lead it astray', () => {
  const samples: readonly Sample[] = [
    { by: 'theirs', sent: 1000, heard: 1002 },
    { by: 'theirs', sent: 2000, heard: 2005 },
    { by: 'ours', sent: 3000, heard: 10_657 },
  ];
  // The bound that is told is the honest one.
  expect(estimateSkew(samples)).toEqual({ add: 2, error: 7659, agreeing: 3, samples: 3 });
});

test('without messages nothing is known', () => {
  expect(estimateSkew([])).toBeUndefined();
});
