/** The lines of a monitorfile: ldirectord reference 5.4. */
import fc from 'fast-check';
import { down, up, type Verdict } from '../../lib/ldirectord/checks/verdict.js';
import type { CheckType, Virtual } from '../../lib/ldirectord/config/model.js';
import { identityOf } from '../../lib/ldirectord/identity.js';
import { MAINTENANCE } from '../../lib/ldirectord/maintenance.js';
import { monitorLine } from '../../lib/ldirectord/monitor-line.js';
import { mark, real, virtual } from './build.js';

const DATE = new Date(2026, 10, 21, 5, 28, 30);
const one = real('192.168.0.1', 80, { weight: 5 });
const line = (verdict: Verdict, more: Partial<Virtual> = {}): string | undefined => {
  const on = virtual('10.0.0.3:80', [one], more);
  return monitorLine(on, identityOf(on, one), verdict, DATE, 36);
};
const negotiate = { checkType: { kind: 'negotiate' }, request: '/.testpage', receive: 'Test Page' } as const;

test.each([
  [up('200 OK'), '[up] 200 OK'],
  [down('L7PATTERN', 'a|b%c\r\nd\n'), '[down] a%7cb%25c%0d%0ad%0a'],
  [down('L7TIMEOUT', '500 Timeout Alarm'), '[down] 500 Timeout Alarm'],
  [up(), '[up] -'],
])('%j', (verdict, end) =>
  expect(line(verdict, negotiate)).toBe(
    `[Sat Nov 21 05:28:30 2026] [36] negotiate http tcp 192.168.0.1 80 5 masq /.testpage Test Page ${end}\n`,
  ),
);

test('runs of colons are one blank, those of an IPv6 address too', () => {
  const six = real('2001:db8:0:1::4');
  const on = mark(7, [six]);
  expect(monitorLine(on, identityOf(on, six), up(), DATE, 1)).toContain(
    '] connect fwm [2001 db8 0 1 4] 80 1 masq /  [up] -',
  );
});

const kinds: readonly [CheckType['kind'], boolean, boolean][] = [
  ['negotiate', true, true],
  ['connect', true, true],
  ['combined', true, true],
  ['external', true, true],
  ['ping', true, false],
  ['external-perl', false, false],
  ['on', false, false],
  ['off', false, false],
];
test.each(kinds)('checktype=%s: a line for up %s, for down %s, for maintenance always', (kind, forUp, forDown) => {
  const checkType: CheckType = kind === 'combined' ? { kind, connects: 2 } : { kind };
  expect(line(up(), { checkType }) !== undefined).toBe(forUp);
  expect(line(down('L3TIMEOUT'), { checkType }) !== undefined).toBe(forDown);
  expect(line(MAINTENANCE, { checkType })).toMatch(/ \[down\] Server in maintenance\n$/);
});

test.each([
  [{ checkType: { kind: 'connect' } }, '-'],
  [{ checkType: { kind: 'external' } }, '-'],
  [{ checkType: { kind: 'negotiate' }, service: 'smtp' }, '-'],
  [{ checkType: { kind: 'negotiate' }, service: 'ldaps' }, 'words'],
  [{ checkType: { kind: 'negotiate' }, service: 'dns' }, 'words'],
] as const)('%j: what a check says stands there only where genuine has it', (more, text) => {
  expect(line(down('L4REFUSED', 'words'), more)?.endsWith(` [down] ${text}\n`)).toBe(true);
});

test('connect on udp is a ping', () => {
  const key = { protocol: 'udp', family: 'ipv4', address: '10.0.0.3', port: 53 } as const;
  expect(line(up(), { key })).toBeDefined();
  expect(line(down('L3TIMEOUT'), { key })).toBeUndefined();
});

test('one result is one line, whatever a server says, and its text can be read back', () => {
  const start = (line(down('L7PATTERN'), negotiate) ?? '').replace(/-\n$/, '');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
      const written = line(down('L7PATTERN', text), negotiate) ?? '';
      expect(written.startsWith(start)).toBe(true);
      expect(written.slice(0, -1)).not.toMatch(/[\r\n|]/);
      const escaped = written.slice(start.length, -1);
      expect(escaped.replace(/%(..)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))).toBe(text);
    }),
  );
});
