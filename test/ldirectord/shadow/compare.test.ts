/** Which differences of two tables are ours to tell. */
import fc from 'fast-check';
import type { Destination, Service, Table } from '../../../lib/ipvs/model.js';
import { wantedService } from '../../../lib/ldirectord/plan.js';
import { compareTables, subjectOf } from '../../../lib/ldirectord/shadow/compare.js';
import { virtual } from '../build.js';

const WEB = 'tcp:10.0.0.3:80';

const at = (address: string, weight = 1, more: Partial<Destination> = {}): Destination => ({
  ...{ address, port: 80, method: 'masq', weight, upper: 0, lower: 0 },
  ...more,
});
const service = (place: string, destinations: readonly Destination[], more: Partial<Service> = {}): Service => ({
  ...wantedService(virtual(place, [])),
  destinations,
  ...more,
});
const table = (...services: readonly Service[]): Table => ({ services });

const compare = (theirs: Table, ours: Table, owned: readonly string[] = [WEB]) => compareTables(owned, theirs, ours);
const subjects = (theirs: Table, ours: Table): readonly string[] => compare(theirs, ours).map(subjectOf);

test('servers that one table has and the other has not, or has otherwise', () => {
  const theirs = table(service('10.0.0.3:80', [at('192.168.0.1', 5), at('192.168.0.2'), at('192.168.0.4')]));
  const ours = table(service('10.0.0.3:80', [at('192.168.0.1'), at('192.168.0.3'), at('192.168.0.4')]));
  expect(compare(theirs, ours)).toEqual([
    { kind: 'server', virtualId: WEB, server: '192.168.0.1:80', theirs: at('192.168.0.1', 5), ours: at('192.168.0.1') },
    { kind: 'server', virtualId: WEB, server: '192.168.0.3:80', theirs: undefined, ours: at('192.168.0.3') },
    { kind: 'server', virtualId: WEB, server: '192.168.0.2:80', theirs: at('192.168.0.2'), ours: undefined },
  ]);
});

test.each([
  ['another scheduler', { scheduler: 'rr' }],
  ['persistence', { persistent: 600 }],
  ['flags', { scheduler: 'sh', flags: ['sh-port'] }],
])('the settings of a virtual: %s', (_, more) => {
  const servers = [at('192.168.0.1')];
  expect(subjects(table(service('10.0.0.3:80', servers, more)), table(service('10.0.0.3:80', servers)))).toEqual([WEB]);
});

test('a virtual that one table lacks is one difference, not one for each of its servers', () => {
  const web = table(service('10.0.0.3:80', [at('192.168.0.1'), at('192.168.0.2')]));
  expect(subjects(table(), web)).toEqual([WEB]);
  expect(subjects(web, table())).toEqual([WEB]);
});

test('virtual services of others are nobody’s business', () => {
  expect(compare(table(service('10.0.0.9:80', [at('192.168.0.1')])), table())).toEqual([]);
});

test('thresholds of a server without new connections limit nothing: genuine forgets them', () => {
  const limited = { upper: 20, lower: 5 };
  const of = (weight: number, more: Partial<Destination> = {}): Table =>
    table(service('10.0.0.3:80', [at('192.168.0.1', weight, more)]));
  expect(subjects(of(0), of(0, limited))).toEqual([]);
  expect(subjects(of(1), of(1, limited))).toEqual([`${WEB} 192.168.0.1:80`]);
});

test('the port of a server that the kernel cannot change is that of the virtual in both tables', () => {
  const theirs = table(service('10.0.0.3:80', [at('192.168.0.1', 1, { method: 'gate', port: 80 })]));
  const ours = table(service('10.0.0.3:80', [at('192.168.0.1', 1, { method: 'gate', port: 8080 })]));
  expect(subjects(theirs, ours)).toEqual([]);
});

const destination = fc.record({
  address: fc.constantFrom('192.168.0.1', '192.168.0.2', '192.168.0.3'),
  port: fc.constantFrom(80, 8080),
  method: fc.constantFrom('masq' as const, 'gate' as const),
  weight: fc.integer({ min: 0, max: 2 }),
  upper: fc.constantFrom(0, 20),
  lower: fc.constant(0),
});
const anyTable: fc.Arbitrary<Table> = fc
  .uniqueArray(
    fc.record({
      place: fc.constantFrom('10.0.0.3:80', '10.0.0.4:80'),
      scheduler: fc.constantFrom('rr', 'wrr'),
      destinations: fc.uniqueArray(destination, {
        maxLength: 4,
        selector: ({ address, port, method }) => `${address} ${method === 'gate' ? 80 : port}`,
      }),
    }),
    { selector: ({ place }) => place, maxLength: 2 },
  )
  .map((all) => table(...all.map(({ place, scheduler, destinations }) => service(place, destinations, { scheduler }))));

test('property: no difference to itself; the same subjects from either side; each subject once', () => {
  fc.assert(
    fc.property(anyTable, anyTable, (one, other) => {
      const owned = [WEB, 'tcp:10.0.0.4:80'];
      expect(compareTables(owned, one, one)).toEqual([]);
      const there = compareTables(owned, one, other).map(subjectOf);
      expect(compareTables(owned, other, one).map(subjectOf).toSorted()).toEqual(there.toSorted());
      expect(new Set(there).size).toBe(there.length);
    }),
  );
});
