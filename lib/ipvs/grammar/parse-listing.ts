/** Reads listings of `ipvsadm -L -n`: the usual one, and the one of thresholds. */
import { keyText } from '../address.js';
import type { Destination, ForwardMethod, Service, ServiceKey, Table } from '../model.js';
import type { Load } from './listing.js';
import { NO_NAMES } from './parse-command.js';
import { parseEndpoint, parseNumber } from './values.js';

/** `Local` is what old kernels print for their own addresses; the method cannot be told from it. */
const METHODS: Readonly<Record<string, ForwardMethod>> = { Masq: 'masq', Route: 'gate', Tunnel: 'ipip', Local: 'gate' };

const parseKey = (protocol: string, at: string, six: boolean): ServiceKey | undefined => {
  if (protocol === 'FWM') {
    const mark = parseNumber(at, -2147483648, 4294967295);
    return mark === undefined ? undefined : { protocol: 'fwm', family: six ? 'ipv6' : 'ipv4', mark: mark >>> 0 };
  }
  const known = ({ TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const)[protocol];
  const endpoint = parseEndpoint(at, 'tcp', NO_NAMES);
  if (known === undefined || endpoint?.port === undefined) return undefined;
  return { protocol: known, family: endpoint.family, address: endpoint.address, port: endpoint.port };
};

/** The words after the address of a service line: scheduler, flags, persistence, ops. */
const parseService = (words: readonly string[]): Omit<Service, 'key' | 'destinations'> => {
  const after = (name: string) => {
    const at = words.indexOf(name);
    return at === -1 ? undefined : words[at + 1];
  };
  const flags = /^\((.*)\)$/.exec(words[1] ?? '')?.[1] ?? '';
  const persistent = after('persistent');
  return {
    scheduler: words[0] ?? '',
    flags: flags.split(',').filter((flag) => flag !== ''),
    persistent: persistent === undefined ? undefined : Number(persistent),
    netmask: after('mask'),
    ops: words.includes('ops'),
  };
};

interface Row {
  readonly service: Omit<Service, 'destinations'> | undefined;
  readonly address: string;
  readonly port: number;
  readonly columns: readonly string[];
}

/** Services and destination rows of any listing, in order; lines that are neither are left out. */
const rowsOf = (text: string): readonly Row[] =>
  text.split('\n').flatMap((line): readonly Row[] => {
    const words = line.trim().split(/\s+/);
    const [first = '', second = '', ...rest] = words;
    if (first === '->') {
      const at = parseEndpoint(second, 'tcp', NO_NAMES);
      return at?.port === undefined ? [] : [{ service: undefined, address: at.address, port: at.port, columns: rest }];
    }
    const six = first === 'FWM' && rest[0] === 'IPv6';
    const key = parseKey(first, second, six);
    if (key === undefined) return [];
    return [{ service: { key, ...parseService(six ? rest.slice(1) : rest) }, address: '', port: 0, columns: [] }];
  });

const destinationOf = ({ address, port, columns }: Row): Destination | undefined => {
  const method = METHODS[columns[0] ?? ''];
  const weight = parseNumber(columns[1] ?? '', 0, 2147483647);
  if (method === undefined || weight === undefined) return undefined;
  return { address, port, method, weight, upper: 0, lower: 0 };
};

/** The table that `ipvsadm -L -n` shows, without thresholds. Never throws; what is not a table gives an empty one. */
export const parseListing = (text: string): Table => {
  const services: (Omit<Service, 'destinations'> & { destinations: Destination[] })[] = [];
  for (const row of rowsOf(text)) {
    if (row.service !== undefined) services.push({ ...row.service, destinations: [] });
    const destination = row.service === undefined ? destinationOf(row) : undefined;
    if (destination !== undefined) services.at(-1)?.destinations.push(destination);
  }
  return { services };
};

/** The connections of every destination that `ipvsadm -L -n` shows. Never throws. */
export const parseLoads = (text: string): readonly Load[] => {
  let key: ServiceKey | undefined;
  return rowsOf(text).flatMap((row): readonly Load[] => {
    if (row.service !== undefined) key = row.service.key;
    const destination = row.service === undefined ? destinationOf(row) : undefined;
    const [active, inactive] = row.columns.slice(2).map(Number);
    if (key === undefined || destination === undefined) return [];
    return [{ key, destination, active: active || 0, inactive: inactive || 0 }];
  });
};

/** A destination row whose first two columns are numbers that are not both 0. */
const LIMITED = /^ +-> \S+ +(?:[1-9]\d* +\d|0 +[1-9])/m;

/**
 * Adds the thresholds that `ipvsadm -L -n --thresholds` shows to a table that was read without them. A service without
 * any stays the same object.
 */
export const withThresholds = (table: Table, text: string): Table => {
  // Most tables have none at all, and then the listing need not be read.
  if (!LIMITED.test(text)) return table;
  const found = new Map<string, Map<string, readonly [number, number]>>();
  let limits: Map<string, readonly [number, number]> | undefined;
  for (const row of rowsOf(text)) {
    if (row.service !== undefined) {
      limits = new Map();
      found.set(keyText(row.service.key), limits);
    } else if (row.columns[0] !== '0' || row.columns[1] !== '0')
      limits?.set(`${row.address} ${row.port}`, [Number(row.columns[0]), Number(row.columns[1])]);
  }
  return {
    services: table.services.map((service) => {
      const those = found.get(keyText(service.key));
      if (those === undefined || those.size === 0) return service;
      const destinations = service.destinations.map((one) => {
        const [upper, lower] = those.get(`${one.address} ${one.port}`) ?? [0, 0];
        return upper === one.upper && lower === one.lower ? one : { ...one, upper, lower };
      });
      return { ...service, destinations };
    }),
  };
};
