/** ldirectord.cf: what it means, where its mistakes are, and what is accepted on purpose. */
import { readFileSync } from 'node:fs';
import type { Diagnostic } from '../../../lib/config/diagnostic.js';
import { hasErrors } from '../../../lib/config/diagnostic.js';
import { plainFacts } from '../../../lib/ldirectord/config/facts.js';
import { startOutput } from '../../../lib/ldirectord/config/genuine-text.js';
import { directorConfigNeeds, parseDirectorConfig } from '../../../lib/ldirectord/config/parse.js';
import { millis } from '../../../lib/time.js';
import { recordedFacts } from '../../support/ldirectord-facts.js';
import { fixture } from '../../support/paths.js';

const parse = (text: string) => parseDirectorConfig(text, '/etc/ha.d/t.cf', recordedFacts);
const section = (...lines: readonly string[]): string =>
  `virtual=10.0.0.3:80\n${lines.map((line) => `    ${line}\n`).join('')}`;
const only = (text: string) => {
  const { value, diagnostics } = parse(text);
  const [virtual] = value.virtuals;
  if (virtual === undefined) throw new Error(`no virtual: ${diagnostics.map(({ message }) => message).join('; ')}`);
  return virtual;
};
/** `line:column code`. */
const places = (diagnostics: readonly Diagnostic[]): readonly string[] =>
  diagnostics.map(({ at, code }) => `${at.line}:${at.column} ${code.replace('ldirectord.cf/', '')}`);
const seed = (name: string, file: string): string => readFileSync(fixture('ldirectord', name, file), 'utf8');

describe('defaults', () => {
  test('an empty file', () => {
    expect(parse('').value).toMatchObject({
      virtuals: [],
      checkInterval: millis(10_000),
      autoReload: false,
      logfile: '/var/log/ldirectord.log',
      supervised: false,
      fork: false,
      readdQuiescent: false,
    });
  });

  test('a virtual with one real', () => {
    expect(only(section('real=192.168.0.1:80 gate'))).toMatchObject({
      scheduler: 'wrr',
      persistent: undefined,
      checkType: { kind: 'negotiate' },
      service: 'http',
      checkTimeout: millis(5000),
      negotiateTimeout: millis(30_000),
      failureCount: 1,
      request: '/',
      receive: '',
      httpMethod: 'GET',
      quiescent: false,
      cleanStop: true,
      reals: [{ address: '192.168.0.1', port: 80, method: 'gate', weight: 1, upper: 0, lower: 0 }],
    });
  });

  // ldirectord reference 2.6: own value, the other own value, global value, the other global value, built in.
  test.each([
    ['', '', 5, 30],
    ['checktimeout=7', '', 7, 7],
    ['negotiatetimeout=9', '', 9, 9],
    ['checktimeout=7\nnegotiatetimeout=9', '', 7, 9],
    ['checktimeout=7\nnegotiatetimeout=9', 'checktimeout=3', 3, 3],
    ['checktimeout=7\nnegotiatetimeout=9', 'negotiatetimeout=4', 4, 4],
    ['checktimeout=7', 'checktimeout=3\n    negotiatetimeout=4', 3, 4],
  ])('timeouts of %j with %j', (globals, own, check, negotiate) => {
    const virtual = only(`${globals}\n${section('real=192.168.0.1:80 gate', own === '' ? 'ops=no' : own)}`);
    expect([virtual.checkTimeout, virtual.negotiateTimeout]).toEqual([check * 1000, negotiate * 1000]);
  });

  test('globals after the virtuals count for all of them, the last one wins', () => {
    const virtual = only(`${section('real=192.168.0.1:80 gate')}quiescent=no\nquiescent=yes\nfailurecount=3\n`);
    expect(virtual).toMatchObject({ quiescent: true, failureCount: 3 });
  });

  test("a virtual's own checkinterval only counts with fork=yes", () => {
    const text = `checkinterval=4\n${section('checkinterval=2')}`;
    expect(only(text).checkInterval).toBe(4000);
    expect(only(`fork=yes\n${text}`).checkInterval).toBe(2000);
  });

  test('an endless timeout still fits into a timer', () => {
    expect(only(section('checktimeout=99999999999')).checkTimeout).toBeLessThanOrEqual(2 ** 31 - 1);
  });
});

