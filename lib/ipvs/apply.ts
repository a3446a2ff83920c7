/** What the kernel does with one change: the new table, or the reason why it refuses (pure). */
import { isUnicast, sameKey } from './address.js';
import type { Change, Destination, Service, Table } from './model.js';
import { normaliseChange } from './normalise.js';

/** Why a change is refused, in ipvsadm's words (ldirectord reference 3.2). */
export type Refusal =
  | 'Service already exists'
  | 'No such service'
  | 'Service not defined'
  | 'Destination already exists'
  | 'No such destination'
  | 'Scheduler or persistence engine not found'
  | 'Numerical result out of range'
  | 'Zero port specified for non-persistent service'
  | 'Different address family is allowed only for tunneling servers'
  | 'Invalid operation.  Possibly wrong module version, address not unicast, ...';

export type Applied = { readonly table: Table } | { readonly reason: Refusal };

/** The schedulers of Linux; the module of a known one may still be missing on a machine. */
export const SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'dh',
  'sh',
  'sed',
  'nq',
  'fo',
  'ovf',
  'mh',
  'twos',
] as const;

const sameDestination = (left: Pick<Destination, 'address' | 'port'>, right: Pick<Destination, 'address' | 'port'>) =>
  left.address === right.address && left.port === right.port;

const serviceProblem = (service: Omit<Service, 'destinations'>): Refusal | undefined => {
  if (service.key.protocol !== 'fwm' && service.key.port === 0 && service.persistent === undefined)
    return 'Zero port specified for non-persistent service';
  return SCHEDULERS.some((name) => name === service.scheduler)
    ? undefined
    : 'Scheduler or persistence engine not found';
};

type ServiceChange = Extract<Change, { kind: 'add-service' | 'edit-service' }>;
type DestinationChange = Exclude<Change, ServiceChange | { kind: 'delete-service' }>;

const changeService = (table: Table, change: ServiceChange): Applied => {
  const existing = table.services.find((one) => sameKey(one.key, change.service.key));
  const problem = serviceProblem(change.service);
  // ipvsadm itself looks at the port before the kernel is asked for anything.
  if (problem === 'Zero port specified for non-persistent service') return { reason: problem };
  if (change.kind === 'add-service' && existing !== undefined) return { reason: 'Service already exists' };
  if (change.kind === 'edit-service' && existing === undefined) return { reason: 'No such service' };
  if (problem !== undefined) return { reason: problem };
  if (existing === undefined)
    return { table: { services: [...table.services, { ...change.service, destinations: [] }] } };
  const changed = { ...change.service, destinations: existing.destinations };
  return { table: { services: table.services.map((one) => (one === existing ? changed : one)) } };
};

const destinationProblem = (service: Service, destination: Destination): Refusal | undefined => {
  const mixed = destination.address.includes(':') !== (service.key.family === 'ipv6');
  if (mixed && destination.method !== 'ipip') return 'Different address family is allowed only for tunneling servers';
  return destination.lower > destination.upper ? 'Numerical result out of range' : undefined;
};

const changeDestination = (service: Service, change: DestinationChange): Refusal | readonly Destination[] => {
  const existing = service.destinations.find((one) => sameDestination(one, change.destination));
  if (change.kind === 'delete-destination')
    return existing === undefined ? 'No such destination' : service.destinations.filter((one) => one !== existing);
  const problem = destinationProblem(service, change.destination);
  if (problem !== undefined) return problem;
  if (change.kind === 'edit-destination')
    return existing === undefined
      ? 'No such destination'
      : service.destinations.map((one) => (one === existing ? change.destination : one));
  if (existing !== undefined) return 'Destination already exists';
  if (!isUnicast(change.destination.address))
    return 'Invalid operation.  Possibly wrong module version, address not unicast, ...';
  return [...service.destinations, change.destination];
};

const isServiceChange = (change: Change): change is ServiceChange =>
  change.kind === 'add-service' || change.kind === 'edit-service';

/**
 * Makes one change to a normalised table with the semantics of ipvsadm and the kernel: ports of gate and ipip
 * destinations, what exists and what does not, the range of thresholds. Deleting a service takes its destinations along.
 */
export const applyChange = (table: Table, asked: Change): Applied => {
  const change = normaliseChange(asked);
  if (isServiceChange(change)) return changeService(table, change);
  const { key } = change;
  const service = table.services.find((one) => sameKey(one.key, key));
  if (change.kind === 'delete-service')
    return service === undefined
      ? { reason: 'No such service' }
      : { table: { services: table.services.filter((one) => one !== service) } };
  if (service === undefined) return { reason: 'Service not defined' };
  const result = changeDestination(service, change);
  if (typeof result === 'string') return { reason: result };
  const changed = { ...service, destinations: result };
  return { table: { services: table.services.map((one) => (one === service ? changed : one)) } };
};

/** All changes in order, going on after a refused one as `ipvsadm -R` does. */
export const applyChanges = (
  table: Table,
  changes: readonly Change[],
): { readonly table: Table; readonly refused: readonly { readonly change: Change; readonly reason: Refusal }[] } => {
  const refused: { change: Change; reason: Refusal }[] = [];
  let current = table;
  for (const change of changes) {
    const result = applyChange(current, change);
    if ('table' in result) current = result.table;
    else refused.push({ change, reason: result.reason });
  }
  return { table: current, refused };
};
