import fc from 'fast-check';
import { type Differences, interrupted, noDifferences, observe } from '../../lib/shadow/differences.js';
import { type Millis, millis, type Now } from '../../lib/time.js';

const at = (mono: number): Now => ({ mono: millis(mono), wall: millis(1_000_000 + mono) });
const TOLERANCE = millis(10);
const tolerance = (): Millis => TOLERANCE;

const look = (before: Differences<string>, mono: number, ...found: readonly (readonly [string, string])[]) =>
  observe(before, new Map(found), tolerance, at(mono));

describe('a difference that lasts', () => {
  it('is told once, when it has lasted longer than the tolerance, and once more when it is over', () => {
    const first = look(noDifferences(), 100, ['a', 'weight 1, not 0']);
    expect(first.begun).toEqual([]);
    const second = look(first.differences, 110, ['a', 'weight 1, not 0']);
    expect(second.begun).toEqual([]);
    const third = look(second.differences, 111, ['a', 'missing']);
    expect(third.begun).toEqual([{ subject: 'a', what: 'missing', since: at(100), isTold: true }]);
    const fourth = look(third.differences, 120, ['a', 'missing']);
    expect([fourth.begun, fourth.ended]).toEqual([[], []]);
    const fifth = look(fourth.differences, 150);
    expect(fifth.ended).toEqual([{ subject: 'a', what: 'missing', since: at(100), lasted: 50 }]);
    expect(fifth.differences.open.size).toBe(0);
    expect(fifth.differences.tally).toEqual({ told: 1, longestTold: 50, passing: 0, longestPassing: 0 });
  });

  it('is not told when it goes by in time, but counted', () => {
    const { differences } = look(noDifferences(), 0, ['a', 'x']);
    const { ended, begun, differences: after } = look(differences, 10);
    expect([ended, begun]).toEqual([[], []]);
    expect(after.tally).toEqual({ told: 0, longestTold: 0, passing: 1, longestPassing: 10 });
  });

  it('begins anew after an interruption unless it was told', () => {
    const { differences } = look(noDifferences(), 0, ['told', 'x']);
    const later = look(differences, 20, ['told', 'x'], ['new', 'y']).differences;
    const resumed = look(interrupted(later), 100, ['told', 'x'], ['new', 'y']);
    expect(resumed.begun).toEqual([]);
    expect(resumed.differences.open.get('told')?.since).toEqual(at(0));
    expect(resumed.differences.open.get('new')?.since).toEqual(at(100));
  });
});

/** Random looks at three subjects, each at a random later instant. */
const looks = fc.array(fc.record({ pause: fc.integer({ min: 1, max: 8 }), found: fc.subarray(['a', 'b', 'c']) }), {
  maxLength: 60,
});

/** What a person with the whole film would say: stretches of consecutive looks that see the subject. */
const stretches = (film: readonly { readonly at: number; readonly found: readonly string[] }[], subject: string) => {
  const all: { from: number; last: number; end: number | undefined }[] = [];
  let current: { from: number; last: number; end: number | undefined } | undefined;
  for (const { at: mono, found } of film) {
    if (found.includes(subject)) {
      current ??= { from: mono, last: mono, end: undefined };
      if (!all.includes(current)) all.push(current);
      current.last = mono;
    } else if (current !== undefined) {
      current.end = mono;
      current = undefined;
    }
  }
  return all;
};

describe('any film of differences', () => {
  it('tells each that lasts longer than the tolerance exactly once, and no other', () => {
    fc.assert(
      fc.property(looks, (steps) => {
        let mono = 0;
        const film = steps.map(({ pause, found }) => {
          mono += pause;
          return { at: mono, found };
        });
        let differences = noDifferences<string>();
        const begun: string[] = [];
        const ended: string[] = [];
        for (const { at: instant, found } of film) {
          const seen = observe(differences, new Map(found.map((one) => [one, one])), tolerance, at(instant));
          differences = seen.differences;
          for (const { subject, since } of seen.begun) begun.push(`${subject} ${since.mono}`);
          for (const { subject, since, lasted } of seen.ended) ended.push(`${subject} ${since.mono} ${lasted}`);
        }
        const whole = ['a', 'b', 'c'].flatMap((subject) =>
          stretches(film, subject).map((stretch) => ({ subject, ...stretch })),
        );
        const long = whole.filter(({ from, last }) => last - from > TOLERANCE);
        const over = long.filter(({ end }) => end !== undefined);
        expect([...begun].sort()).toEqual(long.map(({ subject, from }) => `${subject} ${from}`).sort());
        expect([...ended].sort()).toEqual(
          over.map(({ subject, from, end }) => `${subject} ${from} ${(end ?? 0) - from}`).sort(),
        );
        expect(differences.tally.told).toBe(long.length);
        expect(differences.tally.passing).toBe(
          whole.filter(({ from, last, end }) => last - from <= TOLERANCE && end !== undefined).length,
        );
      }),
    );
  });
});
