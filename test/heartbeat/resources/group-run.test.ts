import fc from 'fast-check';
import {
  createRun,
  type RunEffect,
  type RunEvent,
  type RunReport,
  type RunSettings,
  runWakeAt,
  stepRun,
} from '../../../lib/heartbeat/resources/group-run.js';
import { type Millis, millis } from '../../../lib/time.js';
import { group } from './sample-groups.js';

const settings: RunSettings = { stopRetries: 10 };

/** How the scripts of a test behave; everything not said works and is not running. */
interface Scripts {
  readonly running?: readonly string[];
  readonly missing?: readonly string[];
  /** Exit codes by `word verb`, one after the other; the last one stays. */
  readonly codes?: Readonly<Record<string, readonly number[]>>;
  /** The job is cancelled while this is done, e.g. `start testsvc::web`. */
  readonly cancelAt?: string;
}

/** Runs a job to its end in virtual time and tells what was logged and done, and when it was over. */
const play = (
  action: 'acquire' | 'release',
  lines: readonly string[],
  scripts: Scripts = {},
  runSettings: RunSettings = settings,
) => {
  const did: string[] = [];
  const logged: string[] = [];
  const codes = new Map(Object.entries(scripts.codes ?? {}).map(([key, list]) => [key, [...list]]));
  let state = createRun(action, lines.map(group));
  let mono = millis(0);
  let report: RunReport | undefined;
  let event: RunEvent | undefined = { type: 'begin' };
  const answer = (effect: RunEffect): RunEvent | undefined => {
    if (effect.type === 'locate' || effect.type === 'query') {
      const { word, agent } = effect.resource;
      const path = scripts.missing?.includes(word) ? undefined : `/etc/ha.d/resource.d/${agent}`;
      if (effect.type === 'query') did.push(`status ${word}`);
      return { type: 'located', path, running: scripts.running?.includes(word) ?? false };
    }
    if (effect.type !== 'start' && effect.type !== 'stop') return undefined;
    const key = `${effect.type} ${effect.resource.word}`;
    did.push(key);
    const list = codes.get(key) ?? [0];
    const code = (list.length > 1 ? list.shift() : list[0]) ?? 0;
    if (scripts.cancelAt === key) state = stepRun(state, { type: 'cancel' }, runSettings, mono).state;
    return { type: 'ended', code };
  };
  for (let steps = 0; event !== undefined && steps < 10_000; steps += 1) {
    const step = stepRun(state, event, runSettings, mono);
    state = step.state;
    event = undefined;
    for (const effect of step.effects) {
      if (effect.type === 'log') logged.push(`${effect.priority}: ${effect.text}`);
      if (effect.type === 'done') report = effect.report;
      event = answer(effect) ?? event;
    }
    const until = runWakeAt(state);
    if (event === undefined && report === undefined && until !== undefined) {
      mono = until as Millis;
      event = { type: 'wake' };
    }
  }
  return { did, logged, report, mono };
};

const line = 'lb1 10.0.0.100/24/eth0 testsvc::web';

describe('acquiring', () => {
  test('goes from left to right, asks for the status and starts what does not run', () => {
    const { did, logged, report } = play('acquire', [line]);
    expect(did).toEqual([
      'status 10.0.0.100/24/eth0',
      'start 10.0.0.100/24/eth0',
      'status testsvc::web',
      'start testsvc::web',
    ]);
    expect(logged).toEqual([
      'info: Acquiring resource group: lb1 10.0.0.100/24/eth0 testsvc::web',
      'info: Running /etc/ha.d/resource.d/IPaddr 10.0.0.100/24/eth0 start',
      'info: Running /etc/ha.d/resource.d/testsvc web start',
    ]);
    expect(report).toEqual({ outcome: 'done', givenUp: [], stuck: [] });
  });

  test('leaves alone what runs already', () => {
    expect(play('acquire', [line], { running: ['10.0.0.100/24/eth0'] }).did).toEqual([
      'status 10.0.0.100/24/eth0',
      'status testsvc::web',
      'start testsvc::web',
    ]);
  });

  test('gives the whole group up when one does not start, and tells which', () => {
    const { did, logged, report } = play('acquire', ['lb2 10.0.0.101/24/eth0 testsvc::mail', line], {
      codes: { 'start testsvc::mail': [1] },
    });
    // compat-fixtures/heartbeat/resource-start-failure/lb1.ha-log, 05:43:24
    expect(logged.slice(0, 8)).toEqual([
      'info: Acquiring resource group: lb2 10.0.0.101/24/eth0 testsvc::mail',
      'info: Running /etc/ha.d/resource.d/IPaddr 10.0.0.101/24/eth0 start',
      'info: Running /etc/ha.d/resource.d/testsvc mail start',
      'ERROR: Return code 1 from /etc/ha.d/resource.d/testsvc',
      'CRIT: Giving up resources due to failure of testsvc::mail',
      'info: Releasing resource group: lb2 10.0.0.101/24/eth0 testsvc::mail',
      'info: Running /etc/ha.d/resource.d/testsvc mail stop',
      'info: Running /etc/ha.d/resource.d/IPaddr 10.0.0.101/24/eth0 stop',
    ]);
    expect(did.at(-1)).toBe('start testsvc::web');
    expect(report?.outcome).toBe('failed');
    expect(report?.givenUp.map(({ node }) => node)).toEqual(['lb2']);
  });

  test('where a script has no arguments two blanks stand side by side, as in genuine', () => {
    expect(play('acquire', ['lb1 testsvc']).logged.at(-1)).toBe('info: Running /etc/ha.d/resource.d/testsvc  start');
  });

  test('a script that is not installed is a failed start', () => {
    const { logged, report } = play('acquire', [line], { missing: ['testsvc::web'] });
    expect(logged).toContain('ERROR: Cannot locate resource script testsvc');
    expect(logged).toContain('CRIT: Giving up resources due to failure of testsvc::web');
    expect(report?.outcome).toBe('failed');
  });

  test('ends after the present resource when cancelled', () => {
    const { did, report } = play('acquire', [line, 'lb2 10.0.0.101'], { cancelAt: 'start 10.0.0.100/24/eth0' });
    expect(did).toEqual(['status 10.0.0.100/24/eth0', 'start 10.0.0.100/24/eth0']);
    expect(report?.outcome).toBe('done');
  });
});

