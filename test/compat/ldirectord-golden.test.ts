/** Recorded cases of the genuine ldirectord, replayed against ours with scripted servers and a stand-in kernel table. */
import { existsSync } from 'node:fs';
import {
  changesByReal,
  type Group,
  groupSteps,
  isSynchronising,
  logTexts,
  mailIn,
  monitorNotes,
  notesOf,
  recordedCalls,
  recordedLogBySteps,
  replayedCalls,
  saidBy,
  virtualChanges,
} from '../support/director-golden/compare.js';
import {
  CLI_DIFFERENCES,
  EXCLUDED,
  LOG_DIFFERENCES,
  LONG_CASES,
  MONITOR_DIFFERENCES,
  SEVERAL_DAEMONS,
  TABLE_DIFFERENCES,
} from '../support/director-golden/differences.js';
import type { Outcome } from '../support/director-golden/replay.js';
import { recordedTables, runCase } from '../support/director-golden/run-case.js';
import { caseNames, loadCase } from '../support/director-golden/scenario.js';
import { command } from '../support/paths.js';

const inScope = caseNames().filter((name) => !EXCLUDED.has(name));

const expectedTables = (name: string): readonly (readonly string[])[] => {
  const genuine = recordedTables(loadCase(name));
  const difference = TABLE_DIFFERENCES.get(name);
  return difference === undefined ? genuine : genuine.map((_, index) => difference.table(index + 1, genuine));
};

/** Runs cases a few at a time, in the background; they mostly wait. */
const startAll = (names: readonly string[], atOnce: number): ReadonlyMap<string, Promise<Outcome>> => {
  const outcomes = new Map<string, Promise<Outcome>>();
  const lanes: Promise<unknown>[] = Array.from({ length: atOnce }, () => Promise.resolve());
  for (const [index, name] of names.entries()) {
    const lane = index % atOnce;
    const outcome = (lanes[lane] ?? Promise.resolve()).then(() =>
      runCase(loadCase(name), {
        program: [process.execPath, command('ldirectord-ts')],
        env: { HA_SUITE_IPVS_ENGINE: 'kernel' },
        expected: expectedTables(name),
        ...(LONG_CASES.has(name) ? { longestPause: 8000 } : {}),
      }),
    );
    lanes[lane] = outcome.catch(() => undefined);
    outcomes.set(name, outcome);
  }
  return outcomes;
};

const foregroundLog = (side: 'genuine' | 'ours', said: { readonly stdout: string; readonly stderr: string }) =>
  logTexts(`${said.stdout}\n${said.stderr}`.split('\n'), side).others;

