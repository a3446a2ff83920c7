/** ha.cf: defaults, values, places of errors, what is said about doubtful lines (heartbeat reference 2.1 to 2.3). */
import fc from 'fast-check';
import { renderDiagnostic } from '../../../lib/config/render.js';
import { DEFAULT_PARAMETERS } from '../../../lib/heartbeat/config/defaults.js';
import { mentionedIn } from '../../../lib/heartbeat/config/environment.js';
import { DIRECTIVES, parseHaCf } from '../../../lib/heartbeat/config/ha-cf.js';
import { NOT_ACTED_ON } from '../../../lib/heartbeat/config/not-acted-on.js';
import { LB1 } from '../../support/heartbeat-environment.js';

const GOOD = 'logfile /l\nbcast eth0\nauto_failback on\nnode lb1 lb2\n';
const parse = (text: string) => parseHaCf(text, 'ha.cf', LB1);
const value = (added: string) => parse(GOOD + added).value;
const found = (text: string, severity = 'error'): readonly string[] =>
  parse(text)
    .diagnostics.filter((diagnostic) => diagnostic.severity === severity)
    .map(
      ({ at, message, suggestion }) => `${at.line}:${at.column}: ${message}${suggestion ? ` (${suggestion}?)` : ''}`,
    );
const errors = (added: string): readonly string[] => found(GOOD + added);
const warnings = (added: string): readonly string[] => found(GOOD + added, 'warning');

describe('defaults', () => {
  test('of everything', () => {
    const { value: config, diagnostics } = parse(GOOD);
    expect(diagnostics).toEqual([]);
    expect(config).toMatchObject({
      keepalive: 1000,
      deadtime: 30_000,
      warntime: 15_000,
      initdead: 30_000,
      deadping: 30_000,
      udpPort: 694,
      hopfudge: 1,
      messageFormat: 'classic',
      maxRexmitDelay: 250,
      generationMethod: 'file',
      useLogd: false,
      syslogFormat: true,
      logBadPackets: true,
      debug: 0,
      realtime: true,
    });
    expect(config.debugfile).toBeUndefined();
  });

  test.each([
    ['deadtime 5', 12_000],
    ['deadtime 6', 12_000],
    ['deadtime 9', 18_000],
    ['deadtime 10', 20_000],
    ['deadtime 11', 11_000],
    ['deadtime 60', 60_000],
  ])('initdead with %s', (line, initdead) => {
    expect(value(line).initdead).toBe(initdead);
  });

  test('parameters are what was written, else a default, else computed', () => {
    expect(parse(GOOD).value.parameters).toEqual({
      ...DEFAULT_PARAMETERS,
      debug: '0',
      logfile: '/l',
      auto_failback: 'on',
      warntime: '15000ms',
      initdead: '30000ms',
      deadping: '30000ms',
      udpport: '694',
    });
    expect(value('deadtime 5\nkeepalive 500ms\nwatchdog /dev/watchdog\n').parameters).toMatchObject({
      deadtime: '5',
      keepalive: '500ms',
      warntime: '2500ms',
      watchdog: '/dev/watchdog',
    });
    expect(Object.keys(value('env A=b\nping 10.0.0.1\n').parameters)).not.toContain('node');
  });
});

describe('lines', () => {
  test('comments, blanks and commas', () => {
    const { value: config, diagnostics } = parse(
      '\t logfile /l # x\r\nbcast eth0,eth1\nnode LB1,lb2 Lb3#c\nauto_failback on\n',
    );
    expect(diagnostics).toEqual([]);
    expect(config.nodes.map((node) => node.value)).toEqual(['lb1', 'lb2', 'lb3']);
    expect(config.media.map((medium) => medium.value.name)).toEqual(['eth0', 'eth1']);
  });

  test('the last value wins, and no word at all does nothing', () => {
    expect(value('keepalive 2 3\nkeepalive\n').keepalive).toBe(3000);
  });

  test('all errors at once, each with its place', () => {
    expect(errors('keepaliv 2\nudpport x\n  deadtime  2x\nping nosuch.invalid\n')).toEqual([
      "5:1: unknown directive 'keepaliv' (keepalive?)",
      '6:9: a port is a number from 1 to 65535',
      '7:13: a time is a number of seconds (1, 0.5) or has a unit glued to it (1500ms)',
      '8:6: nosuch.invalid cannot be resolved',
    ]);
  });

  test('rendered with the line and a caret', () => {
    const [diagnostic] = parse(`${GOOD}bcast eth1 ehh1\n`).diagnostics;
    if (diagnostic === undefined) throw new Error('no finding');
    expect(renderDiagnostic(diagnostic)).toBe(
      "ha.cf:5:12: error: there is no interface ehh1 (did you mean 'eth1'?)\n    bcast eth1 ehh1\n               ^~~~",
    );
  });

  test('a program of the genuine package is found where this distribution has it', () => {
    const text = `${GOOD}respawn hacluster /usr/lib64/heartbeat/ipfail\n`;
    expect(mentionedIn(text).files).toContain('/usr/libexec/heartbeat/ipfail');
    const [diagnostic] = parse(text).diagnostics;
    expect(diagnostic).toMatchObject({
      message: 'there is no /usr/lib64/heartbeat/ipfail',
      suggestion: '/usr/libexec/heartbeat/ipfail',
    });
  });

  test('a wrong directive does not bring further errors along', () => {
    expect(found('logfile /l\nbcast eth9\nauto_failback on\nnode lb1\n')).toEqual([
      '2:7: there is no interface eth9 (eth0?)',
    ]);
    expect(errors('deadtime x\nkeepalive 20\ninitdead 1\n')).toHaveLength(1);
  });

  test('names of object members are no directives', () => {
    expect(errors('constructor x\n__proto__ y\n')).toEqual([
      "5:1: unknown directive 'constructor'",
      "6:1: unknown directive '__proto__'",
    ]);
  });
});

