/** The account of a virtual service, from what its clients get when. */
import type { ServiceState } from '../../lib/rehearsal/directors.js';
import { createServiceAccounts } from '../../lib/rehearsal/service-account.js';
import { millis } from '../../lib/time.js';

const state = (answered: number, more: Partial<ServiceState> = {}): ServiceState => ({
  nodes: ['lb1'],
  answered,
  onFallback: false,
  servers: ['a', 'b'],
  dead: [],
  ...more,
});
const accountOf = (states: readonly (readonly [number, ServiceState])[], end: number) => {
  const accounts = createServiceAccounts();
  for (const [at, one] of states) accounts.note('tcp:10.0.0.3:80', millis(at), one);
  return accounts.close(millis(end))[0];
};

test('all answered', () => {
  expect(accountOf([[0, state(1)]], 1000)).toMatchObject({ outage: 0, longest: 0, lost: 0, dead: 0, served: true });
});

test('times without an answer add up, and follow one another without a gap when only the reason changes', () => {
  const account = accountOf(
    [
      [0, state(1)],
      [100, state(0, { nodes: [], servers: [] })],
      [200, state(0, { servers: [] })],
      [400, state(1)],
      [900, state(0)],
    ],
    1000,
  );
  expect(account).toMatchObject({ outage: 400, longest: 300, served: false });
  expect(account?.lost).toBeCloseTo(0.4);
});

test('a server that is dead counts for as long as clients are sent to it, also into the end', () => {
  const account = accountOf(
    [
      [0, state(0.5, { dead: ['a'] })],
      [100, state(0, { dead: ['a', 'b'] })],
      [250, state(0.5, { dead: ['b'] })],
    ],
    500,
  );
  expect(account).toMatchObject({ dead: 400, outage: 150, longest: 150, served: true });
  expect(account?.lost).toBeCloseTo((50 + 150 + 125) / 500);
});

test('on the fallback nothing is lost; a story without any length has lost nothing', () => {
  expect(accountOf([[0, state(1, { onFallback: true, servers: ['127.0.0.1:80'] })]], 300)).toMatchObject({
    ...{ fallback: 300, outage: 0, lost: 0, served: true },
  });
  expect(accountOf([[0, state(0)]], 0)).toMatchObject({ lost: 0, served: false });
});
