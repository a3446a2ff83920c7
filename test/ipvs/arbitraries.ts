/** Random services, destinations, changes and tables for property tests. */
import fc from 'fast-check';
import { normaliseAddress } from '../../lib/ipvs/address.js';
import { SCHEDULERS } from '../../lib/ipvs/apply.js';
import type { Change, Destination, Family, Service, ServiceKey, Table } from '../../lib/ipvs/model.js';
import { flagNames, normaliseChange, normaliseTable } from '../../lib/ipvs/normalise.js';

const few = (family: Family): fc.Arbitrary<string> =>
  family === 'ipv4'
    ? fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })).map(([a, b]) => `10.0.${a}.${b}`)
    : fc.integer({ min: 1, max: 5 }).map((last) => `2001:db8::${last}`);

/** Addresses from a small set, so that collisions happen, and now and then any unicast one. */
const address = (family: Family): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: few(family) },
    {
      weight: 1,
      arbitrary: (family === 'ipv4' ? fc.ipV4() : fc.ipV6())
        .map((text) => normaliseAddress(text)?.address ?? '')
        .filter((text) => /^([1-9]\d?|1\d\d)\.\d|^2[0-9a-f]{3}:/.test(text)),
    },
  );

const family: fc.Arbitrary<Family> = fc.constantFrom('ipv4', 'ipv4', 'ipv6');

const port = fc.oneof(fc.constantFrom(80, 443, 8080), fc.integer({ min: 1, max: 65535 }));

export const arbitraryKey: fc.Arbitrary<ServiceKey> = family.chain((chosen) =>
  fc.oneof(
    fc.record({
      protocol: fc.constantFrom('tcp' as const, 'tcp' as const, 'udp' as const, 'sctp' as const),
      family: fc.constant(chosen),
      address: address(chosen),
      port,
    }),
    fc.record({
      protocol: fc.constant('fwm' as const),
      family: fc.constant(chosen),
      mark: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4294967295 })),
    }),
  ),
);

export const arbitraryScheduling = (key: ServiceKey): fc.Arbitrary<Omit<Service, 'destinations'>> =>
  fc.constantFrom(...SCHEDULERS).chain((scheduler) =>
    fc.record({
      key: fc.constant(key),
      scheduler: fc.constant(scheduler),
      flags: fc.subarray([...flagNames(scheduler)]),
      persistent: fc.option(fc.integer({ min: 1, max: 2678400 }), { nil: undefined }),
      netmask: fc.option(
        key.family === 'ipv4'
          ? fc.constantFrom('255.255.255.0', '255.255.0.0', '255.255.255.255')
          : fc.integer({ min: 1, max: 128 }).map(String),
        { nil: undefined },
      ),
      ops: key.protocol === 'udp' || key.protocol === 'fwm' ? fc.boolean() : fc.constant(false),
    }),
  );

export const arbitraryDestination = (key: ServiceKey): fc.Arbitrary<Destination> =>
  fc
    .record({
      address: address(key.family),
      port: fc.oneof(port, fc.constant(0)),
      method: fc.constantFrom('gate' as const, 'masq' as const, 'ipip' as const),
      weight: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 2147483647 })),
      upper: fc.constantFrom(0, 0, 10, 65535),
      lower: fc.constantFrom(0, 0, 7, 20),
    })
    .map((destination) => ({ ...destination, lower: Math.min(destination.lower, destination.upper) }));

const unique = <T>(of: fc.Arbitrary<T>, id: (value: T) => string, maxLength: number): fc.Arbitrary<T[]> =>
  fc.uniqueArray(of, { selector: id, maxLength });

const arbitraryService: fc.Arbitrary<Service> = arbitraryKey.chain((key) =>
  fc
    .tuple(
      arbitraryScheduling(key),
      unique(arbitraryDestination(key), (one) => `${one.address} ${one.method === 'masq' ? one.port : 'vip'}`, 5),
    )
    .map(([service, destinations]) => ({ ...service, destinations })),
);

/** Normalised tables in which every service and destination occurs once. */
export const arbitraryTable: fc.Arbitrary<Table> = unique(arbitraryService, (one) => JSON.stringify(one.key), 5)
  .map((services) => normaliseTable({ services }))
  .map(({ services }) => ({
    services: services.map((service) => ({
      ...service,
      destinations: service.destinations.filter(
        (one, index, all) =>
          all.findIndex((other) => other.address === one.address && other.port === one.port) === index,
      ),
    })),
  }));

/** Normalised changes of all kinds. */
export const arbitraryChange: fc.Arbitrary<Change> = arbitraryKey
  .chain(
    (key): fc.Arbitrary<Change> =>
      fc.oneof(
        fc.record({
          kind: fc.constantFrom('add-service' as const, 'edit-service' as const),
          service: arbitraryScheduling(key),
        }),
        fc.record({ kind: fc.constant('delete-service' as const), key: fc.constant(key) }),
        fc.record({
          kind: fc.constantFrom('add-destination' as const, 'edit-destination' as const),
          key: fc.constant(key),
          destination: arbitraryDestination(key),
        }),
        fc.record({
          kind: fc.constant('delete-destination' as const),
          key: fc.constant(key),
          destination: arbitraryDestination(key).map(({ address: at, port: number }) => ({
            address: at,
            port: number,
          })),
        }),
      ),
  )
  .map(normaliseChange);
