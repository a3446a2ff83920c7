/** Prints tables, counters, connections, timeouts and sync daemons in the formats of `ipvsadm -L`. */
import { endpointText } from '../address.js';
import type { Destination, Service, ServiceKey, Table } from '../model.js';
import type { DaemonOptions, ListOptions } from './command.js';
import { sortDestinations, sortServices } from './order.js';
import type { SaveNames } from './save.js';

/** Numbers of one service or destination; what is not known is 0. */
export interface Counters {
  readonly active: number;
  readonly inactive: number;
  readonly persistent: number;
  /** Connections, packets in and out, bytes in and out: totals, and per second. */
  readonly totals: readonly number[];
  readonly rates: readonly number[];
}

/** The connections of one destination now. */
export interface Load extends Pick<Counters, 'active' | 'inactive'> {
  readonly key: ServiceKey;
  readonly destination: Destination;
}

export const NO_COUNTERS: Counters = {
  active: 0,
  inactive: 0,
  persistent: 0,
  totals: [0, 0, 0, 0, 0],
  rates: [0, 0, 0, 0, 0],
};

export type CountersOf = (key: ServiceKey, destination: Destination | undefined) => Counters;

/** A counter in nine columns: large ones are cut to thousands, millions, … unless `exact`. */
export const largeNumber = (value: number, exact: boolean): string => {
  const text = String(value);
  if (exact) return text.padStart(text.length <= 8 ? 9 : text.length + 1);
  if (value < 1e8) return text.padStart(9);
  const [divisor, unit] =
    value < 1e9 ? [1e3, 'K'] : value < 1e11 ? [1e6, 'M'] : value < 1e14 ? [1e9, 'G'] : [1e12, 'T'];
  return `${String(Math.floor(value / Number(divisor))).padStart(8)}${unit}`;
};

const METHOD = { gate: 'Route', masq: 'Masq', ipip: 'Tunnel' } as const;

const pads = (values: readonly (string | number)[], widths: readonly number[]): string =>
  values.map((value, index) => String(value).padEnd(widths[index] ?? 0)).join(' ');

const WIDTHS = {
  usual: [7, 6, 10, 10],
  tunnels: [7, 13, 6, 10, 10],
  thresholds: [10, 10, 10, 10],
  'persistent-conn': [9, 11, 10, 10],
} as const;

const LOCAL = 'Prot LocalAddress:Port';
const REMOTE = '  -> RemoteAddress:Port';

const header = (columns: ListOptions['columns']): string => {
  const wide = (words: readonly string[], widths: readonly number[]) =>
    `${LOCAL.padEnd(33)} ${pads(words, widths)}\n${REMOTE}\n`;
  const counters = (words: readonly string[]) =>
    `${LOCAL.padEnd(33)} ${words.map((word) => word.padStart(8)).join(' ')}\n${REMOTE}\n`;
  switch (columns) {
    case 'stats':
      return counters(['Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes']);
    case 'rate':
      return counters(['CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS']);
    case 'thresholds':
      return wide(['Uthreshold', 'Lthreshold', 'ActiveConn', 'InActConn'], WIDTHS.thresholds);
    case 'persistent-conn':
      return wide(['Weight', 'PersistConn', 'ActiveConn', 'InActConn'], WIDTHS['persistent-conn']);
    case 'tunnels':
      return `${LOCAL} Scheduler Flags\n${REMOTE}           Forward TunnelInfo    Weight ActiveConn InActConn\n`;
    case 'usual':
      return `${LOCAL} Scheduler Flags\n${REMOTE}           Forward Weight ActiveConn InActConn\n`;
  }
};

const localAddress = (key: ServiceKey, names: SaveNames): string => {
  if (key.protocol === 'fwm') return `FWM  ${key.mark | 0}${key.family === 'ipv6' ? ' IPv6' : ''}`;
  const at = endpointText(names.host(key.address), names.port(key.port, key.protocol));
  return `${key.protocol.toUpperCase().padEnd(4)} ${at}`;
};

const counterColumns = (counters: Counters, list: ListOptions): string =>
  (list.columns === 'stats' ? counters.totals : counters.rates).map((value) => largeNumber(value, list.exact)).join('');

const isCounters = (list: ListOptions): boolean => list.columns === 'stats' || list.columns === 'rate';

const serviceLine = (service: Service, list: ListOptions, names: SaveNames, counters: Counters): string => {
  const at = localAddress(service.key, names);
  if (isCounters(list)) return `${at.padEnd(33)}${counterColumns(counters, list)}\n`;
  const flags = service.flags.length === 0 ? '' : ` (${service.flags.join(',')})`;
  const mask = service.netmask === undefined ? '' : ` mask ${service.netmask}`;
  const persistence = service.persistent === undefined ? '' : ` persistent ${service.persistent}${mask}`;
  return `${at} ${service.scheduler}${flags}${persistence}${service.ops ? ' ops' : ''}\n`;
};

