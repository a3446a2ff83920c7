/** The option names of ipvsadm 1.31, and which of them go with which command (observed with the genuine program). */

/** Commands by the name that error messages use. */
export const COMMANDS = {
  'add-service': { short: 'A' },
  'edit-service': { short: 'E' },
  'delete-service': { short: 'D' },
  flush: { short: 'C', long: 'clear' },
  list: { short: 'Ll' },
  restore: { short: 'R' },
  save: { short: 'S' },
  'add-server': { short: 'a' },
  'edit-server': { short: 'e' },
  'delete-server': { short: 'd' },
  zero: { short: 'Z' },
  set: { short: '' },
  'start-daemon': { short: '', value: true },
  'stop-daemon': { short: '', value: true },
  help: { short: 'h' },
  version: { short: 'v' },
} as const satisfies Record<string, { short: string; long?: string; value?: boolean }>;

export type CommandName = keyof typeof COMMANDS;

/** Options by the name that error messages use, in the order in which ipvsadm checks them. */
export const OPTIONS = [
  'numeric',
  'connection',
  'service-address',
  'scheduler',
  'persistent',
  'netmask',
  'real-server',
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  'mcast-interface',
  'timeout',
  'daemon',
  'stats',
  'rate',
  'thresholds',
  'persistent-conn',
  'nosort',
  'syncid',
  'exact',
  'ops',
  'pe',
  'sched-flags',
  'mcast-group',
  'mcast-port',
  'mcast-ttl',
  'sync-maxlen',
  'tun-info',
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
] as const;

export type OptionName = (typeof OPTIONS)[number];

export interface Spelling {
  readonly short?: string;
  /** Whether a value follows; `optional` takes the next word unless that begins with a dash. */
  readonly value?: 'required' | 'optional';
  /** The option that it sets; undefined for those that set none. */
  readonly sets?: OptionName;
}

/** The long spellings. Several set the same option. */
export const SPELLINGS: Readonly<Record<string, Spelling>> = {
  'tcp-service': { short: 't', value: 'required', sets: 'service-address' },
  'udp-service': { short: 'u', value: 'required', sets: 'service-address' },
  'sctp-service': { value: 'required', sets: 'service-address' },
  'fwmark-service': { short: 'f', value: 'required', sets: 'service-address' },
  scheduler: { short: 's', value: 'required', sets: 'scheduler' },
  persistent: { short: 'p', value: 'optional', sets: 'persistent' },
  netmask: { short: 'M', value: 'required', sets: 'netmask' },
  'real-server': { short: 'r', value: 'required', sets: 'real-server' },
  masquerading: { short: 'm', sets: 'forwarding-method' },
  ipip: { short: 'i', sets: 'forwarding-method' },
  gatewaying: { short: 'g', sets: 'forwarding-method' },
  weight: { short: 'w', value: 'required', sets: 'weight' },
  'u-threshold': { short: 'x', value: 'required', sets: 'u-threshold' },
  'l-threshold': { short: 'y', value: 'required', sets: 'l-threshold' },
  numeric: { short: 'n', sets: 'numeric' },
  connection: { short: 'c', sets: 'connection' },
  'mcast-interface': { value: 'required', sets: 'mcast-interface' },
  timeout: { sets: 'timeout' },
  daemon: { sets: 'daemon' },
  stats: { sets: 'stats' },
  rate: { sets: 'rate' },
  thresholds: { sets: 'thresholds' },
  'persistent-conn': { sets: 'persistent-conn' },
  nosort: { sets: 'nosort' },
  sort: {},
  syncid: { value: 'required', sets: 'syncid' },
  exact: { short: 'X', sets: 'exact' },
  ipv6: { short: '6' },
  ops: { short: 'o', sets: 'ops' },
  pe: { value: 'required', sets: 'pe' },
  'sched-flags': { short: 'b', value: 'required', sets: 'sched-flags' },
  'mcast-group': { value: 'required', sets: 'mcast-group' },
  'mcast-port': { value: 'required', sets: 'mcast-port' },
  'mcast-ttl': { value: 'required', sets: 'mcast-ttl' },
  'sync-maxlen': { value: 'required', sets: 'sync-maxlen' },
  'tun-info': { sets: 'tun-info' },
  'tun-type': { value: 'required', sets: 'tun-type' },
  'tun-port': { value: 'required', sets: 'tun-port' },
  'tun-nocsum': { sets: 'tun-nocsum' },
  'tun-csum': { sets: 'tun-csum' },
  'tun-remcsum': { sets: 'tun-remcsum' },
};

interface Rule {
  readonly needs?: readonly OptionName[];
  readonly may?: readonly OptionName[];
  /** At most one of these. */
  readonly oneOf?: readonly OptionName[];
}

const SCHEDULING = ['scheduler', 'persistent', 'netmask', 'ops', 'pe', 'sched-flags'] as const;
const TUNNEL = ['tun-type', 'tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'] as const;
const SERVER = ['forwarding-method', 'weight', 'u-threshold', 'l-threshold', ...TUNNEL] as const;

const RULES: Readonly<Record<CommandName, Rule>> = {
  'add-service': { needs: ['service-address'], may: SCHEDULING },
  'edit-service': { needs: ['service-address'], may: SCHEDULING },
  'delete-service': { needs: ['service-address'] },
  flush: {},
  list: {
    may: ['numeric', 'stats', 'rate', 'thresholds', 'persistent-conn', 'nosort', 'syncid', 'exact', 'tun-info'],
    oneOf: ['connection', 'service-address', 'timeout', 'daemon'],
  },
  restore: {},
  save: { may: ['numeric'] },
  'add-server': { needs: ['service-address', 'real-server'], may: SERVER },
  'edit-server': { needs: ['service-address', 'real-server'], may: SERVER },
  'delete-server': { needs: ['service-address', 'real-server'] },
  zero: { may: ['service-address'] },
  set: {},
  'start-daemon': { may: ['mcast-interface', 'syncid', 'mcast-group', 'mcast-port', 'mcast-ttl', 'sync-maxlen'] },
  'stop-daemon': { may: ['syncid'] },
  help: {},
  version: {},
};

/** The first rule that a set of options breaks, as the genuine message. */
export const combinationProblem = (command: CommandName, given: ReadonlySet<OptionName>): string | undefined => {
  const { needs = [], may = [], oneOf = [] } = RULES[command];
  let exclusive: OptionName | undefined;
  for (const option of OPTIONS) {
    if (!given.has(option)) {
      if (needs.includes(option)) return `You need to supply the '${option}' option for the '${command}' command`;
    } else if (oneOf.includes(option)) {
      if (exclusive !== undefined)
        return `The option '${option}' conflicts with the '${exclusive}' option in the '${command}' command`;
      exclusive = option;
    } else if (!needs.includes(option) && !may.includes(option)) {
      return `Illegal '${option}' option with the '${command}' command`;
    }
  }
  return undefined;
};
