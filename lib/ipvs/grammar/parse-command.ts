/** Understands an ipvsadm command line: the same lines are accepted and refused, with the same words, as by ipvsadm 1.31. */
import type { Change, Destination, Service, ServiceKey } from '../model.js';
import { normaliseChange } from '../normalise.js';
import type { Command, CommandError, ListOptions, Names, Parsed, SyncState } from './command.js';
import { type Gathered, gather, nothing } from './gather.js';
import { type CommandName, combinationProblem } from './options.js';
import { tokenise } from './tokens.js';
import { MAX_TIMEOUT, parseFlags, parseNetmask, parseNumber } from './values.js';

/** Knows nothing but `localhost`: for callers that only meet numbers. */
export const NO_NAMES: Names = {
  host: (name) => (name === 'localhost' ? '127.0.0.1' : undefined),
  port: () => undefined,
};

export interface ParseOptions {
  readonly names?: Names;
  /** How the program was called, for the hint after an error. */
  readonly program?: string;
}

const DEFAULT_SCHEDULER = 'wlc';

const failure = (message: string): { readonly error: CommandError } => ({
  error: { status: 2, text: `${message}\n` },
});

/** For the compiler: the rules of options.ts have already asked for a service where one is needed. */
const NO_SERVICE = failure('illegal virtual server address[:port] specified');

const keyOf = (from: Gathered): ServiceKey | undefined => {
  if (from.service === undefined) return undefined;
  if (from.service.protocol === 'fwm')
    return { protocol: 'fwm', family: from.ipv6 ? 'ipv6' : 'ipv4', mark: from.service.mark };
  const { address, family, port } = from.service.at;
  return { protocol: from.service.protocol, family, address, port: port ?? 0 };
};

const changed = (change: Change, beyond: readonly string[]): Parsed => ({
  command: { kind: 'change', change: normaliseChange(change), beyond },
});

const parseService = (kind: 'add-service' | 'edit-service', key: ServiceKey | undefined, from: Gathered): Parsed => {
  if (key === undefined) return NO_SERVICE;
  const scheduler = from.scheduler ?? DEFAULT_SCHEDULER;
  const flags = parseFlags(from.flags ?? '', scheduler);
  if ('problem' in flags) return failure(flags.problem);
  const netmask = from.netmask === undefined ? undefined : parseNetmask(from.netmask, key.family);
  if (key.protocol !== 'fwm' && key.port === 0 && from.persistent === undefined)
    return failure('Zero port specified for non-persistent service');
  const ops = from.given.has('ops');
  if (ops && key.protocol !== 'udp' && key.protocol !== 'fwm')
    return failure('One-Packet Scheduling is only for UDP virtual services');
  const service: Omit<Service, 'destinations'> = { key, scheduler, flags, persistent: from.persistent, netmask, ops };
  return changed({ kind, service }, from.beyond);
};

const tunnelProblem = (from: Gathered): string | undefined => {
  const options = ['tun-type', 'tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'] as const;
  const given = options.filter((option) => from.given.has(option));
  if (given.length > 0 && from.method !== 'ipip') return 'Tunnel options conflict with forward method';
  if (from.tunnelType === 'gue' && from.tunnelPort === undefined)
    return "You need to supply the 'tun-port' option for the 'gue' tunnel type";
  return undefined;
};

const parseServer = (
  kind: 'add-destination' | 'edit-destination' | 'delete-destination',
  key: ServiceKey | undefined,
  from: Gathered,
): Parsed => {
  if (key === undefined) return NO_SERVICE;
  if (from.real === undefined) return failure('illegal real server address[:port] specified');
  const { address, family } = from.real;
  const port = from.real.port ?? (key.protocol === 'fwm' ? 0 : key.port);
  if (kind === 'delete-destination') return changed({ kind, key, destination: { address, port } }, []);
  const tunnel = tunnelProblem(from);
  if (tunnel !== undefined) return failure(tunnel);
  if (family !== key.family && from.method !== 'ipip')
    return failure('Different address family is allowed only for tunneling servers');
  const { method, weight, upper, lower } = from;
  const destination: Destination = { address, port, method, weight, upper, lower };
  return changed({ kind, key, destination }, from.beyond);
};

const COLUMNS = [
  ['stats', 'stats'],
  ['rate', 'rate'],
  ['thresholds', 'thresholds'],
  ['persistent-conn', 'persistent-conn'],
  ['tun-info', 'tunnels'],
] as const;

const WHATS = [
  ['connection', 'connections'],
  ['timeout', 'timeouts'],
  ['daemon', 'daemons'],
] as const;

