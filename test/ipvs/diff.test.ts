import fc from 'fast-check';
import { applyChange, applyChanges } from '../../lib/ipvs/apply.js';
import { diff } from '../../lib/ipvs/diff.js';
import { printChange } from '../../lib/ipvs/grammar/print-command.js';
import { printSaved } from '../../lib/ipvs/grammar/save.js';
import type { Change, Destination, Service, ServiceKey, Table } from '../../lib/ipvs/model.js';
import { normaliseTable } from '../../lib/ipvs/normalise.js';
import { arbitraryTable } from './arbitraries.js';

const key: ServiceKey = { protocol: 'tcp', family: 'ipv4', address: '10.0.0.1', port: 80 };

const real = (last: number, more: Partial<Destination> = {}): Destination => ({
  address: `192.168.0.${last}`,
  port: 80,
  method: 'masq',
  weight: 1,
  upper: 0,
  lower: 0,
  ...more,
});

const service = (destinations: readonly Destination[], more: Partial<Service> = {}): Service => ({
  key,
  scheduler: 'rr',
  flags: [],
  persistent: undefined,
  netmask: undefined,
  ops: false,
  destinations,
  ...more,
});

const table = (...services: readonly Service[]): Table => ({ services });

const lines = (changes: readonly Change[]): readonly string[] => changes.map((change) => printChange(change).join(' '));

describe('diff', () => {
  test('adds a service before its destinations', () => {
    expect(lines(diff(table(), table(service([real(1), real(2, { weight: 3 })]))))).toEqual([
      '-A -t 10.0.0.1:80 -s rr',
      '-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 1',
      '-a -t 10.0.0.1:80 -r 192.168.0.2:80 -m -w 3',
    ]);
  });

  test('adds the fallback before it removes the last real', () => {
    const before = table(service([real(1)]));
    expect(lines(diff(before, table(service([real(9)]))))).toEqual([
      '-a -t 10.0.0.1:80 -r 192.168.0.9:80 -m -w 1',
      '-d -t 10.0.0.1:80 -r 192.168.0.1:80',
    ]);
  });

  test('raises a weight before it quiesces another', () => {
    const before = table(service([real(1), real(2, { weight: 0 })]));
    const after = table(service([real(1, { weight: 0 }), real(2)]));
    expect(lines(diff(before, after))).toEqual([
      '-e -t 10.0.0.1:80 -r 192.168.0.2:80 -m -w 1',
      '-e -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 0',
    ]);
  });

  test('takes the order that the caller asks for', () => {
    const before = table(service([real(1)]));
    const after = table(service([real(9)]));
    const deleteFirst = (change: Change) => (change.kind === 'delete-destination' ? 0 : 1);
    expect(lines(diff(before, after, { rank: deleteFirst }))).toEqual([
      '-d -t 10.0.0.1:80 -r 192.168.0.1:80',
      '-a -t 10.0.0.1:80 -r 192.168.0.9:80 -m -w 1',
    ]);
  });

  test('knows a gate real by the port of its service', () => {
    const before = table(service([real(1, { method: 'gate' })]));
    expect(diff(before, table(service([real(1, { method: 'gate', port: 8080 })])))).toEqual([]);
  });

  test('edits a service without touching its destinations', () => {
    const before = table(service([real(1)]));
    const after = table(service([real(1)], { scheduler: 'wlc', persistent: 300, netmask: '255.255.255.0' }));
    expect(lines(diff(before, after))).toEqual(['-E -t 10.0.0.1:80 -s wlc -p 300 -M 255.255.255.0']);
  });

  test('leaves foreign services alone when told so', () => {
    const foreign = service([], { key: { protocol: 'fwm', family: 'ipv4', mark: 9 } });
    expect(diff(table(foreign), table())).toHaveLength(1);
    expect(diff(table(foreign), table(), { mayDelete: (one) => one.protocol !== 'fwm' })).toEqual([]);
  });

  test('mentions a repeated destination once', () => {
    expect(diff(table(), table(service([real(1), real(1, { weight: 5 })])))).toHaveLength(2);
  });
});

/** Two tables that share some services, so that edits happen and not only additions and deletions. */
const related: fc.Arbitrary<readonly [Table, Table]> = fc
  .tuple(arbitraryTable, arbitraryTable, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }))
  .map(([left, right, takes]) => [
    left,
    {
      services: [
        ...left.services.map((one, index) =>
          takes[index] === true ? { ...one, destinations: one.destinations.slice(index % 2) } : one,
        ),
        ...right.services.filter((one) => !left.services.some((other) => sameText(one, other))),
      ].slice(takes.filter(Boolean).length % 3),
    },
  ]);

const sameText = (left: Service, right: Service): boolean => JSON.stringify(left.key) === JSON.stringify(right.key);

const without = (changes: readonly Change[], index: number): readonly Change[] =>
  changes.filter((_, other) => other !== index);

