/** What becomes of the other instances: ldirectord reference 5.8 and 3.6. */
import fc from 'fast-check';
import { callsAtReload, callsForAll, type InstanceCall } from '../../lib/ldirectord/instances.js';

const inWords = (calls: readonly InstanceCall[]): readonly string[] =>
  calls.map(
    ({ value, command, otherwise }) => `${value} ${command}${otherwise === undefined ? '' : ` or ${otherwise}`}`,
  );

test('all of them in the order of the file, each once', () => {
  expect(inWords(callsForAll(['b.cf', 'a.cf', 'b.cf'], 'start'))).toEqual(['b.cf start', 'a.cf start']);
});

test('a reload stops what is gone, reloads what stays and starts what is new', () => {
  expect(inWords(callsAtReload(['a.cf', 'b.cf'], ['b.cf', 'c.cf']))).toEqual([
    'a.cf stop',
    'b.cf reload or start',
    'c.cf start',
  ]);
});

test('every instance of either file gets exactly one command', () => {
  const list = fc.array(fc.constantFrom<string>('a.cf', 'b.cf', 'c.cf', '"d e.cf"'));
  fc.assert(
    fc.property(list, list, (before, after) => {
      const calls = callsAtReload(before, after);
      expect(calls.map(({ value }) => value).toSorted()).toEqual([...new Set([...before, ...after])].toSorted());
      for (const { value, command } of calls) expect(command === 'stop').toBe(!after.includes(value));
    }),
  );
});
