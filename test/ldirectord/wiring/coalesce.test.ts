/** A job that is asked for again while it runs is done once more, not as often as it was asked for. */
import fc from 'fast-check';
import { coalesce } from '../../../lib/ldirectord/wiring/coalesce.js';

test('ten requests in a row are two runs, never side by side', async () => {
  let [runs, running] = [0, 0];
  const request = coalesce(
    async () => {
      runs += 1;
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
    },
    () => undefined,
  );
  await Promise.all(Array.from({ length: 10 }, request));
  expect(runs).toBe(2);
  await request();
  expect(runs).toBe(3);
});

test('a job that fails is told and does not end the next ones', async () => {
  const errors: unknown[] = [];
  let runs = 0;
  const request = coalesce(
    async () => {
      runs += 1;
      if (runs === 1) throw new Error('once');
    },
    (error) => errors.push(error),
  );
  await request();
  await request();
  expect([runs, errors]).toEqual([2, [new Error('once')]]);
});

test('property: after every request a run begins that sees what was there when it was made', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3), { minLength: 1, maxLength: 12 }), async (pauses) => {
      let state = 0;
      let seen = 0;
      const request = coalesce(
        async () => {
          seen = state;
          await Promise.resolve();
        },
        () => undefined,
      );
      const checks = pauses.map(async (pause) => {
        for (let turn = 0; turn < pause; turn += 1) await Promise.resolve();
        state += 1;
        const mine = state;
        await request();
        expect(seen).toBeGreaterThanOrEqual(mine);
      });
      await Promise.all(checks);
    }),
  );
});