/** A table as text in which the order of services and destinations does not matter. */
const canonical = (of: Table): string =>
  JSON.stringify(
    [...normaliseTable(of).services]
      .map((one) => ({ ...one, destinations: [...one.destinations].map((real) => JSON.stringify(real)).sort() }))
      .map((one) => JSON.stringify(one))
      .sort(),
  );

describe('diff and applyChange together', () => {
  test('applying the difference gives the wanted table, and nothing is refused', () => {
    fc.assert(
      fc.property(related, ([actual, wanted]) => {
        const result = applyChanges(actual, diff(actual, wanted));
        expect(result.refused).toEqual([]);
        expect(canonical(result.table)).toBe(canonical(wanted));
        expect(printSaved(result.table)).toBe(printSaved(wanted));
      }),
    );
  });

  test('a table does not differ from itself', () => {
    fc.assert(fc.property(arbitraryTable, (one) => expect(diff(one, one)).toEqual([])));
  });

  test('every change is needed', () => {
    fc.assert(
      fc.property(related, ([actual, wanted]) => {
        const changes = diff(actual, wanted);
        for (const [index] of changes.entries())
          expect(canonical(applyChanges(actual, without(changes, index)).table)).not.toBe(canonical(wanted));
      }),
      { numRuns: 50 },
    );
  });

  test('a service that keeps a server never has none in between', () => {
    const serving = (of: Table, one: ServiceKey) =>
      (of.services.find((other) => JSON.stringify(other.key) === JSON.stringify(one))?.destinations ?? []).some(
        (destination) => destination.weight > 0,
      );
    fc.assert(
      fc.property(related, ([actual, wanted]) => {
        const steady = wanted.services.filter((one) => serving(actual, one.key) && serving(wanted, one.key));
        let current = actual;
        for (const change of diff(actual, wanted)) {
          const result = applyChange(current, change);
          if ('table' in result) current = result.table;
          for (const one of steady) expect(serving(current, one.key)).toBe(true);
        }
      }),
    );
  });
});

describe('applyChange refuses in ipvsadm words', () => {
  const one = table(service([real(1)]));
  const reason = (change: Change, of: Table = one) => {
    const result = applyChange(of, change);
    return 'reason' in result ? result.reason : 'accepted';
  };
  const other: ServiceKey = { ...key, port: 81 };

  test.each<readonly [string, Change]>([
    ['Service already exists', { kind: 'add-service', service: service([]) }],
    ['No such service', { kind: 'edit-service', service: service([], { key: other }) }],
    ['No such service', { kind: 'delete-service', key: other }],
    ['Service not defined', { kind: 'add-destination', key: other, destination: real(1) }],
    ['Service not defined', { kind: 'edit-destination', key: other, destination: real(1) }],
    ['Service not defined', { kind: 'delete-destination', key: other, destination: real(1) }],
    ['Destination already exists', { kind: 'add-destination', key, destination: real(1, { weight: 4 }) }],
    ['No such destination', { kind: 'edit-destination', key, destination: real(2) }],
    ['No such destination', { kind: 'delete-destination', key, destination: real(2) }],
    ['Numerical result out of range', { kind: 'add-destination', key, destination: real(2, { lower: 1 }) }],
    ['Numerical result out of range', { kind: 'edit-destination', key, destination: real(1, { upper: 1, lower: 2 }) }],
    [
      'Scheduler or persistence engine not found',
      { kind: 'add-service', service: service([], { key: other, scheduler: 'nosuch' }) },
    ],
    [
      'Zero port specified for non-persistent service',
      { kind: 'add-service', service: service([], { key: { ...key, port: 0 } }) },
    ],
    [
      'Different address family is allowed only for tunneling servers',
      { kind: 'add-destination', key, destination: { ...real(1), address: '2001:db8::1' } },
    ],
    [
      'Invalid operation.  Possibly wrong module version, address not unicast, ...',
      { kind: 'add-destination', key, destination: { ...real(1), address: '224.0.0.1' } },
    ],
  ])('%s', (expected, change) => {
    expect(reason(change)).toBe(expected);
  });

  test('a gate destination collides with a masq one on the port of the service', () => {
    expect(reason({ kind: 'add-destination', key, destination: real(1, { method: 'gate', port: 9999 }) })).toBe(
      'Destination already exists',
    );
  });

  test('a mark service keeps the ports of its destinations apart', () => {
    const mark: ServiceKey = { protocol: 'fwm', family: 'ipv4', mark: 1 };
    const marked = table(service([real(1, { method: 'gate' })], { key: mark }));
    const change: Change = { kind: 'add-destination', key: mark, destination: real(1, { method: 'gate', port: 90 }) };
    expect(reason(change, marked)).toBe('accepted');
  });

  test('editing a destination without thresholds resets them', () => {
    const limited = table(service([real(1, { upper: 9, lower: 3 })]));
    const result = applyChange(limited, { kind: 'edit-destination', key, destination: real(1, { weight: 0 }) });
    expect('table' in result && result.table.services[0]?.destinations[0]).toMatchObject({
      upper: 0,
      lower: 0,
      weight: 0,
    });
  });
});
