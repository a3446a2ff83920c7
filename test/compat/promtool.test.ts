/** The figures of the status page, judged by the program that comes with Prometheus: `promtool check metrics` finds nothing. */
import { join } from 'node:path';
import { countKey, metricsText } from '../../lib/ha/serve/metrics.js';
import { directorHeard, heartbeatHeard, type MachineStatus, machineStatus } from '../../lib/ha/status/status.js';
import type { RealState } from '../../lib/ldirectord/live-status.js';
import { run } from '../../lib/platform/exec.js';
import { seconds } from '../../lib/time.js';
import { readExposition } from '../support/exposition.js';
import { haIn } from '../support/ha.js';
import { projectRoot } from '../support/paths.js';
import { directorSays, heartbeatSays, openStatusWorld, realSays } from '../support/status-world.js';

/** Where scripts/setup.mjs puts it. */
const PROMTOOL = join(projectRoot, '.setup', 'debian', 'usr', 'bin', 'promtool');

/** Exit status and everything that it says; a program that is missing is a failure. */
const judged = async (text: string): Promise<string> => {
  const { code, stdout, stderr, startError } = await run(PROMTOOL, ['check', 'metrics'], {
    timeout: seconds(30),
    input: text,
  });
  if (startError !== undefined) throw new Error(`${PROMTOOL}: ${startError}; npm test puts it there`);
  return `${code}: ${stdout}${stderr}`;
};

const AT = 1_795_800_000_000;

const STATES: readonly RealState[] = ['up', 'down', 'unknown', 'maintenance', 'drained'];

/** Every state of a real server, names that need escaping, a fallback that stands in, and figures that are not known. */
const manyStates = (isDead: boolean): MachineStatus => {
  const live = directorSays(AT);
  const virtuals = live.virtuals.map((one) => ({
    ...one,
    fallback: { server: '127.0.0.1:80', method: 'local', active: true },
    reals: [
      ...STATES.map((state, index) => realSays(AT, { server: `192.168.0.${index}:80`, state })),
      realSays(AT, { server: 'a "quoted" \\ name\n', since: null, lastCheck: null, connections: null }),
    ],
  }));
  const unread = { ...live, table: { at: null, problem: 'ipvsadm is not installed' } };
  return machineStatus(AT, heartbeatHeard(heartbeatSays(AT - 500, isDead), AT), [
    { name: 'www.cf', heard: directorHeard({ ...live, virtuals }, AT) },
    { name: 'mail.cf', heard: directorHeard({ ...unread, virtuals }, AT) },
    { name: 'old.cf', heard: { snapshot: live, age: 60_000, stale: true } },
    { name: 'gone.cf', heard: { snapshot: null, problem: 'it does not answer' } },
  ]);
};

const COUNTS = {
  events: new Map(
    (['node', 'check', 'table'] as const).map((type, index) => [
      countKey({ program: 'ldirectord', instance: 'www.cf', type }),
      index,
    ]),
  ),
  watchers: 2,
};

test('it looks: a text that is wrong, and one that is merely bad style, are not clean', async () => {
  expect(await judged('ha_suite_up{ 1\n')).toMatch(/^1: .*parsing/);
  expect(await judged('# HELP ha_suite_ms x\n# TYPE ha_suite_ms counter\nha_suite_ms 1\n')).toMatch(
    /^3: .*"_total" suffix/s,
  );
});

test('ha serve --once metrics', async () => {
  const world = await openStatusWorld();
  try {
    const { stdout, code } = await haIn({}, ['serve', '--once', 'metrics'], { daemons: world.daemons, wall: Date.now });
    expect(code).toBe(0);
    expect(readExposition(stdout).names).toContain('ha_suite_real_connections');
    expect(await judged(stdout)).toBe('0: ');
  } finally {
    await world.close();
  }
});

test.each([false, true])('daemons with many states (the other node is dead: %s)', async (isDead) => {
  const text = await metricsText(manyStates(isDead), COUNTS, 'ha-suite "1"');
  expect(readExposition(text).samples.size).toBeGreaterThan(100);
  expect(await judged(text)).toBe('0: ');
});

test('nobody who answers', async () => {
  const silent = machineStatus(AT, { snapshot: null, problem: 'gone' }, []);
  expect(await judged(await metricsText(silent, { events: new Map(), watchers: 0 }, 'ha-suite 1'))).toBe('0: ');
});
