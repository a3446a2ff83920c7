/** Collects the options of one command line, stopping at the first value that is wrong, as ipvsadm does. */
import type { ForwardMethod } from '../model.js';
import type { DaemonOptions, Names } from './command.js';
import { type OptionName, SPELLINGS } from './options.js';
import type { Token } from './tokens.js';
import { type Endpoint, MAX_INT, MAX_MARK, MAX_TIMEOUT, parseEndpoint, parseNumber } from './values.js';

export type ServiceAddress =
  | { readonly protocol: 'tcp' | 'udp' | 'sctp'; readonly at: Endpoint }
  | { readonly protocol: 'fwm'; readonly mark: number };

/** What was given, still without the defaults. */
export interface Gathered {
  given: Set<OptionName>;
  service?: ServiceAddress;
  ipv6: boolean;
  scheduler?: string;
  persistent?: number;
  netmask?: string;
  flags?: string;
  real?: Endpoint;
  method: ForwardMethod;
  weight: number;
  upper: number;
  lower: number;
  tunnelType?: string;
  tunnelPort?: number;
  /** Options that a change cannot carry, as words. */
  beyond: string[];
  daemon: { -readonly [K in Exclude<keyof DaemonOptions, 'state'>]: DaemonOptions[K] };
}

/** `-p` without a value (observed; the manual says 300). */
export const DEFAULT_PERSISTENCE = 360;

const METHODS: Readonly<Record<string, ForwardMethod>> = { masquerading: 'masq', ipip: 'ipip', gatewaying: 'gate' };

/** Largest UDP payload in an IPv4 packet. */
const MAX_SYNC_LENGTH = 65535 - 20 - 8;

const isMulticast = (address: string): boolean => {
  if (address.includes(':')) return /^ff[0-9a-f]{2}:/i.test(address);
  const parts = address.split('.').map((part) => parseNumber(part, 0, 255));
  return parts.length === 4 && !parts.includes(undefined) && (parts[0] ?? 0) >= 224 && (parts[0] ?? 0) < 240;
};

type Take = (to: Gathered, value: string, names: Names) => string | undefined;

/** Stores a number within limits under a name, or answers the message. */
const number =
  (
    least: number,
    most: number,
    message: (value: string) => string,
    store: (to: Gathered, value: number) => void,
  ): Take =>
  (to, value) => {
    const parsed = parseNumber(value, least, most);
    if (parsed === undefined) return message(value);
    store(to, parsed);
    return undefined;
  };

const address =
  (protocol: 'tcp' | 'udp' | 'sctp'): Take =>
  (to, value, names) => {
    const at = parseEndpoint(value, protocol, names);
    if (at === undefined) return 'illegal virtual server address[:port] specified';
    to.service = { protocol, at };
    return undefined;
  };