describe('values', () => {
  test.each([
    ['1', 1000],
    ['0.5', 500],
    ['1500ms', 1500],
    ['1500MS', 1500],
    ['20000us', 20],
    ['1600usec', 2],
    ['.25', 250],
  ])('time %s', (word, expected) => {
    expect(value(`warntime ${word}`).warntime).toBe(expected);
  });

  test.each(['5s', '1m', '-1', 'abc', '1e3', '1.2.3'])('time %s is none', (word) => {
    expect(errors(`warntime ${word}`)).toHaveLength(1);
  });

  test.each([
    ['log_badpack OFF', { logBadPackets: false }],
    ['syslogmsgfmt n', { syslogFormat: false }],
    ['realtime 0', { realtime: false }],
    ['auto_failback yes', { autoFailback: 'on' }],
    ['auto_failback off', { autoFailback: 'off' }],
    ['nice_failback on', { autoFailback: 'off' }],
    ['msgfmt netstring', { messageFormat: 'netstring' }],
    ['hbgenmethod time', { generationMethod: 'time' }],
    ['max_rexmit_delay 100', { maxRexmitDelay: 100 }],
    ['debug 255', { debug: 255 }],
    ['hopfudge 0', { hopfudge: 0 }],
    ['logfacility local0', { logfacility: 'local0' }],
    ['rtprio 50', { realtimePriority: 50 }],
    ['env A=1,B=x=y C', { environment: { A: '1', B: 'x=y', C: '' } }],
  ])('%s', (line, expected) => {
    expect(value(line)).toMatchObject(expected);
  });

  test('nice_failback without auto_failback means legacy, whatever its argument', () => {
    expect(parse('bcast eth0\nnice_failback off\nnode lb1\nlogfile /l\n').value.autoFailback).toBe('legacy');
  });
});

describe('media', () => {
  test('ports are those in force at the line', () => {
    const ports = value('udpport 1001\nucast eth1 10.0.0.12\nucast eth0 lb2.example.com\n').media.map(
      ({ value: medium }) => (medium.kind === 'ucast' ? [medium.device, medium.peer, medium.port] : []),
    );
    expect(ports).toEqual([[], ['eth1', '10.0.0.12', 1001], ['eth0', '10.0.0.12', 1001]]);
    expect(warnings('udpport 1001\n')).toEqual(['5:9: udpport only applies to the bcast and ucast lines after it']);
  });

  test.each([
    ['mcast', 'mcast without interface'],
    ['mcast eth0 225.0.0.1 694 1', 'mcast: the loop flag is missing'],
    ['mcast eth0 225.0.0.1 694 9 0', 'ttl must be a number from 0 to 4'],
    ['mcast eth0 225.0.0.1 70000 1 0', 'port must be a number from 1 to 65535'],
    ['mcast eth2 225.0.0.1 694 1 0', 'interface eth2 has no IPv4 address'],
    ['mcast6 eth0 fd00::1 694 1 0', 'fd00::1 is not a multicast address'],
    ['ucast eth0', 'ucast: the address of the peer is missing'],
    ['ucast6 eth0 10.0.0.1', '10.0.0.1 is not an IPv6 unicast address'],
    ['serial ttyS0', 'a serial port is given with its full path, e.g. /dev/ttyS0'],
    ['ping_group grp', 'ping_group needs a name and at least one host'],
  ])('%s', (line, message) => {
    expect(errors(line)).toEqual([expect.stringContaining(message)]);
  });

  test('a number with something behind it counts as genuine counts it, and this is said', () => {
    expect(value('hopfudge 12x\n').hopfudge).toBe(12);
    expect(value('udpport 1001x\n').udpPort).toBe(1001);
    expect(warnings('hopfudge 12x\nmcast eth0 225.0.0.1 694 x 0\n')).toEqual([
      '5:10: this is read as the number 12',
      '6:26: this is read as the number 0',
    ]);
  });

  test('the same medium twice is opened once', () => {
    expect(warnings('bcast eth0\n')).toEqual(['5:7: the same medium stands already in line 2']);
    expect(value('bcast eth0\n').media).toHaveLength(1);
  });
});

