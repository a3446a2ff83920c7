/** Properties are looked at with a seed that can be set, and in CI always with the same one. */
import fc from 'fast-check';

test('the seed is the one that was asked for', () => {
  const { HA_SUITE_SEED: asked, CI: isCi } = process.env;
  const expected = asked !== undefined ? Number(asked) : isCi ? 1 : undefined;
  expect(fc.readConfigureGlobal().seed).toBe(expected);
  const seen = fc.check(fc.property(fc.nat(), () => true)).seed;
  if (expected !== undefined) expect(seen).toBe(expected);
});