const destinationLine = (
  service: Service,
  destination: Destination,
  list: ListOptions,
  names: SaveNames,
  counters: Counters,
): string => {
  const protocol = service.key.protocol;
  const port = protocol === 'fwm' ? destination.port : names.port(destination.port, protocol);
  const at = `  -> ${endpointText(names.host(destination.address), port).padEnd(28)}`;
  const { method, weight, upper, lower } = destination;
  const { active, inactive, persistent } = counters;
  switch (list.columns) {
    case 'stats':
    case 'rate':
      return `${at}${counterColumns(counters, list)}\n`;
    case 'thresholds':
      return `${at} ${pads([upper, lower, active, inactive], WIDTHS.thresholds)}\n`;
    case 'persistent-conn':
      return `${at} ${pads([weight, persistent, active, inactive], WIDTHS['persistent-conn'])}\n`;
    case 'tunnels': {
      const tunnel = method === 'ipip' ? 'ipip' : 'n/a';
      return `${at} ${pads([METHOD[method], tunnel, weight, active, inactive], WIDTHS.tunnels)}\n`;
    }
    case 'usual':
      return `${at} ${pads([METHOD[method], weight, active, inactive], WIDTHS.usual)}\n`;
  }
};

/** Size of the connection table in the version line; the genuine module's default. */
const TABLE_SIZE = 4096;

/** The listing of services: the whole table with a version line, or one service without it. */
export const printListing = (
  table: Table,
  list: ListOptions,
  names: SaveNames,
  countersOf: CountersOf = () => NO_COUNTERS,
): string => {
  const version = list.only === undefined ? `IP Virtual Server version 1.2.1 (size=${TABLE_SIZE})\n` : '';
  const services = list.sorted ? sortServices(table.services) : table.services;
  const body = services.flatMap((service) => [
    serviceLine(service, list, names, countersOf(service.key, undefined)),
    ...(list.sorted ? sortDestinations(service.destinations) : service.destinations).map((one) =>
      destinationLine(service, one, list, names, countersOf(service.key, one)),
    ),
  ]);
  return `${version}${header(list.columns)}${body.join('')}`;
};

/** One line of `ipvsadm -L -c`. Endpoints are written as the caller wants them. */
export interface ConnectionLine {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | 'IP';
  /** Seconds until it is forgotten. */
  readonly expires: number;
  readonly state: string;
  readonly source: string;
  readonly virtual: string;
  readonly destination: string;
}

/** `ipvsadm -L -c`, with the two more (here empty) columns of `--persistent-conn`. */
export const printConnections = (lines: readonly ConnectionLine[], persistenceEngine: boolean): string => {
  // The headings of the wide form stand two columns off its rows, as in genuine.
  const widths = persistenceEngine ? [3, 6, 11, 18, 18, 16, 18] : [3, 6, 11, 18, 18];
  const more = persistenceEngine ? ['pe name', 'pe_data'] : [];
  const head = pads(
    ['pro', 'expire', 'state', 'source', 'virtual', 'destination', ...more],
    persistenceEngine ? [3, 6, 11, 18, 18, 18, 16] : widths,
  );
  const rows = lines.map(({ protocol, expires, state, source, virtual, destination }) => {
    const time = [Math.floor(expires / 60), expires % 60].map((part) => String(part).padStart(2, '0')).join(':');
    return `${pads([protocol, time, state, source, virtual, destination], widths)}\n`;
  });
  return `IPVS connection entries\n${head}\n${rows.join('')}`;
};

export const printTimeouts = (tcp: number, tcpFin: number, udp: number): string =>
  `Timeout (tcp tcpfin udp): ${tcp} ${tcpFin} ${udp}\n`;

/** A sync daemon as it runs, with all defaults filled in. */
export type RunningDaemon = { readonly [K in keyof DaemonOptions]: NonNullable<DaemonOptions[K]> };

/** `ipvsadm -L --daemon`, one line for each running daemon. */
export const printDaemons = (daemons: readonly RunningDaemon[]): string =>
  daemons
    .map(
      (one) =>
        `${one.state} sync daemon (mcast=${one.interface}, syncid=${one.syncId}, maxlen=${one.maxLength}, ` +
        `group=${one.group}, port=${one.port}, ttl=${one.ttl})\n`,
    )
    .join('');