describe('not acted on yet', () => {
  test('every entry of the table is a directive, and using it is said', () => {
    expect(Object.keys(NOT_ACTED_ON).filter((name) => !Object.hasOwn(DIRECTIVES, name))).toEqual([]);
    const lines: Readonly<Record<string, string>> = {
      serial: 'serial /dev/ttyS0',
      mcast6: 'mcast6 eth0 ff02::1 694 1 0',
      ucast6: 'ucast6 eth0 fd00::1',
      ping6: 'ping6 fd00::1',
      ping_group: 'ping_group g 10.0.0.1',
      auto_failback: 'auto_failback legacy',
      uuidfrom: 'uuidfrom nodename',
      quorum_server: 'quorum_server x',
      crm_daemon_dir: 'crm_daemon_dir /x',
    };
    for (const [name, { instead }] of Object.entries(NOT_ACTED_ON))
      expect(warnings(`${lines[name] ?? `${name} on`}\n`)).toContainEqual(expect.stringContaining(instead));
  });

  test('a value that asks for nothing is not reported', () => {
    expect(warnings('use_logd no\nuuidfrom file\ntraditional_compression no\ncoredumps off\n')).toEqual([]);
  });
});

describe('any text', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'eth0',
      'eth9',
      '10.0.0.1',
      '225.0.0.1',
      '694',
      '1',
      '0',
      'on',
      'x',
      '/bin/true',
      'root',
      'lb1',
      'uid=root',
      'a=b',
      '#',
      ',',
      '2ms',
    ),
    fc.string({ maxLength: 8 }),
  );
  const line = fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom(...Object.keys(DIRECTIVES), 'udp'), fc.array(word, { maxLength: 6 }))
        .map(([name, rest]) => [name, ...rest].join(' ')),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));

  test('never throws; every finding lies inside the text and underlines part of its line', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const lines = whole.split(/\r?\n/);
        mentionedIn(whole);
        for (const { at, sourceLine, length, message } of parse(whole).diagnostics) {
          expect(message).not.toBe('');
          expect(length).toBeGreaterThanOrEqual(1);
          expect(at.line).toBeLessThanOrEqual(lines.length);
          if (sourceLine === '') expect([at.line, at.column]).toEqual([1, 1]);
          else {
            expect(sourceLine).toBe(lines[at.line - 1]);
            expect(at.column - 1 + length).toBeLessThanOrEqual(sourceLine.length);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('findings come in the order of the file', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const places = parse(whole).diagnostics.map(({ at }) => at.line * 1e6 + at.column);
        expect(places).toEqual([...places].sort((a, b) => a - b));
      }),
    );
  });

  test('a failure of genuine is a failure of ours, and the other way round it is said in our words', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const { diagnostics, readingFailed, checkingFailed } = parse(whole);
        expect(readingFailed || checkingFailed).toBe(diagnostics.some(({ severity }) => severity === 'error'));
      }),
    );
  });
});

describe('media of other builds', () => {
  test.each([
    ['hbaping fc0', '5:1: hbaping is not supported: Fibre Channel adapters cannot be asked'],
    ['tipc', '5:1: tipc is not supported: reach the other node with bcast, mcast or ucast'],
    ['rds eth0', '5:1: rds is not supported: reach the other node with bcast, mcast or ucast'],
  ])('%s is refused with what to write instead', (line, said) => {
    expect(errors(`${line}\n`)).toEqual([expect.stringContaining(said)]);
    expect(parse(`${GOOD}${line}\n`).reading.map(({ text }) => text)).toContain(
      `Illegal directive [${line.split(' ')[0]}] in /etc/ha.d//ha.cf`,
    );
  });

  test('compression: what the three directives mean', () => {
    expect(value('').compression).toEqual({ algorithm: 'zlib', threshold: 2048, traditional: false });
    const set = value('compression bz2\ncompression_threshold 5\ntraditional_compression on\n').compression;
    expect(set).toEqual({ algorithm: 'bz2', threshold: 5120, traditional: true });
  });

  test('ping_group: a member that cannot be resolved is left out, as genuine does; the node starts', () => {
    expect(errors('ping_group g nosuchhost 10.0.0.1\n')).toEqual([]);
    expect(warnings('ping_group g nosuchhost 10.0.0.1\n')).toEqual([
      '5:14: nosuchhost cannot be resolved and is left out of the group',
    ]);
    expect(parse(`${GOOD}ping_group g nosuchhost 10.0.0.1\n`).reading.map(({ text }) => text)).toEqual([
      'glib: unknown host: nosuchhost: Resource temporarily unavailable',
    ]);
  });

  test('ucast6: an address of the link may name its own device, and no other', () => {
    expect(errors('ucast6 eth0 fe80::1%eth0\n')).toEqual([]);
    expect(errors('ucast6 eth0 fe80::1%eth1\n')).toHaveLength(1);
  });
});
