/** Reading what ipvsadm lists: several tables in one output, thresholds, and what stays the same object. */
import fc from 'fast-check';
import { createReader } from '../../../lib/ipvs/engines/reader.js';
import { printSaved } from '../../../lib/ipvs/grammar/save.js';
import { recordedSession } from '../replay.js';

const read = (text: string) => createReader()(text);

test('a batch that reads, changes and reads again gives the table before and after', () => {
  const batch = recordedSession('restores').find(
    ({ input }) => input?.startsWith('-S -n\n-L -n --thresholds\n-A') === true,
  );
  const [before, after, ...more] = read(batch?.stdout ?? '').map((table) => printSaved(table));
  expect(more).toEqual([]);
  expect(before).toContain('-a -t 10.0.8.1:80 -r 10.1.1.1:80 -m -w 3\n');
  expect(before).not.toContain('10.0.8.16');
  expect(after).toBe(`${before}-A -t 10.0.8.16:80 -s wlc\n`);
});

test('thresholds come from the listing', () => {
  const text = `-A -t 10.0.0.1:80 -s rr
-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 1
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn 
  -> RemoteAddress:Port
TCP  10.0.0.1:80 rr
  -> 192.168.0.1:80               9          4          0          0         
`;
  expect(read(text)[0]?.services[0]?.destinations[0]).toMatchObject({ upper: 9, lower: 4, weight: 1 });
});

test('empty tables and no output at all', () => {
  expect(read('IP Virtual Server version 1.2.1 (size=4096)\n')).toEqual([{ services: [] }]);
  expect(read('')).toEqual([]);
});

const HEAD =
  'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn\n';

/** What ipvsadm lists for services of three reals each; `weights` of all, in order. */
const listing = (weights: readonly (readonly number[])[], upper = 0): string => {
  const rules = weights.flatMap((of, service) => [
    `-A -t 10.0.0.${service}:80 -s rr`,
    ...of.map((weight, index) => `-a -t 10.0.0.${service}:80 -r 192.168.100.10${index}:8080 -m -w ${weight}`),
  ]);
  const rows = weights.flatMap((of, service) => [
    `TCP  10.0.0.${service}:80 rr`,
    ...of.map((_, index) => `  -> 192.168.100.10${index}:8080         ${upper}          0          0          0`),
  ]);
  return `${rules.join('\n')}\n${HEAD}${rows.join('\n')}\n`;
};

describe('a reader that is used again', () => {
  const first = [
    [1, 2, 3],
    [4, 5, 6],
  ];

  test('gives the very same table for the same output', () => {
    const reader = createReader();
    const [table] = reader(listing(first));
    expect(reader(listing(first))[0]).toBe(table);
  });

  test('keeps what has not changed, down to the single real', () => {
    const reader = createReader();
    const [before] = reader(listing(first));
    const [after] = reader(listing([first[0] ?? [], [4, 0, 6]]));
    expect(after?.services[0]).toBe(before?.services[0]);
    expect(after?.services[1]).not.toBe(before?.services[1]);
    expect(after?.services[1]?.destinations.map(({ weight }) => weight)).toEqual([4, 0, 6]);
    expect(after?.services[1]?.destinations[0]).toBe(before?.services[1]?.destinations[0]);
  });

  test('finds a service that came back as it is now, and thresholds that were set', () => {
    const reader = createReader();
    reader(listing(first));
    reader(listing([first[0] ?? []]));
    expect(reader(listing(first))[0]?.services[1]?.destinations).toHaveLength(3);
    expect(reader(listing(first, 9))[0]?.services[1]?.destinations[2]).toMatchObject({ upper: 9, weight: 6 });
    expect(reader(listing(first))[0]?.services[1]?.destinations[2]).toMatchObject({ upper: 0, weight: 6 });
  });

  test('property: it reads what a new one reads, whatever it has read before', () => {
    const weights = fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }), { maxLength: 4 });
    const output = fc.tuple(weights, fc.integer({ min: 0, max: 1 })).map(([of, upper]) => listing(of, upper));
    fc.assert(
      fc.property(fc.array(output, { minLength: 1, maxLength: 6 }), (outputs) => {
        const reader = createReader();
        for (const one of outputs) expect(reader(one)).toEqual(read(one));
      }),
    );
  });
});
