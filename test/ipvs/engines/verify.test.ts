import fc from 'fast-check';
import { applyChanges } from '../../../lib/ipvs/apply.js';
import { unfulfilled } from '../../../lib/ipvs/engines/verify.js';
import { parseSaved } from '../../../lib/ipvs/grammar/save.js';
import type { Change } from '../../../lib/ipvs/model.js';
import { arbitraryChange, arbitraryTable } from '../arbitraries.js';

const key = { protocol: 'tcp', family: 'ipv4', address: '10.0.0.1', port: 80 } as const;
const real = (weight: number): Change => ({
  kind: 'edit-destination',
  key,
  destination: { address: '192.168.0.1', port: 80, method: 'masq', weight, upper: 0, lower: 0 },
});
const withWeight = (weight: number) =>
  parseSaved(`-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w ${weight}\n`);

test('a change without effect is named with the reason', () => {
  const change = real(5);
  expect(unfulfilled([change], withWeight(5), withWeight(1), () => 'refused')).toEqual([{ change, reason: 'refused' }]);
});

test('of several changes to the same server only the last one shows', () => {
  const [first, last] = [real(3), real(5)];
  expect(unfulfilled([first, last], withWeight(5), withWeight(1), () => 'x').map(({ change }) => change)).toEqual([
    last,
  ]);
});

test('what somebody else changed meanwhile is not our failure', () => {
  const add: Change = { kind: 'delete-service', key: { protocol: 'fwm', family: 'ipv4', mark: 1 } };
  expect(unfulfilled([add], withWeight(5), withWeight(1), () => 'x')).toEqual([]);
});

test('nothing is unfulfilled when everything took effect', () => {
  fc.assert(
    fc.property(arbitraryTable, fc.array(arbitraryChange), (table, changes) => {
      const expected = applyChanges(table, changes).table;
      expect(unfulfilled(changes, expected, expected, () => 'x')).toEqual([]);
    }),
  );
});
