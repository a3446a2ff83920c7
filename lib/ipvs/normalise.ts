/** Brings services and destinations into the form in which the kernel keeps them, so that they can be compared. */
import { normaliseAddress } from './address.js';
import type { Change, Destination, Service, ServiceKey, Table } from './model.js';

/** Flag names of -b in the order of their bits; `sh` and `mh` have names of their own for the first two. */
export const flagNames = (scheduler: string): readonly string[] =>
  scheduler === 'sh' || scheduler === 'mh'
    ? [`${scheduler}-fallback`, `${scheduler}-port`]
    : ['flag-1', 'flag-2', 'flag-3'];

/** Flags in bit order, without repetition, under the names that the scheduler gives them. */
export const normaliseFlags = (scheduler: string, flags: readonly string[]): readonly string[] => {
  const names = flagNames(scheduler);
  return names.filter((name, bit) => flags.includes(name) || flags.includes(`flag-${bit + 1}`));
};

export const normaliseKey = (key: ServiceKey): ServiceKey => {
  if (key.protocol === 'fwm') return key;
  const known = normaliseAddress(key.address);
  if (known === undefined || (known.address === key.address && known.family === key.family)) return key;
  return { ...key, ...known };
};

/** Undefined for the whole address, which is the default and is not listed. */
const normaliseMask = (key: ServiceKey, netmask: string | undefined): string | undefined => {
  if (netmask === undefined) return undefined;
  if (key.family === 'ipv6') return netmask === '128' ? undefined : netmask;
  const text = normaliseAddress(netmask)?.address ?? netmask;
  return text === '255.255.255.255' ? undefined : text;
};

/** A service without its destinations. A mask has no effect without persistence, and the kernel does not show it. */
export const normaliseService = (service: Omit<Service, 'destinations'>): Omit<Service, 'destinations'> => {
  const key = normaliseKey(service.key);
  return {
    key,
    scheduler: service.scheduler,
    flags: normaliseFlags(service.scheduler, service.flags),
    persistent: service.persistent,
    netmask: service.persistent === undefined ? undefined : normaliseMask(key, service.netmask),
    ops: service.ops,
  };
};

/** The port under which a destination is known: gate and ipip keep that of a tcp or udp service (ldirectord reference 3.2). */
export const destinationPort = (key: ServiceKey, destination: Pick<Destination, 'port' | 'method'>): number =>
  key.protocol !== 'fwm' && destination.method !== 'masq' ? key.port : destination.port;

/** The same object when it is in normal form already, as nearly all are. */
export const normaliseDestination = (key: ServiceKey, destination: Destination): Destination => {
  const address = normaliseAddress(destination.address)?.address ?? destination.address;
  const port = destinationPort(key, destination);
  return address === destination.address && port === destination.port ? destination : { ...destination, address, port };
};

export const normaliseTable = (table: Table): Table => ({
  services: table.services.map((service) => {
    const normal = normaliseService(service);
    return { ...normal, destinations: service.destinations.map((one) => normaliseDestination(normal.key, one)) };
  }),
});

export const normaliseChange = (change: Change): Change => {
  switch (change.kind) {
    case 'add-service':
    case 'edit-service':
      return { kind: change.kind, service: normaliseService(change.service) };
    case 'delete-service':
      return { kind: change.kind, key: normaliseKey(change.key) };
    case 'add-destination':
    case 'edit-destination': {
      const key = normaliseKey(change.key);
      return { kind: change.kind, key, destination: normaliseDestination(key, change.destination) };
    }
    case 'delete-destination': {
      const { address, port } = change.destination;
      return {
        kind: change.kind,
        key: normaliseKey(change.key),
        destination: { address: normaliseAddress(address)?.address ?? address, port },
      };
    }
  }
};
