/** Renders the nftables transaction that turns what is in the kernel into a wanted table (pure). */
import type { Destination, Service, Table } from '../../model.js';
import { BASE_CHAINS, destinationName, revisionChain, serviceName, TABLE } from './names.js';
import { destinationRules, dispatchRules, type IsLocal, serviceRules } from './render.js';
import type { Objects } from './ruleset.js';

/**
 * After the administrator's own DNAT rules, which have -100: as with IPVS, which sees packets only on their way to a
 * local process.
 */
const PRIORITY = -90;

/** Clients that a persistent service remembers for each destination. */
const MOST_CLIENTS = 1_000_000;

/** Objects must exist before rules mention them. */
const declarations = (service: Service, objects: Objects): readonly string[] => {
  const name = serviceName(service.key);
  const type = service.key.family === 'ipv6' ? 'ipv6_addr' : 'ipv4_addr';
  const pair = (one: string): readonly string[] => [
    ...(objects.chains.has(one) ? [] : [`add chain ${TABLE} ${one}`]),
    ...(objects.counters.has(one) ? [] : [`add counter ${TABLE} ${one}`]),
  ];
  return [
    ...pair(name),
    ...service.destinations.flatMap((destination) => {
      const one = destinationName(service.key, destination);
      if (service.persistent === undefined || objects.sets.has(one)) return pair(one);
      const set = `add set ${TABLE} ${one} { type ${type}; flags dynamic,timeout; size ${MOST_CLIENTS}; }`;
      return [...pair(one), set];
    }),
  ];
};

const same = (left: Service | undefined, right: Service): boolean =>
  left === right || JSON.stringify(left) === JSON.stringify(right);

const sameClients = (left: Service, right: Service): boolean => left.netmask === right.netmask;

const stale = (present: ReadonlySet<string>, wanted: ReadonlySet<string>): readonly string[] =>
  [...present].filter((name) => !wanted.has(name));

const namesOf = (service: Service): readonly string[] => [
  serviceName(service.key),
  ...service.destinations.map((destination) => destinationName(service.key, destination)),
];

/** The destinations of a changed service whose own chain has to be made anew: neither weight nor thresholds are in there. */
const rewritten = (old: Service | undefined, service: Service): readonly Destination[] => {
  if (old === undefined || old.persistent !== service.persistent || !sameClients(old, service))
    return service.destinations;
  const before = new Map(old.destinations.map((one) => [destinationName(old.key, one), one]));
  return service.destinations.filter((one) => before.get(destinationName(service.key, one))?.method !== one.method);
};

const sameDispatch = (before: Table, after: Table): boolean =>
  before.services.length === after.services.length &&
  before.services.every(({ key }, index) => {
    const other = after.services[index];
    return other !== undefined && serviceName(other.key) === serviceName(key);
  });

export interface Transaction {
  /** For `nft -f -`; empty: there is nothing to do. */
  readonly text: string;
  /** What there is once it has been made. */
  readonly objects: Objects;
}

/**
 * One transaction for `nft -f -`, to be made complete or not at all.
 *
 * Only services that change get new rules, so the others keep their place in the turn; sets of persistent clients and
 * counters outlive every change of their service. Connections are not touched: they live in connection tracking. That only
 * translates while there is a NAT chain, so the base chains outlive the last service: otherwise a restart of the daemon
 * would cut every connection, which IPVS only holds up until the service is back.
 * `before` is what was found and is in order; whatever else `objects` lists is swept away.
 */
export const renderTransaction = (
  objects: Objects,
  before: Table,
  after: Table,
  isLocal: IsLocal,
  revision: number,
): Transaction => {
  if (after.services.length === 0 && !objects.exists) return { text: '', objects };
  const old = new Map(before.services.map((service) => [serviceName(service.key), service]));
  const changed = after.services.filter((service) => !same(old.get(serviceName(service.key)), service));
  const renewed = changed.map((service) => ({
    service,
    destinations: rewritten(old.get(serviceName(service.key)), service),
  }));
  const wanted = new Set<string>(after.services.flatMap(namesOf));
  const wantedChains = new Set<string>([...BASE_CHAINS, ...wanted]);
  const wantedSets = new Set(
    after.services.flatMap((service) => (service.persistent === undefined ? [] : namesOf(service).slice(1))),
  );
  const goneChains = stale(objects.chains, wantedChains);
  const forgotten = changed
    .filter((service) => service.persistent !== undefined)
    .filter((service) => !sameClients(old.get(serviceName(service.key)) ?? service, service))
    .flatMap((service) => namesOf(service).slice(1));
  const dispatch = !objects.chains.has('services') || !sameDispatch(before, after);
  const flushed = [
    ...(dispatch ? BASE_CHAINS : []),
    ...renewed.flatMap(({ service, destinations }) => [
      serviceName(service.key),
      ...destinations.map((destination) => destinationName(service.key, destination)),
    ]),
    ...goneChains,
  ];
  const lines = [
    // Somebody else's batch may have made the first table meanwhile: then this one is late.
    `${objects.exists ? 'add' : 'create'} table ${TABLE}`,
    ...objects.revisions.map((chain) => `delete chain ${TABLE} ${chain}`),
    `add chain ${TABLE} ${revisionChain(revision)}`,
    `add chain ${TABLE} prerouting { type nat hook prerouting priority ${PRIORITY}; policy accept; }`,
    `add chain ${TABLE} output { type nat hook output priority ${PRIORITY}; policy accept; }`,
    `add chain ${TABLE} services`,
    ...changed.flatMap((service) => declarations(service, objects)),
    // What is only now declared is empty.
    ...flushed.filter((name) => objects.chains.has(name)).map((name) => `flush chain ${TABLE} ${name}`),
    ...forgotten.map((name) => `flush set ${TABLE} ${name}`),
    ...renewed.flatMap(({ service, destinations }) => [
      ...serviceRules(service),
      ...destinations.flatMap((destination) => destinationRules(service, destination, isLocal)),
    ]),
    ...(dispatch ? dispatchRules(after.services) : []),
    ...goneChains.map((name) => `delete chain ${TABLE} ${name}`),
    ...stale(objects.sets, wantedSets).map((name) => `delete set ${TABLE} ${name}`),
    ...stale(objects.counters, wanted).map((name) => `delete counter ${TABLE} ${name}`),
  ];
  const revisions = [revisionChain(revision)];
  return {
    text: `${lines.join('\n')}\n`,
    objects: { exists: true, chains: wantedChains, sets: wantedSets, counters: wanted, revisions },
  };
};