const parseList = (key: ServiceKey | undefined, from: Gathered): Parsed => {
  const what = WHATS.find(([option]) => from.given.has(option))?.[1] ?? 'services';
  const counters = (['stats', 'rate', 'thresholds'] as const).some((option) => from.given.has(option));
  if (what !== 'services' && (counters || (what !== 'connections' && from.given.has('persistent-conn'))))
    return failure('options conflicts in the list command');
  const list: ListOptions = {
    numeric: from.given.has('numeric'),
    only: key,
    what,
    columns: COLUMNS.find(([option]) => from.given.has(option))?.[1] ?? 'usual',
    exact: from.given.has('exact'),
    sorted: !from.given.has('nosort'),
    persistenceEngine: from.given.has('persistent-conn'),
  };
  return { command: { kind: 'list', list } };
};

const isState = (text: string | undefined): text is SyncState => text === 'master' || text === 'backup';

const parseDaemon = (start: boolean, state: string | undefined, from: Gathered): Parsed => {
  if (!isState(state)) return failure(`illegal ${start ? 'start-daemon parameter' : 'start_daemon'} specified`);
  const command: Command = start
    ? { kind: 'start-daemon', daemon: { state, ...from.daemon } }
    : { kind: 'stop-daemon', state };
  return { command };
};

const timeoutsProblem = (words: readonly string[]): string | undefined => {
  if (words.length < 3) return '--set option requires 3 timeout values';
  const wrong = words.slice(0, 3).find((word) => parseNumber(word, 0, MAX_TIMEOUT) === undefined);
  return wrong === undefined ? undefined : `invalid timeout value \`${wrong}' specified`;
};

const build = (name: CommandName, value: string | undefined, words: readonly string[], from: Gathered): Parsed => {
  const key = keyOf(from);
  switch (name) {
    case 'add-service':
    case 'edit-service':
      return parseService(name, key, from);
    case 'delete-service':
      return key === undefined ? NO_SERVICE : changed({ kind: name, key }, []);
    case 'add-server':
      return parseServer('add-destination', key, from);
    case 'edit-server':
      return parseServer('edit-destination', key, from);
    case 'delete-server':
      return parseServer('delete-destination', key, from);
    case 'list':
      return parseList(key, from);
    case 'zero':
      return { command: { kind: 'zero', key } };
    case 'save':
      return { command: { kind: 'save', numeric: from.given.has('numeric') } };
    case 'flush':
      return { command: { kind: 'clear' } };
    case 'restore':
    case 'help':
    case 'version':
      return { command: { kind: name } };
    case 'start-daemon':
    case 'stop-daemon':
      return parseDaemon(name === 'start-daemon', value, from);
    case 'set': {
      const [tcp = 0, tcpFin = 0, udp = 0] = words.map(Number);
      return { command: { kind: 'set-timeouts', tcp, tcpFin, udp } };
    }
  }
};

const netmaskProblem = (from: Gathered): string | undefined => {
  if (from.netmask === undefined) return undefined;
  const family = keyOf(from)?.family ?? 'ipv4';
  if (parseNetmask(from.netmask, family) !== undefined) return undefined;
  return family === 'ipv6' ? 'illegal ipv6 netmask specified' : 'illegal virtual server persistent mask specified';
};

/**
 * The command that `argv` (without the program's name) asks for, or the error that ipvsadm would print. Never throws.
 *
 * Changes come out normalised: a destination without a port has that of its service, gate and ipip destinations of tcp
 * and udp services always have it.
 */
export const parseCommand = (argv: readonly string[], options: ParseOptions = {}): Parsed => {
  const program = options.program ?? 'ipvsadm';
  if (argv.length === 0) return parseList(undefined, nothing());
  const tokens = tokenise(argv);
  const first = tokens.options[0];
  if (first?.kind !== 'command')
    return { error: { status: 255, text: `Try \`${program} -h' or '${program} --help' for more information.\n` } };
  // Both print and leave before anything else is looked at.
  if (first.name === 'help' || first.name === 'version') return { command: { kind: first.name } };
  if ((first.name === 'start-daemon' || first.name === 'stop-daemon') && !isState(first.value))
    return parseDaemon(first.name === 'start-daemon', first.value, nothing());
  const from = gather(tokens.options.slice(1), options.names ?? NO_NAMES);
  if ('problem' in from) return { error: { status: from.status, text: from.problem } };
  const setProblem = first.name === 'set' ? timeoutsProblem(tokens.words) : undefined;
  const extra = tokens.words[first.name === 'set' ? 3 : 0];
  const problem =
    netmaskProblem(from) ??
    setProblem ??
    (extra === undefined ? undefined : `unexpected argument ${extra}`) ??
    combinationProblem(first.name, from.given);
  return problem === undefined ? build(first.name, first.value, tokens.words, from) : failure(problem);
};
