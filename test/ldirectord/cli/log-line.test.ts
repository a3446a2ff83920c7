/** The forms of a log line (ldirectord reference 5.5, 1.6). */
import { dateText, debugLines, fileLine, supervisedLine } from '../../../lib/ldirectord/cli/log-line.js';

const date = new Date(2026, 10, 1, 5, 21, 3);

test('dates as ctime prints them', () => {
  expect(dateText(date)).toBe('Sun Nov  1 05:21:03 2026');
  expect(dateText(new Date(2026, 10, 21, 15, 21, 13))).toBe('Sat Nov 21 15:21:13 2026');
});
test('file, supervised and debug', () => {
  expect(fileLine('message', date, 'ldirectord.cf', 33)).toBe('[Sun Nov  1 05:21:03 2026|ldirectord.cf|33] message\n');
  expect(supervisedLine('message', date)).toBe('[Sun Nov  1 05:21:03 2026] message\n');
  expect(debugLines('message')).toBe('DEBUG2: message\nmessage\n');
});
test('a record never becomes two lines', () => {
  expect(fileLine('a\nb', date, 'x', 1)).toBe('[Sun Nov  1 05:21:03 2026|x|1] a b\n');
});
