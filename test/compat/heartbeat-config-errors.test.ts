/** The genuine messages and exit code for every wrong configuration of the recorded transcript. */
import { readFileSync } from 'node:fs';
import { genuineStartMessages } from '../../lib/heartbeat/config/configuration.js';
import type { StartLine } from '../../lib/heartbeat/config/start-line.js';
import { LB1 } from '../support/heartbeat-environment.js';
import { ERROR_CASES, type ErrorCase, GOOD_KEYS, GOOD_RESOURCES } from '../support/heartbeat-error-cases.js';
import { fixture } from '../support/paths.js';

/** The output of each case, by title, without time and pid; `[rc=…]` is that of a pipe except where said below. */
const transcript = (): ReadonlyMap<string, string> => {
  const whole = readFileSync(fixture('heartbeat', 'config-errors', 'transcript.txt'), 'utf8');
  const parts = whole.split(/^=== (.*)\n/m).slice(1);
  const cases = new Map<string, string>();
  for (let index = 0; index < parts.length; index += 2) {
    const body = (parts[index + 1] ?? '')
      .replace(/^\[rc=\d+\]\n/m, '')
      .replace(/^\w{3} \d\d \d\d:\d\d:\d\d lb1 heartbeat: \[\d+\]: /gm, '');
    cases.set(parts[index] ?? '', body);
  }
  return cases;
};

const printed = (lines: readonly StartLine[]): string =>
  lines.map((line) => (line.to === 'stderr' ? line.text : `${line.priority}: ${line.text}\n`)).join('');

const given = (wrong: ErrorCase, name: 'authKeys' | 'haResources', otherwise: string): string | undefined =>
  name in wrong ? wrong[name] : otherwise;

const start = (wrong: ErrorCase) =>
  genuineStartMessages(
    {
      haCf: { path: '/etc/ha.d/ha.cf', text: wrong.haCf },
      authKeys: {
        path: '/etc/ha.d/authkeys',
        text: given(wrong, 'authKeys', GOOD_KEYS),
        mode: 0o100000 | (wrong.mode ?? 0o600),
      },
      haResources: { path: '/etc/ha.d/haresources', text: given(wrong, 'haResources', GOOD_RESOURCES) },
    },
    LB1,
  );

describe('wrong configurations of the transcript', () => {
  const recorded = transcript();

  test.each(ERROR_CASES)('$name', (wrong) => {
    const expected = recorded.get(wrong.name);
    if (expected === undefined) throw new Error('no such case in the transcript');
    const { lines, exitCode } = start(wrong);
    // The driver of the transcript dropped the second half of this message, which starts with a bracket.
    const ours = printed(lines).replace('[zzz\n] is invalid.\n', '[zzz\n');
    // It also dropped two lines of the cases about haresources, which genuine prints for every good ha.cf.
    const dropped = wrong.name.startsWith('haresources')
      ? `info: Pacemaker support: false\nWARN: Logging daemon is disabled --enabling logging daemon is recommended\n`
      : '';
    expect(ours).toBe(dropped + expected);
    // "direct runs exit 6 for configuration errors": README of the recordings.
    expect(exitCode).toBe(6);
  });

  /** What the transcript holds beside wrong configurations of the daemon. */
  const OTHERS = [
    ...['version', 'usage', 'usage-C', 'defaults', 'status', 'kill', 'verbose dump', 'second start'],
    ...['hb_standby bad', 'hb_standby two', 'hb_standby help', 'hb_takeover bad', 'hb_takeover help'],
    // `initscript …` start the daemon; the next two are accepted by genuine; the last prints only debug lines.
    ...['initscript status', 'initscript bad', 'initscript start', 'initscript status2', 'initscript reload'],
    ...['initscript stop', 'initscript status3', 'authkeys perm 620', 'authkeys dup', 'debug 300'],
  ];

  test('every case of the transcript is either here or not about a wrong configuration', () => {
    expect([...recorded.keys()].sort()).toEqual([...ERROR_CASES.map(({ name }) => name), ...OTHERS].sort());
  });

  test('what genuine accepts is accepted: authkeys with mode 0620, a key given twice', () => {
    const good = `logfile /x\nbcast eth0\nauto_failback on\nnode lb1 lb2\n`;
    const modes = start({ name: 'authkeys perm 620', haCf: good, mode: 0o620 });
    const twice = start({ name: 'authkeys dup', haCf: good, authKeys: 'auth 1\n1 crc\n1 sha1 k\n' });
    for (const { lines, exitCode } of [modes, twice]) {
      expect(exitCode).toBe(0);
      expect(lines.at(-1)).toEqual({
        to: 'log',
        priority: 'info',
        text: 'Configuration validated. Starting heartbeat 3.0.6',
      });
    }
  });

  test('debug 300 fails silently (heartbeat reference 2.2)', () => {
    const { lines, exitCode } = start({ name: 'debug 300', haCf: 'logfile /x\nbcast eth0\nnode lb1\ndebug 300\n' });
    expect(printed(lines)).toBe(
      'ERROR: Heartbeat not started: configuration error.\nERROR: Configuration error, heartbeat not started.\n',
    );
    expect(exitCode).toBe(6);
  });
});