/** What each option does with its value; the rest are only noted as given. */
const TAKES: Readonly<Record<string, Take>> = {
  'tcp-service': address('tcp'),
  'udp-service': address('udp'),
  'sctp-service': address('sctp'),
  'fwmark-service': number(
    1,
    MAX_MARK,
    (value) => `invalid fwmark value \`${value}' specified`,
    (to, mark) => {
      to.service = { protocol: 'fwm', mark };
    },
  ),
  ipv6: (to) => {
    if (to.service?.protocol !== 'fwm') return '-6 used before -f\n';
    to.ipv6 = true;
    return undefined;
  },
  scheduler: (to, value) => {
    to.scheduler = value;
    return undefined;
  },
  netmask: (to, value) => {
    to.netmask = value;
    return undefined;
  },
  'sched-flags': (to, value) => {
    to.flags = value;
    return undefined;
  },
  'real-server': (to, value, names) => {
    const protocol = to.service?.protocol ?? 'tcp';
    const at = parseEndpoint(value, protocol === 'fwm' ? 'tcp' : protocol, names);
    if (at === undefined) return 'illegal real server address[:port] specified';
    to.real = at;
    return undefined;
  },
  weight: number(
    0,
    MAX_INT,
    () => 'illegal weight specified',
    (to, value) => {
      to.weight = value;
    },
  ),
  'u-threshold': number(
    0,
    MAX_INT,
    () => 'illegal u_threshold specified',
    (to, value) => {
      to.upper = value;
    },
  ),
  'l-threshold': number(
    0,
    MAX_INT,
    () => 'illegal l_threshold specified',
    (to, value) => {
      to.lower = value;
    },
  ),
  pe: (to, value) => {
    to.beyond.push('--pe', value);
    return undefined;
  },
  'tun-type': (to, value) => {
    if (!['ipip', 'gue', 'gre'].includes(value)) return 'illegal tunnel type specified';
    to.tunnelType = value;
    if (value !== 'ipip') to.beyond.push('--tun-type', value);
    return undefined;
  },
  'tun-port': number(
    1,
    65535,
    () => 'illegal tunnel port specified',
    (to, value) => {
      to.tunnelPort = value;
      to.beyond.push('--tun-port', String(value));
    },
  ),
  'mcast-interface': (to, value) => {
    to.daemon.interface = value;
    return undefined;
  },
  syncid: number(
    0,
    255,
    () => 'illegal syncid specified',
    (to, value) => {
      to.daemon.syncId = value;
    },
  ),
  'mcast-group': (to, value) => {
    if (!isMulticast(value)) return `invalid ${value.includes(':') ? 'IPv6' : 'IPv4'} mcast-group \`${value}'`;
    to.daemon.group = value;
    return undefined;
  },
  'mcast-port': number(
    1,
    65535,
    () => 'illegal mcast-port specified',
    (to, value) => {
      to.daemon.port = value;
    },
  ),
  'mcast-ttl': number(
    1,
    255,
    () => 'illegal mcast-ttl specified',
    (to, value) => {
      to.daemon.ttl = value;
    },
  ),
  'sync-maxlen': number(
    1,
    MAX_SYNC_LENGTH,
    () => 'illegal sync-maxlen specified',
    (to, value) => {
      to.daemon.maxLength = value;
    },
  ),
};

const takePersistent = (to: Gathered, value: string | undefined): string | undefined => {
  const timeout = value === undefined ? DEFAULT_PERSISTENCE : parseNumber(value, 1, MAX_TIMEOUT);
  if (timeout === undefined) return `invalid timeout value \`${value}' specified`;
  to.persistent = timeout;
  return undefined;
};

/** Notes one option; answers the message when it cannot be accepted. */
const takeOption = (to: Gathered, token: Extract<Token, { kind: 'option' }>, names: Names): string | undefined => {
  const sets = SPELLINGS[token.name]?.sets;
  if (sets !== undefined) {
    if (to.given.has(sets)) return `multiple '${sets}' options specified`;
    to.given.add(sets);
  }
  if (token.name === 'persistent') return takePersistent(to, token.value);
  to.method = METHODS[token.name] ?? to.method;
  if (token.name.startsWith('tun-') && token.name.endsWith('csum')) to.beyond.push(`--${token.name}`);
  return TAKES[token.name]?.(to, token.value ?? '', names);
};

/** What a command line without options has. */
export const nothing = (): Gathered => ({
  given: new Set(),
  ipv6: false,
  method: 'gate',
  weight: 1,
  upper: 0,
  lower: 0,
  beyond: [],
  daemon: {
    interface: undefined,
    syncId: undefined,
    maxLength: undefined,
    group: undefined,
    port: undefined,
    ttl: undefined,
  },
});

/** Everything after the command word, or the first problem: complete text and exit status. */
export const gather = (
  tokens: readonly Token[],
  names: Names,
): Gathered | { readonly problem: string; readonly status: 2 | 255 } => {
  const to = nothing();
  for (const token of tokens) {
    if (token.kind === 'bad') return { problem: `${token.word}: ${token.problem}\n`, status: 255 };
    const problem = token.kind === 'command' ? `invalid option \`${token.word}'` : takeOption(to, token, names);
    if (problem !== undefined) return { problem: `${problem}\n`, status: 2 };
  }
  return to;
};
