import {
  plainStyleLine,
  scriptDate,
  syslogStyleLine,
  syslogText,
} from '../../../../lib/heartbeat/wiring/log/log-lines.js';
import { millis } from '../../../../lib/time.js';

const source = { host: 'lb1', program: 'heartbeat', pid: 14 };
const wall = millis(new Date(2026, 10, 21, 5, 10, 5).getTime());

test('the three formats of heartbeat reference 9.4', () => {
  expect(syslogStyleLine(source, wall, 'info', 'Link lb2:eth0 up.')).toBe(
    'Nov 21 05:10:05 lb1 heartbeat: [14]: info: Link lb2:eth0 up.',
  );
  expect(plainStyleLine(source, wall, 'info', 'Link lb2:eth0 up.')).toBe(
    'heartbeat[14]: 2026/11/21_05:10:05 info: Link lb2:eth0 up.',
  );
  expect(syslogText(source, 'WARN', 'node lb2: is dead')).toBe('[14]: WARN: node lb2: is dead');
});

test('one-digit days and times have a leading zero', () => {
  expect(scriptDate(millis(new Date(2027, 0, 2, 3, 4, 5).getTime()))).toBe('2027/01/02_03:04:05');
  expect(syslogStyleLine(source, millis(new Date(2027, 0, 2, 3, 4, 5).getTime()), 'ERROR', 'x')).toBe(
    'Jan 02 03:04:05 lb1 heartbeat: [14]: ERROR: x',
  );
});

test('what a peer sent cannot start a line of its own', () => {
  expect(syslogText(source, 'info', 'status a\nNov 21 forged\x1b[2J')).toBe('[14]: info: status a?Nov 21 forged?[2J');
});
