/** Prints changes as ipvsadm command lines: argument lists, and the lines that `ipvsadm -R` reads. */
import { endpointText } from '../address.js';
import type { Change, Destination, ForwardMethod, Service, ServiceKey } from '../model.js';

const METHOD: Readonly<Record<ForwardMethod, string>> = { gate: '-g', masq: '-m', ipip: '-i' };

/** How ports are written; names where the caller knows them. */
export type PortText = (port: number, protocol: string) => string | number;

const asNumber: PortText = (port) => port;

/** `-t 10.0.0.1:80`, `-f 7 -6`, … */
export const printKey = (key: ServiceKey, portText: PortText = asNumber): readonly string[] => {
  if (key.protocol === 'fwm') return ['-f', String(key.mark), ...(key.family === 'ipv6' ? ['-6'] : [])];
  const option = { tcp: '-t', udp: '-u', sctp: '--sctp-service' }[key.protocol];
  return [option, endpointText(key.address, portText(key.port, key.protocol))];
};

/** The words after the service address, in the order of `ipvsadm -S`. */
export const printScheduling = (service: Omit<Service, 'destinations'>): readonly string[] => [
  '-s',
  service.scheduler,
  ...(service.persistent === undefined ? [] : ['-p', String(service.persistent)]),
  ...(service.persistent === undefined || service.netmask === undefined ? [] : ['-M', service.netmask]),
  ...(service.ops ? ['-o'] : []),
  ...(service.flags.length === 0 ? [] : ['-b', service.flags.join(',')]),
];

const printDestination = (destination: Destination): readonly string[] => [
  '-r',
  endpointText(destination.address, destination.port),
  METHOD[destination.method],
  '-w',
  String(destination.weight),
  ...(destination.upper === 0 && destination.lower === 0
    ? []
    : ['-x', String(destination.upper), '-y', String(destination.lower)]),
];

/** The argument list that makes ipvsadm make this change; parse-command reads it back to the same change. */
export const printChange = (change: Change): readonly string[] => {
  switch (change.kind) {
    case 'add-service':
      return ['-A', ...printKey(change.service.key), ...printScheduling(change.service)];
    case 'edit-service':
      return ['-E', ...printKey(change.service.key), ...printScheduling(change.service)];
    case 'delete-service':
      return ['-D', ...printKey(change.key)];
    case 'add-destination':
      return ['-a', ...printKey(change.key), ...printDestination(change.destination)];
    case 'edit-destination':
      return ['-e', ...printKey(change.key), ...printDestination(change.destination)];
    case 'delete-destination':
      return ['-d', ...printKey(change.key), '-r', endpointText(change.destination.address, change.destination.port)];
  }
};

/** The input of one `ipvsadm -R`. */
export const printRestore = (changes: readonly Change[]): string =>
  changes.map((change) => `${printChange(change).join(' ')}\n`).join('');
