/** When the failures of a test file do not count: only when the machine, or a genuine program, is to blame for sure. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../support/paths.js';

interface Times {
  readonly from: number;
  readonly to: number;
}
interface VoidModule {
  readonly whyVoid: (
    file: { readonly failed: number; readonly begun: number; readonly ended: number; readonly complaint: string },
    standstills: readonly Times[],
  ) => string | undefined;
  readonly watchStandstills: () => { readonly times: readonly Times[]; readonly stop: () => void };
}

const { whyVoid, watchStandstills }: VoidModule = await import(
  pathToFileURL(join(projectRoot, 'scripts', 'void.mjs')).href
);

const failed = { failed: 1, begun: 10_000, ended: 20_000, complaint: 'expected 1, received 2' };
const LOST = 'lb1 heartbeat: [95]: ERROR: msg2string: Message with zero fields';

test.each([
  ['a failure on a machine that runs counts', failed, [], undefined],
  ['it does not when the machine stood still meanwhile', failed, [{ from: 15_000, to: 16_500 }], 'for 1.50 s'],
  [
    'the longest time is told',
    failed,
    [
      { from: 9_000, to: 12_000 },
      { from: 15_000, to: 16_000 },
    ],
    'for 3.00 s',
  ],
  [
    'before and after do not matter',
    failed,
    [
      { from: 8_000, to: 10_000 },
      { from: 20_000, to: 22_000 },
    ],
    undefined,
  ],
  ['nor does it when a genuine daemon lost a message', { ...failed, complaint: LOST }, [], 'genuine daemon lost'],
  [
    'a success counts in any case',
    { ...failed, failed: 0, complaint: LOST },
    [{ from: 15_000, to: 16_500 }],
    undefined,
  ],
])('%s', (_, file, standstills, why) => {
  const said = whyVoid(file, standstills);
  if (why === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(why);
});

test('the watch sees a process that does not come to run, and nothing else', async () => {
  const watch = watchStandstills();
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 120));
  try {
    await pause();
    const [from, seen] = [Date.now(), watch.times.length];
    for (const end = performance.now() + 800; performance.now() < end; );
    await pause();
    const found = watch.times.slice(seen).find((time) => time.to >= from + 800);
    expect(found?.from).toBeLessThanOrEqual(from);
  } finally {
    watch.stop();
  }
});