describe('releasing', () => {
  test('goes from right to left, group by group, without asking', () => {
    const { did, logged } = play('release', [line, 'lb2 10.0.0.101 testsvc::mail']);
    expect(did).toEqual(['stop testsvc::web', 'stop 10.0.0.100/24/eth0', 'stop testsvc::mail', 'stop 10.0.0.101']);
    expect(logged[0]).toBe('info: Releasing resource group: lb1 10.0.0.100/24/eth0 testsvc::web');
  });

  test('tries a failed stop again every second', () => {
    const { did, logged, mono } = play('release', [line], { codes: { 'stop testsvc::web': [1, 1, 0] } });
    expect(did.filter((each) => each === 'stop testsvc::web')).toHaveLength(3);
    expect(logged.filter((each) => each === 'info: Retrying failed stop operation [testsvc::web]')).toHaveLength(2);
    expect(mono).toBe(2000);
  });

  test('after the last try, what does not run any more is only a bad script', () => {
    const { did, logged, report } = play('release', [line], { codes: { 'stop testsvc::web': [1] } });
    expect(did.filter((each) => each === 'stop testsvc::web')).toHaveLength(11);
    expect(logged).toContain('ERROR: Resource script for testsvc::web probably not LSB-compliant.');
    expect(logged).toContain('WARN: it (testsvc::web) MUST succeed on a stop when already stopped');
    expect(logged).toContain('WARN: Machine reboot narrowly avoided!');
    expect(did.at(-1)).toBe('stop 10.0.0.100/24/eth0');
    expect(report?.stuck).toEqual([]);
  });

  test('what still runs is cried out, and the rest is released nevertheless', () => {
    const { did, logged, report } = play('release', [line], {
      codes: { 'stop testsvc::web': [1] },
      running: ['testsvc::web'],
    });
    expect(logged).toContain('CRIT: Resource STOP failure. Reboot required!');
    expect(logged.join('\n')).toMatch(/CRIT: testsvc::web still runs here.*end it by hand/);
    expect(did.at(-1)).toBe('stop 10.0.0.100/24/eth0');
    expect(report?.stuck.map(({ node }) => node)).toEqual(['lb1']);
  });

  test('HA_STOPRETRYMAX says how often', () => {
    const twice = { stopRetries: 2 };
    const { did } = play('release', [line], { codes: { 'stop testsvc::web': [1] } }, twice);
    expect(did.filter((each) => each === 'stop testsvc::web')).toHaveLength(3);
  });

  test('a script that is not installed is said once and passed over', () => {
    const { did, logged, mono } = play('release', [line], { missing: ['testsvc::web'] });
    expect(logged.filter((each) => each.includes('Cannot locate'))).toHaveLength(1);
    expect(did).toEqual(['stop 10.0.0.100/24/eth0']);
    expect(mono).toBe(0);
  });
});

describe('whatever the scripts do', () => {
  const behaviour = fc.record({
    count: fc.integer({ min: 1, max: 5 }),
    failing: fc.subarray(['r0', 'r1', 'r2', 'r3', 'r4']),
    running: fc.subarray(['r0', 'r1', 'r2', 'r3', 'r4']),
    stubborn: fc.subarray(['r0', 'r1', 'r2', 'r3', 'r4']),
    missing: fc.subarray(['r0', 'r1', 'r2', 'r3', 'r4'], { maxLength: 1 }),
    action: fc.constantFrom('acquire' as const, 'release' as const),
  });

  test('a job ends, keeps the order, and starts nothing after a failure', () => {
    fc.assert(
      fc.property(behaviour, ({ count, failing, running, stubborn, missing, action }) => {
        const words = Array.from({ length: count }, (_, index) => `r${index}`);
        const codes = Object.fromEntries([
          ...failing.map((word) => [`start ${word}`, [1]]),
          ...stubborn.map((word) => [`stop ${word}`, [1]]),
        ]);
        const { did, report } = play(action, [['lb1', ...words].join(' ')], { codes, running, missing });
        expect(report).toBeDefined();
        const starts = did.filter((each) => each.startsWith('start ')).map((each) => each.slice(6));
        expect(starts).toEqual(words.filter((word) => starts.includes(word)));
        expect(starts.some((word) => running.includes(word))).toBe(false);
        expect(starts.slice(0, -1).some((word) => failing.includes(word))).toBe(false);
        const stops = [...new Set(did.filter((each) => each.startsWith('stop ')).map((each) => each.slice(5)))];
        const released = action === 'release' || report?.outcome === 'failed';
        expect(stops).toEqual(released ? words.filter((word) => !missing.includes(word)).reverse() : []);
      }),
    );
  });
});
