/** The changes that turn one table into another: as few as possible, in an order that leaves no gap. */
import { keyText } from './address.js';
import type { Change, Destination, Service, ServiceKey, Table } from './model.js';
import { normaliseDestination, normaliseKey, normaliseService } from './normalise.js';

export interface DiffOptions {
  /**
   * Whether a service that is there but not wanted may be deleted. Default: all of them. A director that shares the
   * table with others passes a test for its own (ldirectord never touches foreign virtuals, ldirectord reference 3.3).
   */
  readonly mayDelete?: (key: ServiceKey) => boolean;
  /**
   * The place of a destination change among those of its service; lower comes first, equal ones keep the default order.
   * The service's own add or edit always stays before them.
   */
  readonly rank?: (change: DestinationChange) => number;
}

export type DestinationChange = Extract<
  Change,
  { kind: 'add-destination' | 'edit-destination' | 'delete-destination' }
>;

const idOf = (destination: Pick<Destination, 'address' | 'port'>): string =>
  `${destination.address} ${destination.port}`;

export const isSamePlace = (
  left: Pick<Destination, 'address' | 'port'>,
  right: Pick<Destination, 'address' | 'port'>,
): boolean => left.address === right.address && left.port === right.port;

const sameFlags = (left: readonly string[], right: readonly string[]): boolean => left.join() === right.join();

/** Whether two services of one key schedule alike; destinations are not looked at. */
export const sameService = (left: Omit<Service, 'destinations'>, right: Omit<Service, 'destinations'>): boolean =>
  left.scheduler === right.scheduler &&
  left.persistent === right.persistent &&
  left.netmask === right.netmask &&
  left.ops === right.ops &&
  sameFlags(left.flags, right.flags);

/** Whether two destinations of one place are treated alike. */
export const sameDestination = (left: Destination, right: Destination): boolean =>
  left === right ||
  (left.method === right.method &&
    left.weight === right.weight &&
    left.upper === right.upper &&
    left.lower === right.lower);

const normalised = (service: Service): Service => {
  const normal = normaliseService(service);
  return { ...normal, destinations: service.destinations.map((one) => normaliseDestination(normal.key, one)) };
};

/** More capacity first, less capacity last: no moment has fewer servers than the poorer of the two tables. */
const defaultRank = (before: Destination | undefined, change: DestinationChange): number => {
  if (change.kind === 'delete-destination') return 3;
  if (change.kind === 'add-destination') return change.destination.weight > 0 ? 0 : 2;
  return change.destination.weight >= (before?.weight ?? 0) ? 1 : 2;
};

const destinationChanges = (
  actual: Service | undefined,
  wanted: Service,
  options: DiffOptions,
): readonly DestinationChange[] => {
  const before = new Map((actual?.destinations ?? []).map((one) => [idOf(one), one]));
  const seen = new Set<string>();
  const changes: DestinationChange[] = [];
  for (const destination of wanted.destinations) {
    const id = idOf(destination);
    // The kernel knows a destination once; the first mention of a repeated one counts.
    if (seen.has(id)) continue;
    seen.add(id);
    const old = before.get(id);
    if (old === undefined) changes.push({ kind: 'add-destination', key: wanted.key, destination });
    else if (!sameDestination(old, destination))
      changes.push({ kind: 'edit-destination', key: wanted.key, destination });
  }
  for (const [id, { address, port }] of before)
    if (!seen.has(id)) changes.push({ kind: 'delete-destination', key: wanted.key, destination: { address, port } });
  const rank =
    options.rank ?? ((change: DestinationChange) => defaultRank(before.get(idOf(change.destination)), change));
  // Array sort is stable: equal ranks keep the order of the wanted table.
  return changes
    .map((change) => ({ change, at: rank(change) }))
    .sort((a, b) => a.at - b.at)
    .map(({ change }) => change);
};

const nameOf = ({ key }: Service): string => keyText(normaliseKey(key));

/** Without a second look at what is the very same object in both tables, which is most of them in a table of thousands. */
const serviceChanges = (actual: Service | undefined, wanted: Service, options: DiffOptions): readonly Change[] => {
  if (actual === wanted) return [];
  const { destinations, ...service } = normalised(wanted);
  const after = { ...service, destinations };
  if (actual === undefined) return [{ kind: 'add-service', service }, ...destinationChanges(undefined, after, options)];
  const before = normalised(actual);
  const edit: readonly Change[] = sameService(before, service) ? [] : [{ kind: 'edit-service', service }];
  return [...edit, ...destinationChanges(before, after, options)];
};

/**
 * The changes that make `wanted` of `actual`, in a safe order.
 *
 * Services come in the order of the wanted table; a new service is added before its destinations, and within a service
 * destinations are added (and raised) before others are lowered and deleted, so that there is always somebody to serve.
 * Services that are no longer wanted go last. Both tables are normalised first, so a gate destination that is configured
 * with another port is the one that the kernel shows with the service's port.
 */
export const diff = (actual: Table, wanted: Table, options: DiffOptions = {}): readonly Change[] => {
  const before = new Map(actual.services.map((service) => [nameOf(service), service]));
  const seen = new Set<string>();
  const changes: Change[] = [];
  for (const service of wanted.services) {
    const id = nameOf(service);
    if (seen.has(id)) continue;
    seen.add(id);
    for (const change of serviceChanges(before.get(id), service, options)) changes.push(change);
  }
  for (const [id, service] of before) {
    const key = normaliseKey(service.key);
    if (!seen.has(id) && (options.mayDelete?.(key) ?? true)) changes.push({ kind: 'delete-service', key });
  }
  return changes;
};