describe('virtuals and reals', () => {
  test('a firewall mark, an IPv6 address, a host name', () => {
    const text = [
      'virtual=7\n    real=192.168.0.1 gate',
      'virtual6=[2001:DB8:0:0::1]:http\n    real6=six.example.test:80 masq 2 l:1 u:9',
      'virtual=vip.example.test:www\n    real=web1.example.test:http ipip',
      '',
    ].join('\n');
    expect(
      parse(text).value.virtuals.map(({ key, reals }) => ({ key, reals: reals.map((real) => real.address) })),
    ).toEqual([
      { key: { protocol: 'fwm', family: 'ipv4', mark: 7 }, reals: ['192.168.0.1'] },
      { key: { protocol: 'tcp', family: 'ipv6', address: '2001:db8::1', port: 80 }, reals: ['2001:db8::66'] },
      { key: { protocol: 'tcp', family: 'ipv4', address: '10.0.0.3', port: 80 }, reals: ['192.168.0.11'] },
    ]);
  });

  test('request and receive of one real', () => {
    const [real] = only(section('real=192.168.0.1:80 gate 3 "a.html", "ok" l:2 u:5')).reals;
    expect(real).toMatchObject({ weight: 3, request: '/a.html', receive: 'ok', lower: 2, upper: 5 });
  });

  test('what stands behind a request that begins with a slash counts here, with a warning; the rest of its line is no error', () => {
    const text = section(
      'real=192.168.0.1:80 masq 5 "/x", "ok" l:1 u:9',
      'real=192.168.0.2:80 masq 5 "x", "ok" l:1 u:9',
    );
    const expected = { weight: 5, request: '/x', receive: 'ok', lower: 1, upper: 9 };
    expect(only(text).reals).toMatchObject([expected, expected]);
    expect(places(parse(text).diagnostics)).toEqual(['2:33 real-forgotten']);
    const more = parse(section('real=192.168.0.1:80 masq 5 "/x", "ok" u:9 junk'));
    expect(hasErrors(more.diagnostics)).toBe(false);
    expect(more.value.virtuals[0]?.reals).toMatchObject([{ receive: 'ok', upper: 9 }]);
    expect(hasErrors(parse(section('real=192.168.0.1:80 masq 5 "x", "ok" u:9 junk')).diagnostics)).toBe(true);
  });

  test('a range makes one real per address, with the place of its line', () => {
    const { reals } = only(section('real=192.168.0.254->192.168.1.1:80 masq 2'));
    expect(reals.map(({ address }) => address)).toEqual([
      '192.168.0.254',
      '192.168.0.255',
      '192.168.1.0',
      '192.168.1.1',
    ]);
    expect(reals.map(({ at }) => [at.line, at.column])).toEqual(Array.from({ length: 4 }, () => [2, 10]));
  });

  test('the global fallback takes the port of each virtual, and serves firewall marks too', () => {
    const text = `fallback=127.0.0.1 masq\n${section('ops=no')}virtual=7\n    checktype=on\n`;
    expect(
      parse(text).value.virtuals.map(({ fallback }) => [fallback?.address, fallback?.port, fallback?.method]),
    ).toEqual([
      ['127.0.0.1', 80, 'masq'],
      ['127.0.0.1', 0, 'masq'],
    ]);
  });

  test('service=ftp and service=sip bring a login, unless one was written before', () => {
    expect(only(section('service=ftp'))).toMatchObject({ login: 'anonymous', password: 'ldirectord@director' });
    expect(only(section('login="me"', 'service=sip'))).toMatchObject({ login: 'me' });
    expect(only('virtual=10.0.0.3:5060\n    ops=no\n')).toMatchObject({ service: 'sip', login: '' });
  });
});

