/**
 * UDP flows that would miss a change: connection tracking keeps a flow where it went first for as long as it is busy (pure).
 *
 * TCP connections are left alone: they end, and the next one is handed out anew. A steady UDP sender (syslog, RADIUS, a
 * resolver with a fixed port) would go on to a deleted server for ever, so its flow is forgotten and its next packet is
 * handed out anew. IPVS, too, lets such flows expire.
 */
import { keyText } from '../../address.js';
import type { Destination, Service, Table } from '../../model.js';
import type { IsLocal } from './render.js';

/** Flows to forget: those to this address and port that this host answers from `answers`. */
export interface Flows {
  readonly family: 'ipv4' | 'ipv6';
  /** Undefined for a service by mark, which can be at any address. */
  readonly to: { readonly address: string; readonly port: number } | undefined;
  /** Undefined: whoever answers. */
  readonly answers: string | undefined;
}

const takesUdp = (service: Service): boolean => service.key.protocol === 'udp' || service.key.protocol === 'fwm';

const target = ({ key }: Service): Flows['to'] =>
  key.protocol === 'fwm' ? undefined : { address: key.address, port: key.port };

/** Who answers for a destination: a local one does so from the address of the service, or from one of the interfaces. */
const answering = (service: Service, destination: Destination, isLocal: IsLocal): string | undefined => {
  if (!isLocal(destination.address)) return destination.address;
  if (destination.method === 'masq') return undefined;
  return service.key.protocol === 'fwm' ? undefined : service.key.address;
};

const holds = (service: Service | undefined, destination: Destination): boolean =>
  service?.destinations.some((one) => one.address === destination.address && one.port === destination.port) ?? false;

/** The flows that no longer go where the table wants them, after `before` has become `after`. */
export const staleFlows = (before: Table, after: Table, isLocal: IsLocal): readonly Flows[] => {
  const udp = (of: Table) => new Map(of.services.filter(takesUdp).map((one) => [keyText(one.key), one]));
  const [earlier, later] = [udp(before), udp(after)];
  const deleted = [...earlier].flatMap(([name, service]) => {
    const now = later.get(name);
    if (now === service) return [];
    return service.destinations.flatMap((destination): readonly Flows[] => {
      if (holds(now, destination)) return [];
      const { family } = service.key;
      const to = target(service);
      const answers = answering(service, destination, isLocal);
      // Flows of a mark are only known by their server; one that serves elsewhere too is left alone.
      const shared = after.services.some((other) =>
        other.destinations.some((one) => one.address === destination.address),
      );
      return to === undefined && (answers === undefined || shared) ? [] : [{ family, to, answers }];
    });
  });
  // What came before the service was there went to this host itself.
  const added = [...later].flatMap(([name, service]): readonly Flows[] => {
    const to = target(service);
    const fresh = to !== undefined && !earlier.has(name);
    return fresh ? [{ family: service.key.family, to, answers: to.address }] : [];
  });
  return [...deleted, ...added];
};

/** The arguments with which conntrack(8) forgets them. */
export const forgetArguments = ({ family, to, answers }: Flows): readonly string[] => [
  ...['-D', '-f', family, '-p', 'udp'],
  ...(to === undefined ? [] : ['--orig-dst', to.address]),
  ...(to === undefined || to.port === 0 ? [] : ['--orig-port-dst', String(to.port)]),
  ...(answers === undefined ? [] : ['--reply-src', answers]),
];
