/** Failed changes: what is tried again, and after how long. */
import type { Change } from '../../lib/ipvs/model.js';
import type { PlannedChange } from '../../lib/ldirectord/plan.js';
import { backoff, foreseen, joinScopes, outcomeOf } from '../../lib/ldirectord/retry.js';
import { config, fallback, real, virtual } from './build.js';

const key = { protocol: 'tcp', family: 'ipv4', address: '10.0.0.3', port: 80 } as const;
const remove = (address: string): Change => ({ kind: 'delete-destination', key, destination: { address, port: 80 } });
const planned = (address: string): PlannedChange => ({
  change: remove(address),
  message: `Deleted ${address}`,
  virtualId: 'tcp:10.0.0.3:80',
  members: [address],
  serves: [],
});

test('the wait doubles from 1 s to 30 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 50].map(backoff)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test('only what failed is tried again, and a member that enters still enters', () => {
  const scope = { virtuals: new Set<string>(), members: new Map([['b', { entering: true }]]) };
  // An engine may hand back an equal change instead of the very same one.
  const outcome = outcomeOf([planned('a'), planned('b')], [{ change: remove('b'), reason: 'busy' }], scope);
  expect(outcome.done.map(({ message }) => message)).toEqual(['Deleted a']);
  expect(outcome.failed.map(({ message, reason }) => `${message}: ${reason}`)).toEqual(['Deleted b: busy']);
  expect(outcome.again).toEqual({ virtuals: new Set(), members: new Map([['b', { entering: true }]]) });
});

test('a failed change of a virtual itself brings the whole virtual back into scope', () => {
  const change: Change = { kind: 'delete-service', key };
  const one: PlannedChange = { change, message: '', virtualId: 'tcp:10.0.0.3:80', members: [], serves: [] };
  expect(outcomeOf([one], [{ change, reason: 'x' }], 'all').again).toEqual({
    virtuals: new Set(['tcp:10.0.0.3:80']),
    members: new Map(),
  });
  expect(outcomeOf([one], [], 'all').again).toBeUndefined();
});

test('scopes are joined, everything wins', () => {
  const a = { virtuals: new Set(['v']), members: new Map([['m', { entering: true }]]) };
  const b = { virtuals: new Set(['w']), members: new Map([['m', { entering: false }]]) };
  expect(joinScopes([a, b])).toEqual({ virtuals: new Set(['v', 'w']), members: new Map([['m', { entering: true }]]) });
  expect(joinScopes([a, 'all'])).toBe('all');
  expect(joinScopes([undefined, b])).toBe(b);
});

test('what will be refused matters beforehand only where a fallback stands in', () => {
  const guarded = config([virtual('10.0.0.3:80', [real('10.0.1.1')], { fallback: fallback('127.0.0.1', 80) })]);
  const bare = config([virtual('10.0.0.3:80', [real('10.0.1.1')])]);
  const entering: readonly PlannedChange[] = [{ ...planned('10.0.1.1'), serves: ['10.0.1.1'] }];
  const refuses = (changes: readonly Change[]) => changes.map((change) => ({ change, reason: 'no' }));
  expect(foreseen({ config: guarded }, entering, 'all', refuses)?.refused).toEqual(new Set(['10.0.1.1']));
  expect(foreseen({ config: bare }, entering, 'all', refuses)).toBeUndefined();
  expect(foreseen({ config: guarded }, entering, 'all', () => [])).toBeUndefined();
});
