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

type Owner = readonly [Service, Destination];

const addressKey = (protocol: string, address: string): string => `${protocol} ${address}`;

/**
 * Finds who a connection belongs to. Services by address come first, as they do when a connection begins… except that
 * marks are not visible here.
 */
const ownerFinder = (table: Table): ((tracked: Tracked) => Owner | undefined) => {
  const byAddress = new Map<string, Service[]>();
  const byMark: Service[] = [];
  for (const service of table.services) {
    const { key } = service;
    const name = key.protocol === 'fwm' ? undefined : addressKey(key.protocol, key.address);
    const those = name === undefined ? byMark : (byAddress.get(name) ?? []);
    those.push(service);
    if (name !== undefined) byAddress.set(name, those);
  }
  return (tracked) => {
    for (const services of [byAddress.get(addressKey(tracked.protocol, tracked.asked.address)) ?? [], byMark])
      for (const service of services) {
        if (!isFor(service, tracked)) continue;
        const destination = service.destinations.find((one) => isWith(service, one, tracked));
        if (destination !== undefined) return [service, destination];
      }
    return undefined;
  };
};

const idOf = (service: Service, destination: Destination | undefined): string =>
  `${keyText(service.key)} ${destination === undefined ? '' : endpointText(destination.address, destination.port)}`;

type Count = Pick<Counters, 'active' | 'inactive'>;

/** Active (established) and other connections of each destination, of as many connections as it has been given. */
export interface Tally {
  readonly add: (connections: readonly Tracked[]) => void;
  readonly of: (service: Service, destination: Destination) => Count;
}

export const tallyFor = (table: Table): Tally => {
  const ownerOf = ownerFinder(table);
  const counts = new Map<string, { active: number; inactive: number }>();
  return {
    add: (connections) => {
      for (const tracked of connections) {
        const owner = ownerOf(tracked);
        if (owner === undefined) continue;
        const id = idOf(...owner);
        const count = counts.get(id) ?? { active: 0, inactive: 0 };
        // As in IPVS, udp connections count as inactive.
        if (tracked.state === 'ESTABLISHED') count.active += 1;
        else count.inactive += 1;
        counts.set(id, count);
      }
    },
    of: (service, destination) => counts.get(idOf(service, destination)) ?? NO_COUNTERS,
  };
};

/** The same of a list that is whole. */
export const countConnections = (table: Table, connections: readonly Tracked[]): Tally['of'] => {
  const tally = tallyFor(table);
  tally.add(connections);
  return tally.of;
};

const endText = ({ address, port }: End): string => endpointText(address, port);

/** The connections of the table's services, as `ipvsadm -L -n -c` shows them. */
export const connectionLines = (table: Table, connections: readonly Tracked[]): readonly ConnectionLine[] => {
  const ownerOf = ownerFinder(table);
  return connections.flatMap((tracked) => {
    const owner = ownerOf(tracked);
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
};