describe('mistakes', () => {
  test.each([
    ['logfile=/var/log/x\n', `the value of 'logfile' must stand in double quotes: logfile = "value"`],
    [section('request=/x'), `the value of 'request' must stand in double quotes: request = "value"`],
    [section('receive "x"'), "'receive' is written receive = value"],
    ['autoreload yes\n', "'autoreload' is written autoreload = value"],
    ['  autoreload=yes\n', "'autoreload' must stand at column 1"],
  ])('%j: a directive that is not written like one says how it is written', (text, message) => {
    expect(parse(text).diagnostics.map((one) => one.message)).toEqual([message]);
  });

  test('all of them at once, the one that genuine stops at first', () => {
    const text = 'checktimout=5\nvirtual=10.0.0.3:80\n    real=nohost:80 gate\n    schedular=rr\n\nautoreload=maybe\n';
    const { diagnostics } = parse(text);
    expect(places(diagnostics)).toEqual([
      '1:1 unknown-directive',
      '4:5 unknown-directive',
      '3:10 real-unresolved',
      '6:12 yes-or-no',
    ]);
    expect(diagnostics.map(({ suggestion }) => suggestion)).toEqual([
      'checktimeout',
      'scheduler',
      undefined,
      undefined,
    ]);
    expect(startOutput(diagnostics, 12).lines).toEqual([
      'Error [12] reading file /etc/ha.d/t.cf at line 1: Unknown command checktimout=5\n ',
    ]);
  });

  test('the lines of a section that a blank line has cut off are one mistake, and looked into', () => {
    const text = `${section('real=192.168.0.1:80 gate')}\n    checktype=on\n    scheduler=RR\n    request="/"\n`;
    expect(places(parse(text).diagnostics)).toEqual(['4:5 unknown-directive', '5:15 scheduler']);
  });

  test("a fallback without a port has the virtual's, and is looked up first", () => {
    const refused = parse('virtual=10.0.0.3:99999\n    fallback=127.0.0.1\n');
    expect(startOutput(refused.diagnostics, 1).lines).toEqual([
      'Error [1] reading file /etc/ha.d/t.cf at line 2: invalid port for fallback server',
    ]);
    expect(only(section('fallback=127.0.0.1')).fallback).toMatchObject({ address: '127.0.0.1', port: 80 });
  });

  test('a warning before the error is printed, one after it is not', () => {
    const text = `checkcount=2\nfork=x\nsupervised\n`;
    expect(startOutput(parse(text).diagnostics, 1)).toEqual({
      lines: [
        "Warning [1] reading file /etc/ha.d/t.cf at line 1: checkcount option is deprecated and slated for removal.  please see 'failurecount'",
        "Error [1] reading file /etc/ha.d/t.cf at line 2: fork must be 'yes' or 'no'",
      ],
      status: 2,
    });
  });

  test('a duplicate is shown where it stands, and named by the line that genuine names', () => {
    const text = `${section('ops=no')}${section('ops=no')}\n`;
    const [found] = parse(text).diagnostics;
    expect(found).toMatchObject({
      at: { line: 3, column: 1 },
      genuine: 'Error [PID] reading file /etc/ha.d/t.cf at line 5: duplicate virtual server',
    });
  });

  test.each([
    ['scheduler=wlcc', 'scheduler', 'wlc'],
    ['persistent=0', 'persistent', undefined],
    ['netmask=255.255.255.0', 'netmask-unused', undefined],
    ['receive="("', 'receive', undefined],
    ['real=192.168.0.1:80 gate 99999', 'weight', undefined],
    ['real=192.168.0.1:80 gate 1 l:5', 'thresholds', undefined],
    ['real=192.168.0.1::80 gate', 'real-address', undefined],
    ['real=5.245.224.254->5.245.225.1:80 masq', 'range-digits', undefined],
    ['load="x"', 'load', undefined],
  ])('%s is accepted with a warning of ours', (line, code, suggestion) => {
    const { diagnostics } = parse(section(line));
    expect(hasErrors(diagnostics)).toBe(false);
    const found = diagnostics.filter((one) => one.code === `ldirectord.cf/${code}`);
    expect(found).toHaveLength(1);
    expect(found[0]?.genuine).toBeUndefined();
    expect(found[0]?.suggestion).toBe(suggestion);
    expect(found[0]?.at.line).toBe(2);
  });

  // Tried with the genuine program.
  test.each([
    ['running,foo,none', 'invalid email alert status: "running" specified with "none"'],
    ['foo,none,bar', 'invalid email alert status at: "foo"'],
    ['none,,all', 'invalid email alert status at: ""'],
    ['all,,none', 'invalid email alert status: "all" specified with "none"'],
  ])('emailalertstatus=%s', (value, text) => {
    expect(startOutput(parse(`emailalertstatus=${value}\n`).diagnostics, 1).lines).toEqual([
      `Error [1] reading file /etc/ha.d/t.cf at line 1: ${text}`,
    ]);
  });

  test('a fallback survives the line ends of another system', () => {
    const text = section('real=192.168.0.1:80 gate', 'fallback=127.0.0.1:81 masq').replaceAll('\n', '\r\n');
    expect(only(text).fallback).toMatchObject({ port: 81, method: 'masq' });
    expect(only(text.replace(' masq', '')).fallback).toMatchObject({ port: 81, method: 'gate' });
  });

  test('a range that would fill the memory is refused', () => {
    const { value, diagnostics } = parse(section('real=10.0.0.0->10.255.255.255:80 gate'));
    expect(places(diagnostics)).toEqual(['2:20 range-too-large']);
    expect(value.virtuals[0]?.reals).toEqual([]);
  });

  test('a place in a receive pattern', () => {
    const [found] = parse(section('receive = "ab(?R)"')).diagnostics;
    expect([found?.at.line, found?.at.column]).toEqual([2, 18]);
  });
});

