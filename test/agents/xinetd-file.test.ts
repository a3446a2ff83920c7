import { serviceState, withDisable } from '../../lib/agents/xinetd-file.js';

const file = (...lines: readonly string[]): string => ['service ftp', '{', ...lines, '}', ''].join('\n');

test.each([
  [['\tdisable = yes'], 'off'],
  [['disable=no # for now'], 'on'],
  [['\tport = 21'], 'on'],
  [['#\tdisable = yes'], 'on'],
  [['disable = maybe'], 'unknown'],
  [['disable = yes', 'disable = no'], 'unknown'],
])('%j is %s', (lines, state) => {
  expect(serviceState(file(...lines))).toBe(state);
});

test('only the value changes', () => {
  expect(withDisable(file('\tdisable\t=  yes # why'), 'no')).toBe(file('\tdisable\t=  no # why'));
});

test('where there is no setting one is made, inside the block', () => {
  expect(withDisable(file('\tport = 21'), 'yes')).toBe(file('\tport = 21', '\tdisable = yes'));
  expect(serviceState(withDisable(file(), 'yes'))).toBe('off');
  expect(withDisable('no block\n', 'yes')).toBe('no block\n');
});
