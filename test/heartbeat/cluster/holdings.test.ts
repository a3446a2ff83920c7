/** The arithmetic of holdings. */
import fc from 'fast-check';
import { common, contains, minus, mirrored, parseHolding, plus } from '../../../lib/heartbeat/cluster/holdings.js';

const holding = fc.constantFrom('none' as const, 'local' as const, 'foreign' as const, 'all' as const);

test('two halves, joined and parted', () => {
  expect(plus('local', 'foreign')).toBe('all');
  expect(minus('all', 'local')).toBe('foreign');
  expect(minus('local', 'foreign')).toBe('local');
  expect(common('all', 'foreign')).toBe('foreign');
  expect(contains('all', 'local')).toBe(true);
  expect(contains('local', 'all')).toBe(false);
  expect(contains('none', 'none')).toBe(true);
});

test('what is local for one is foreign for the other', () => {
  expect(['none', 'local', 'foreign', 'all'].map((word) => mirrored(parseHolding(word) ?? 'none'))).toEqual([
    'none',
    'foreign',
    'local',
    'all',
  ]);
});

test('words from the wire', () => {
  expect(parseHolding('failback')).toBeUndefined();
  expect(parseHolding('')).toBeUndefined();
  expect(parseHolding(undefined)).toBeUndefined();
});

test('laws', () => {
  fc.assert(
    fc.property(holding, holding, (one, other) => {
      expect(mirrored(mirrored(one))).toBe(one);
      expect(plus(minus(one, other), common(one, other))).toBe(one);
      expect(contains(plus(one, other), other)).toBe(true);
      expect(common(minus(one, other), other)).toBe('none');
    }),
  );
});