describe('intended differences', () => {
  test('a section without indentation, until a blank line', () => {
    const text =
      'virtual=10.0.0.3:80\nreal=192.168.0.1:80 gate\nquiescent=yes\n# comment\nscheduler=rr\n\nquiescent=no\n';
    const { value, diagnostics } = parse(text);
    expect(places(diagnostics)).toEqual(['2:1 unindented']);
    expect(value.virtuals).toMatchObject([{ quiescent: true, scheduler: 'rr', reals: [{ address: '192.168.0.1' }] }]);
  });

  test('a directive of both places is global right after an indented section, as in genuine', () => {
    const two = `${section('real=192.168.0.1:80 gate')}quiescent=yes\n\nvirtual=10.0.0.4:80\n    ops=no\n`;
    expect(parse(two).value.virtuals.map(({ quiescent }) => quiescent)).toEqual([true, true]);
  });

  test('after a blank line it is an error as ever', () => {
    const { diagnostics } = parse('virtual=10.0.0.3:80\n\nreal=192.168.0.1:80 gate\n');
    expect(startOutput(diagnostics, 1).lines).toEqual([
      'Error [1] reading file /etc/ha.d/t.cf at line 3: Unknown command real=192.168.0.1:80 gate\n ',
    ]);
  });

  test('timeout without a number is refused with the genuine text', () => {
    expect(startOutput(parse('timeout=soon\n').diagnostics, 1).lines).toEqual([
      'Error [1] reading file /etc/ha.d/t.cf at line 1: timeout directive deprecated in favour of checktimeout and negotiatetimeout',
    ]);
  });
});

describe('configurations of the seeds', () => {
  test('the director of the OpenNet article, unchanged', () => {
    const { value, diagnostics } = parse(seed('seed000-two-virtuals-masq-connect-fallback', 'ldirectord.cf'));
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject({ autoReload: true, logfile: '/var/log/ldirectord.log', checkInterval: millis(5000) });
    expect(
      value.virtuals.map(({ key, reals, fallback, checkType, scheduler, persistent, netmask }) => ({
        port: key.protocol === 'fwm' ? key.mark : key.port,
        reals: reals.map(({ address, method }) => `${address} ${method}`),
        fallback: `${fallback?.address}:${fallback?.port} ${fallback?.method}`,
        kind: checkType.kind,
        rest: [scheduler, persistent, netmask],
      })),
    ).toEqual(
      [443, 80].map((port) => ({
        port,
        reals: ['192.168.120.86 masq', '192.168.120.87 masq'],
        fallback: `127.0.0.1:${port} gate`,
        kind: 'connect',
        rest: ['wlc', 120, '255.255.255.0'],
      })),
    );
  });

  test('the www.cf with timeout and a no-break space is accepted', () => {
    const { value, diagnostics } = parse(seed('seed001-www-timeout-directive', 'www.cf'));
    expect(places(diagnostics)).toEqual(['6:11 timeout', '27:1 no-break-space']);
    expect(hasErrors(diagnostics)).toBe(false);
    expect(value.virtuals).toMatchObject([
      {
        checkTimeout: millis(10_000),
        request: '/.testpage',
        receive: 'test page',
        reals: [
          { address: '192.168.0.1', weight: 5 },
          { address: '192.168.0.2', weight: 5 },
        ],
      },
    ]);
  });

  test('the unindented file of the wiki means what it means with its indentation', () => {
    const lost = parse(seed('seed004-unindented', 'ldirectord.cf'));
    const kept = parse(seed('seed004-indented-syslog', 'ldirectord.cf'));
    expect(places(lost.diagnostics)).toEqual(['7:1 unindented']);
    expect(kept.diagnostics).toEqual([]);
    const withoutPlaces = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'at' ? undefined : inner)));
    expect(withoutPlaces(lost.value)).toEqual(withoutPlaces(kept.value));
    expect(lost.value.virtuals[0]?.fallback).toMatchObject({ address: '127.0.0.1', port: 80 });
  });
});

describe('what has to be looked up', () => {
  test('names, services and files, but nothing that is plain to see', () => {
    const text = `${section('real=web1->web2:www masq', 'monitorfile=/tmp/m', 'fallback=192.168.010.1')}logfile="/tmp/l"\nmaintenancedir=/m\n`;
    expect(directorConfigNeeds(text)).toEqual({
      hosts: [
        { name: 'web1', family: 'ipv4' },
        { name: 'web2', family: 'ipv4' },
      ],
      services: true,
      files: ['/tmp/m', '/tmp/l'],
      directories: ['/m'],
    });
    expect(directorConfigNeeds('').hosts).toEqual([]);
  });

  test('a log file is not tried once supervised was seen', () => {
    const facts = { ...plainFacts, appendError: () => 'Permission denied' };
    const errors = (text: string): boolean => hasErrors(parseDirectorConfig(text, 'x', facts).diagnostics);
    expect(errors('logfile="/a"\nsupervised=yes\n')).toBe(true);
    expect(errors('supervised=yes\nlogfile="/a"\n')).toBe(false);
  });
});
