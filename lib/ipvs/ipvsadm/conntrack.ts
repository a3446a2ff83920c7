/** Reads the connection tracking table and tells which service and destination each connection belongs to (pure). */
import { endpointText, keyText, normaliseAddress } from '../address.js';
import { type ConnectionLine, type Counters, NO_COUNTERS } from '../grammar/listing.js';
import type { Destination, Service, Table } from '../model.js';

interface End {
  readonly address: string;
  readonly port: number;
}

/** One tracked connection: who asked whom, and who answers. */
export interface Tracked {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /** Seconds. */
  readonly expires: number;
  /** Undefined for protocols without states. */
  readonly state: string | undefined;
  readonly client: End;
  readonly asked: End;
  readonly answers: End;
}

const LINE = /^(?:ipv[46]\s+\d+\s+)?(tcp|udp|sctp)\s+\d+\s+(\d+)\s+(?:([A-Z_0-9]+)\s+)?src=/;

const endOf = (address: string | undefined, port: string | undefined): End => ({
  address: normaliseAddress(address ?? '')?.address ?? '',
  port: Number(port ?? 0),
});

const parseLine = (line: string): Tracked | undefined => {
  const head = LINE.exec(line);
  const protocol = head?.[1];
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') return undefined;
  const all = (name: string) => [...line.matchAll(new RegExp(`\\b${name}=(\\S+)`, 'g'))].map((match) => match[1]);
  const [source] = all('src');
  const [target] = all('dst');
  const [sourcePort] = all('sport');
  const [targetPort] = all('dport');
  return {
    protocol,
    expires: Number(head?.[2]),
    state: head?.[3],
    client: endOf(source, sourcePort),
    asked: endOf(target, targetPort),
    answers: endOf(all('src')[1], all('sport')[1]),
  };
};

/** The lines of /proc/net/nf_conntrack or of `conntrack -L`; others are left out. */
export const parseConntrack = (text: string): readonly Tracked[] =>
  text.split('\n').flatMap((line) => parseLine(line) ?? []);

const isFor = (service: Service, tracked: Tracked): boolean => {
  const { key } = service;
  // The mark is not in the table; a service by mark is known by its destinations alone.
  if (key.protocol === 'fwm') return true;
  return (
    key.protocol === tracked.protocol &&
    key.address === tracked.asked.address &&
    (key.port === 0 || key.port === tracked.asked.port)
  );
};

const isWith = (service: Service, destination: Destination, tracked: Tracked): boolean => {
  const port = destination.port === 0 ? tracked.asked.port : destination.port;
  if (tracked.answers.address === destination.address) return tracked.answers.port === port;
  // A local gate destination answers from the address of the service.
  return (
    destination.method !== 'masq' && service.key.protocol !== 'fwm' && tracked.answers.address === tracked.asked.address
  );
};

/** Services by address come first, as they do when a connection begins… except that marks are not visible here. */
const findOwner = (table: Table, tracked: Tracked): readonly [Service, Destination] | undefined => {
  const byAddressFirst = [...table.services].sort(
    (left, right) => Number(left.key.protocol === 'fwm') - Number(right.key.protocol === 'fwm'),
  );
  for (const service of byAddressFirst) {
    if (!isFor(service, tracked)) continue;
    const destination = service.destinations.find((one) => isWith(service, one, tracked));
    if (destination !== undefined) return [service, destination];
  }
  return undefined;
};

const idOf = (service: Service, destination: Destination | undefined): string =>
  `${keyText(service.key)} ${destination === undefined ? '' : endpointText(destination.address, destination.port)}`;

/** Active (established) and other connections of each destination. */
export const countConnections = (
  table: Table,
  connections: readonly Tracked[],
): ((service: Service, destination: Destination) => Pick<Counters, 'active' | 'inactive'>) => {
  const counts = new Map<string, { active: number; inactive: number }>();
  for (const tracked of connections) {
    const owner = findOwner(table, tracked);
    if (owner === undefined) continue;
    const id = idOf(...owner);
    const count = counts.get(id) ?? { active: 0, inactive: 0 };
    // As in IPVS, udp connections count as inactive.
    if (tracked.state === 'ESTABLISHED') count.active += 1;
    else count.inactive += 1;
    counts.set(id, count);
  }
  return (service, destination) => counts.get(idOf(service, destination)) ?? NO_COUNTERS;
};

const endText = ({ address, port }: End): string => endpointText(address, port);

/** The connections of the table's services, as `ipvsadm -L -n -c` shows them. */
export const connectionLines = (table: Table, connections: readonly Tracked[]): readonly ConnectionLine[] =>
  connections.flatMap((tracked) => {
    const owner = findOwner(table, tracked);
    if (owner === undefined) return [];
    const [, destination] = owner;
    const port = destination.port === 0 ? tracked.asked.port : destination.port;
    return [
      {
        protocol: tracked.protocol.toUpperCase() as 'TCP' | 'UDP' | 'SCTP',
        expires: tracked.expires,
        state: tracked.state ?? tracked.protocol.toUpperCase(),
        source: endText(tracked.client),
        virtual: endText(tracked.asked),
        destination: endpointText(destination.address, port),
      },
    ];
  });