describe('recorded cases', () => {
  test('what is needed is there', () => {
    expect(existsSync(command('ldirectord-ts'))).toBe(true);
    expect(existsSync('/usr/sbin/ipvsadm')).toBe(true);
    expect(process.getuid?.()).toBe(0);
  });

  test('every case is either replayed or excluded with a reason', () => {
    expect([...EXCLUDED.keys()].filter((name) => !caseNames().includes(name))).toEqual([]);
    expect(inScope.length + EXCLUDED.size).toBe(caseNames().length);
    expect(caseNames()).toHaveLength(47);
  });

  test.each(caseNames())('%s: the stand-in kernel comes to the recorded tables', (name) => {
    const recorded = loadCase(name);
    const tables = recordedTables(recorded);
    for (const [index, { snap }] of recorded.scenario.steps.entries()) {
      const listing = recorded.tables.get(snap ?? '');
      if (listing === undefined) continue;
      const rows = listing
        .split('\n')
        .filter((line) => /^(TCP|UDP|FWM) |^ {2}-> [\d[]/.test(line))
        .slice(0, (tables[index] ?? []).length)
        .map((line) => line.replace(/^( {2}-> \S+) +(\w+) +(\d+) .*$/, '$1 $2 $3').trimEnd());
      expect(rows).toEqual((tables[index] ?? []).map((line) => line.replace(/ x\d+ y\d+$/, '')));
    }
  });

  test.each(['seed004-indented-syslog', 'thresholds-range-local', 'fwm-http-fallback'])(
    '%s: the genuine program does here what it did when it was recorded',
    async (name) => {
      const recorded = loadCase(name);
      const outcome = await runCase(recorded, { program: ['/usr/sbin/ldirectord'] });
      const groups = groupSteps(recorded.scenario.steps);
      const ends = groups.map(([, last]) => last);
      const tables = recordedTables(recorded);
      expect(ends.map((end) => outcome.steps[end]?.table)).toEqual(ends.map((end) => tables[end]));
      for (const group of groups)
        expect({ group, changes: changesByReal(replayedCalls(outcome.steps, group)) }).toEqual({
          group,
          changes: changesByReal(recordedCalls(recorded.calls, group)),
        });
    },
    100_000,
  );

  const outcomes = startAll(inScope, 4);
  const outcomeOf = (name: string): Promise<Outcome> => outcomes.get(name) ?? Promise.reject(new Error(name));

  describe.each(inScope)('%s', (name) => {
    const recorded = loadCase(name);
    const { steps } = recorded.scenario;
    const groups = groupSteps(steps);
    const fallbacks = [...recorded.config.matchAll(/^\s*fallback6?=(\[.*\]|[\d.]+)/gm)].map(([, host]) => host ?? '');
    const autoReload = /^autoreload=yes$/m.test(recorded.config);
    const inOrder = (lines: readonly string[]): readonly string[] =>
      SEVERAL_DAEMONS.has(name) ? [...lines].sort() : lines;

    test('settles at the same table after each step', async () => {
      const outcome = await outcomeOf(name);
      const ends = groups.map(([, last]) => last);
      const expected = expectedTables(name);
      expect(ends.map((end) => outcome.steps[end]?.table)).toEqual(ends.map((end) => expected[end]));
    }, 150_000);

    test('changes each real in the same order', async () => {
      const outcome = await outcomeOf(name);
      if (TABLE_DIFFERENCES.has(name)) return;
      for (const group of groups) {
        const step = steps[group[0]];
        const ours = replayedCalls(outcome.steps, group);
        const genuine = recordedCalls(recorded.calls, group);
        const [virtuals, theirs] = [inOrder(virtualChanges(ours)), inOrder(virtualChanges(genuine))];
        expect({ group, virtuals }).toEqual({ group, virtuals: theirs });
        if (step === undefined || !isSynchronising(step, autoReload)) {
          expect({ group, changes: changesByReal(ours) }).toEqual({ group, changes: changesByReal(genuine) });
          continue;
        }
        // No dance: a real enters the table once, after its first good check.
        // Until then the fallback serves, if there is one.
        const twice = Object.entries(changesByReal(ours)).filter(
          ([real, changes]) => changes.length > (fallbacks.some((one) => real.includes(` -r ${one}`)) ? 2 : 1),
        );
        expect({ group, twice }).toEqual({ group, twice: [] });
      }
    }, 150_000);

    test('says the same on the command line', async () => {
      const outcome = await outcomeOf(name);
      const differing = CLI_DIFFERENCES.get(name)?.calls ?? [];
      const ours = outcome.steps.flatMap(({ cli }) => (cli === undefined ? [] : [cli]));
      const genuine = recorded.cli.filter(({ ev }) => ev !== 'sh');
      expect(ours).toHaveLength(genuine.length);
      for (const [index, said] of genuine.entries()) {
        const own = ours[index];
        if (own === undefined || differing.includes(index)) continue;
        if (said.ev === 'cli') expect({ index, ...saidBy(own) }).toEqual({ index, ...saidBy(said) });
        // A daemon in the foreground logs to standard output or, with -d, to standard error.
        else expect([own.rc, foregroundLog('ours', own)]).toEqual([said.rc, foregroundLog('genuine', said)]);
      }
    }, 150_000);

    test('logs the same lines', async () => {
      const outcome = await outcomeOf(name);
      const byStep = recordedLogBySteps(recorded);
      const leftOut = LOG_DIFFERENCES.get(name)?.leftOut;
      const ourTexts = (lines: readonly string[]) => logTexts(lines, 'ours', leftOut);
      const genuineTexts = (lines: readonly string[]) => logTexts(lines, 'genuine', leftOut);
      const genuineLines = ([first, last]: Group) =>
        Array.from({ length: last - first + 1 }, (_, index) => byStep.get(first + index + 1) ?? []).flat();
      const ourLines = ([first, last]: Group) => outcome.steps.slice(first, last + 1).flatMap(({ log }) => log);
      for (const group of groups) {
        const step = steps[group[0]];
        if (step === undefined || isSynchronising(step, autoReload) || TABLE_DIFFERENCES.has(name)) continue;
        const [ours, genuine] = [ourTexts(ourLines(group)).servers, genuineTexts(genuineLines(group)).servers];
        expect({ group, log: ours }).toEqual({ group, log: genuine });
      }
      const whole = [0, steps.length - 1] as const;
      expect(inOrder(ourTexts(ourLines(whole)).others)).toEqual(inOrder(genuineTexts(genuineLines(whole)).others));
    }, 150_000);

    const monitor = recorded.kept.get('mon');
    if (monitor !== undefined)
      test('writes the same lines into the monitorfile', async () => {
        const outcome = await outcomeOf(name);
        const notesIn = (text: string) => monitorNotes(text, MONITOR_DIFFERENCES.get(name)?.leftOut);
        expect(Object.keys(notesIn(monitor)).length).toBeGreaterThan(0);
        expect(notesIn(outcome.kept.mon ?? '')).toEqual(notesIn(monitor));
      }, 150_000);

    const mails = (recorded.received.get('mail') ?? []).map(mailIn);
    if (mails.length > 0)
      test('sends the same mails', async () => {
        const outcome = await outcomeOf(name);
        const ours = (outcome.seen.mail ?? []).map(mailIn);
        const texts = (list: typeof mails): readonly string[] => {
          const all = list.map(({ headers: { From, To, Subject }, body }) => [From, To, Subject, body].join('\n'));
          // How many reminders there are depends on how long the case lasts.
          return all.filter((text, index) => text !== all[index - 1]);
        };
        const later = (list: typeof mails): typeof mails => list.filter(({ status }) => status !== 'starting');
        expect(texts(later(ours))).toEqual(texts(later(mails)));
        // No dance: of the mails of the start only some are left.
        expect(texts(mails)).toEqual(expect.arrayContaining([...texts(ours)]));
        for (const { commands, headers } of ours) {
          expect(commands).toEqual([
            'EHLO localhost.localdomain',
            'MAIL FROM:<root@director>',
            // reference 7 no. 17: genuine makes one recipient of the list, which no server takes.
            'RCPT TO:<admin@example.test>',
            'RCPT TO:<ops@example.test>',
          ]);
          expect(headers.Date).toMatch(/^\w{3}, \d{2} \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/);
          expect(headers['Message-ID']).toMatch(/^<\S+@director>$/);
        }
      }, 150_000);

    const scripts = [...recorded.kept].filter(([file]) => file.endsWith('.out'));
    if (scripts.length > 0)
      test('calls scripts with the same words', async () => {
        const outcome = await outcomeOf(name);
        for (const [file, text] of scripts)
          expect(notesOf(file, outcome.kept[file] ?? '')).toEqual(notesOf(file, text));
      }, 150_000);
  });
});
