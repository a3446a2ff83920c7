/** hb_standby and hb_takeover: arguments, message and log line (heartbeat reference 8.4). */
import { readFileSync } from 'node:fs';
import { parseHandOver } from '../../../lib/heartbeat/scripts/hand-over.js';
import { scriptLines, scriptTag } from '../../../lib/heartbeat/scripts/script-log.js';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { fixture } from '../../support/paths.js';

describe('the message', () => {
  test.each([
    [[], 'all'],
    [['all'], 'all'],
    [['local'], 'local'],
    [['foreign'], 'foreign'],
    [['failback'], 'foreign'],
  ])('hb_standby %j', (args, held) => {
    expect(parseHandOver('hb_standby', 'hb_standby', args)).toEqual({
      ok: true,
      message: message({ t: 'ask_resources', rsc_hold: held, info: 'me' }),
      log: `Going standby [${held}].`,
    });
  });

  test.each([
    [[], 'all'],
    [['local'], 'local'],
    [['failback'], 'failback'],
  ])('hb_takeover %j', (args, held) => {
    expect(parseHandOver('hb_takeover', 'hb_takeover', args)).toEqual({
      ok: true,
      message: message({ t: 'hb_takeover', rsc_hold: held }),
      log: undefined,
    });
  });
});

describe('wrong calls of the transcript', () => {
  const transcript = readFileSync(fixture('heartbeat', 'config-errors', 'transcript.txt'), 'utf8');
  test.each([
    ['hb_standby bad', 'hb_standby', ['bogus']],
    ['hb_standby two', 'hb_standby', ['all', 'local']],
    ['hb_standby help', 'hb_standby', ['--help']],
    ['hb_takeover bad', 'hb_takeover', ['bogus']],
    ['hb_takeover help', 'hb_takeover', ['--help']],
  ] as const)('%s', (title, kind, args) => {
    const expected = transcript.split(`=== ${title}\n`)[1]?.split('[rc=1]\n')[0];
    const answer = parseHandOver(kind, `/usr/share/heartbeat/${kind}`, args);
    expect(answer.ok).toBe(false);
    if (!answer.ok) expect(answer.stdout + answer.stderr).toBe(expected);
  });
});

describe('the log line goes where the environment says', () => {
  const dates = { short: 'Nov 21 05:13:20', long: '2026/11/21_05:13:20' };
  const lines = (environment: Readonly<Record<string, string>>) =>
    scriptLines(scriptTag('hb_standby', 22), 'Going standby [local].', dates, environment);

  test('on a terminal', () => {
    expect(lines({})).toEqual([{ to: 'stderr', text: 'Nov 21 05:13:20 Going standby [local].' }]);
  });

  test('below the daemon: files with its date format', () => {
    expect(lines({ HA_DATEFMT: '%Y/%m/%d_%T ', HA_LOGFILE: '/l', HA_DEBUGLOG: '/d' })).toEqual([
      { to: 'file', path: '/l', text: '2026/11/21_05:13:20  hb_standby(default)[22]:    Going standby [local].' },
      { to: 'file', path: '/d', text: 'hb_standby(default)[22]:\t2026/11/21_05:13:20 Going standby [local].' },
    ]);
  });

  test('a debug file alone does not keep it from the terminal, and no file gets it twice', () => {
    expect(lines({ HA_DEBUGLOG: '/d' }).map((line) => line.to)).toEqual(['stderr', 'file']);
    expect(lines({ HA_LOGFILE: '/l', HA_DEBUGLOG: '/l' })).toHaveLength(1);
  });

  test('syslog', () => {
    expect(lines({ HA_LOGFACILITY: 'local0' })).toEqual([
      {
        to: 'syslog',
        facility: 'local0',
        level: 'notice',
        tag: 'hb_standby(default)[22]',
        text: 'Going standby [local].',
      },
    ]);
    expect(lines({ HA_LOGFACILITY: 'none' })[0]?.to).toBe('stderr');
  });
});
