/** `virtual_server` as services of ldirectord.cf. */
import type { ForwardMethod } from '../../ipvs/model.js';
import type { Ledger } from '../ledger.js';
import type { RealPlan, VirtualPlan } from '../plan.js';
import { arg, argText, named, type Statement } from '../statement.js';
import { addressValue, bracketed, hostAndPort, nameValue, portValue, whole } from '../values.js';
import { type Check, failureCount, retryDelay, type Texts, wholeSeconds } from './checker.js';
import { type Handlers, REPAIR, readBlock, wrongValue } from './read-block.js';
import { methodValue, type RealServer, readReal } from './real-server.js';
import { readTargets, type VirtualTarget } from './virtual-target.js';

/** What keepalived takes where nothing is said. */
const DEFAULTS = { interval: 60, scheduler: 'wlc', persistence: 360 } as const;

/** Flags of schedulers by their names in keepalived. */
const FLAGS = new Set(['flag-1', 'flag-2', 'flag-3', 'sh-port', 'sh-fallback', 'mh-port', 'mh-fallback']);

interface Service {
  scheduler: string;
  method: ForwardMethod | undefined;
  interval: number;
  sorry:
    | {
        readonly host: string;
        readonly family: 'ipv4' | 'ipv6';
        readonly local: boolean;
        readonly statement: Statement;
      }
    | undefined;
  sorryMethod: ForwardMethod | undefined;
  quiescent: boolean;
  family: 'ipv4' | 'ipv6' | undefined;
  readonly flags: string[];
  /** Of the service itself, before what its checks say. */
  readonly directives: Map<string, string>;
}

const isIPv4 = (text: string): boolean => addressValue(text)?.family === 'ipv4';

const readSorry = (ledger: Ledger, service: Service, statement: Statement): void => {
  const address = addressValue(arg(statement, 0));
  const port = portValue(statement.args[1] === undefined ? '0' : arg(statement, 1));
  if (address === undefined || port === undefined) {
    wrongValue(ledger, statement, 'an address with a port');
    return;
  }
  const { family } = address;
  const host = port === 0 ? bracketed(address) : hostAndPort(address, port);
  service.sorry = { host, family, local: /^(127\.|::1$)/.test(address.text), statement };
};

/** What stands in the block besides its servers. */
const handlersFor = (ledger: Ledger, service: Service): Handlers => {
  const { directives } = service;
  const method = (then: (value: ForwardMethod) => void) => (statement: Statement) => {
    const value = methodValue(arg(statement, 0));
    if (value === undefined) return wrongValue(ledger, statement, 'NAT, DR or TUN');
    then(value);
    if (statement.args.length > 1)
      ledger.remark('changed', statement, 'ldirectord tunnels by IPIP only', 'see that the servers accept that');
  };
  const scheduler = (statement: Statement): void => {
    if (/^[a-z]+$/.test(arg(statement, 0))) service.scheduler = arg(statement, 0);
    else wrongValue(ledger, statement, 'the name of a scheduler');
  };
  const kind = method((value) => {
    service.method = value;
  });
  return {
    delay_loop: (statement) => {
      service.interval = wholeSeconds(ledger, statement) ?? service.interval;
    },
    lb_algo: scheduler,
    lvs_sched: scheduler,
    lb_kind: kind,
    lvs_method: kind,
    protocol: () => undefined,
    ip_family: (statement) => {
      service.family = arg(statement, 0) === 'inet6' ? 'ipv6' : 'ipv4';
    },
    persistence_timeout: (statement) => {
      const seconds = statement.args.length === 0 ? DEFAULTS.persistence : whole(arg(statement, 0), 1, 99_999_999);
      if (seconds === undefined) wrongValue(ledger, statement, 'a number of seconds');
      else directives.set('persistent', String(seconds));
    },
    persistence_granularity: (statement) => {
      const mask = arg(statement, 0);
      if (isIPv4(mask) || whole(mask, 1, 128) !== undefined) directives.set('netmask', mask);
      else wrongValue(ledger, statement, 'a netmask');
    },
    persistence_engine: (statement) =>
      ledger.remark(
        'lost',
        statement,
        'connections are recognised by what they carry',
        'ldirectord goes by the address of the client',
      ),
    virtualhost: (statement) => {
      const host = nameValue(arg(statement, 0));
      if (host === undefined) wrongValue(ledger, statement, 'the name of a host');
      else directives.set('virtualhost', host);
    },
    ops: () => {
      directives.set('ops', 'yes');
    },
    sorry_server: (statement) => readSorry(ledger, service, statement),
    sorry_server_lvs_method: method((value) => {
      service.sorryMethod = value;
    }),
    inhibit_on_failure: () => {
      service.quiescent = true;
    },
    quorum: (statement) => {
      if (arg(statement, 0) !== '1')
        ledger.remark(
          'lost',
          statement,
          'fewer servers than this count as none',
          'the fallback is used while no server is up; give it to as many servers as can carry the load',
        );
    },
    retry: (statement) => {
      const count = failureCount(ledger, statement);
      if (count !== undefined) directives.set('failurecount', count);
    },
    delay_before_retry: (statement) => retryDelay(ledger, statement),
    connect_timeout: (statement) => {
      const seconds = wholeSeconds(ledger, statement);
      if (seconds !== undefined) directives.set('checktimeout', String(seconds));
    },
    smtp_alert: (statement) =>
      ledger.remark('needless', statement, 'ldirectord sends a mail for every change, as emailalert says'),
    real_server: () => undefined,
    ...Object.fromEntries([...FLAGS].map((flag) => [flag, () => service.flags.push(flag)])),
  };
};

const sameEntries = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean =>
  one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);

/** The check of the whole service: that of its first server. Others that differ are reported. */
const commonCheck = (ledger: Ledger, reals: readonly RealServer[]): Check | undefined => {
  const check = reals.find((real) => real.check !== undefined)?.check;
  if (check === undefined) return undefined;
  for (const { statement, check: own } of reals) {
    if (own !== undefined && !sameEntries(own.directives, check.directives))
      ledger.remark(
        'changed',
        own.statement,
        `all servers of a service are checked alike, as in line ${check.statement.at.line}`,
        'where this one needs another check, make a service of its own or use checktype = external',
      );
    // What was reported as lost above is not told once more.
    const isReported = (statement.block ?? []).some(({ keyword }) => /_CHECK$|_GET$/.test(keyword));
    if (own === undefined && !isReported)
      ledger.remark('changed', statement, `it had no check, and now has that of line ${check.statement.at.line}`);
  }
  return check;
};

const sameTexts = (one: Texts | undefined, other: Texts | undefined): boolean =>
  one?.request === other?.request && one?.receive === other?.receive;

const realPlan = (real: RealServer, common: Check | undefined): RealPlan => {
  const { address, port, method, weight, upper, lower, check, statement } = real;
  const texts = check === undefined || sameTexts(check.texts, common?.texts) ? undefined : check.texts;
  return { host: bracketed(address), port, method, weight, upper, lower, texts, from: statement.at };
};

/** Directives in the order in which they are written. */
const directivesOf = (
  service: Service,
  check: Check | undefined,
  protocol: 'tcp' | 'udp' | 'fwm',
): ReadonlyMap<string, string> => {
  const { sorry, directives, flags } = service;
  const all = new Map<string, string>([['protocol', protocol]]);
  all.set('scheduler', service.scheduler);
  if (flags.length > 0) all.set('schedflags', flags.join(','));
  if (sorry !== undefined) {
    const method = service.sorryMethod ?? (sorry.local ? 'gate' : (service.method ?? 'masq'));
    all.set(sorry.family === 'ipv6' ? 'fallback6' : 'fallback', `${sorry.host} ${method}`);
  }
  // Without a check a server of keepalived is always up.
  const checks = check?.directives ?? new Map([['checktype', 'on']]);
  for (const [key, value] of [...directives, ...checks]) all.set(key, value);
  if (check?.texts !== undefined) all.set('request', `"${check.texts.request}"`);
  if (check?.texts !== undefined && check.texts.receive !== '') all.set('receive', `"${check.texts.receive}"`);
  if (service.quiescent) all.set('quiescent', 'yes');
  return all;
};

const planOf = (
  target: VirtualTarget,
  family: 'ipv4' | 'ipv6',
  rest: Omit<VirtualPlan, 'family' | 'target' | 'address'>,
): VirtualPlan =>
  target.kind === 'mark'
    ? { ...rest, family, target: String(target.mark), address: undefined }
    : {
        ...rest,
        family,
        target: hostAndPort(target.address, target.port),
        address: target.address.text,
      };

const isQuiescent = (ledger: Ledger, reals: readonly RealServer[]): boolean => {
  const marked = reals.filter(({ quiescent }) => quiescent !== undefined);
  if (marked.length > 0 && marked.length < reals.length)
    for (const { quiescent } of marked)
      if (quiescent !== undefined)
        ledger.remark(
          'changed',
          quiescent,
          'quiescent counts for all servers of a service',
          'it is written; see whether all may have it',
        );
  return marked.length > 0;
};

const PROTOCOLS: Readonly<Record<string, 'tcp' | 'udp'>> = { TCP: 'tcp', UDP: 'udp' };

/** The protocol of a service; undefined: ldirectord cannot balance it, which is then reported. */
const protocolOf = (ledger: Ledger, statement: Statement): 'tcp' | 'udp' | undefined => {
  const written = named(statement, 'protocol').at(-1);
  if (written === undefined) return 'tcp';
  const protocol = PROTOCOLS[arg(written, 0).toUpperCase()];
  if (protocol === undefined)
    ledger.remark(
      'lost',
      statement,
      `ldirectord balances TCP and UDP, not ${argText(written)}`,
      'mark the packets in the packet filter, and make it a service of that firewall mark',
    );
  return protocol;
};

/** Reads one block; a group, or a range of addresses, becomes several services. */
const readVirtual = (ledger: Ledger, statement: Statement, groups: readonly Statement[]): readonly VirtualPlan[] => {
  const protocol = protocolOf(ledger, statement);
  if (protocol === undefined) return [];
  const targets = readTargets(ledger, statement, groups);
  const [first] = targets;
  if (first === undefined) {
    if (!ledger.knows(statement)) ledger.remark('lost', statement, 'its group is empty', REPAIR);
    return [];
  }
  ledger.carry(statement);
  const service: Service = {
    scheduler: DEFAULTS.scheduler,
    method: undefined,
    interval: DEFAULTS.interval,
    sorry: undefined,
    sorryMethod: undefined,
    quiescent: false,
    family: undefined,
    flags: [],
    directives: new Map(),
  };
  const block = statement.block ?? [];
  readBlock(ledger, block, handlersFor(ledger, service));
  const servers = block.filter(({ keyword }) => keyword === 'real_server');
  if (service.method === undefined && servers.length > 0)
    ledger.remark(
      'changed',
      statement,
      'it says no lb_kind; NAT (masq) is taken',
      'see that the servers answer through this machine',
    );
  const serverFamily = servers.map((server) => addressValue(arg(server, 0))?.family).find((each) => each !== undefined);
  const family = first.kind === 'address' ? first.address.family : (service.family ?? serverFamily ?? 'ipv4');
  const others = targets.filter((target) => target.kind === 'address' && target.address.family !== family);
  if (others.length > 0)
    ledger.remark(
      'lost',
      statement,
      'a group of both address families; those of the second one are left out',
      'make a group for each family',
    );
  const context = { ledger, method: service.method ?? 'masq', family } as const;
  const checked = first.kind === 'mark' ? 'fwm' : protocol;
  const reals = servers.flatMap((server) => readReal({ ...context, protocol: checked }, server) ?? []);
  const check = commonCheck(ledger, reals);
  service.quiescent ||= isQuiescent(ledger, reals);
  const { sorry, directives } = service;
  if (sorry !== undefined && sorry.family !== family) {
    ledger.remark(
      'lost',
      sorry.statement,
      'a fallback of the other address family',
      'give it an address of the same one',
    );
    service.sorry = undefined;
  }
  const mask = directives.get('netmask');
  if (mask !== undefined && isIPv4(mask) !== (family === 'ipv4')) {
    directives.delete('netmask');
    for (const each of named(statement, 'persistence_granularity'))
      wrongValue(ledger, each, 'a netmask of this address family');
  }
  return targets
    .filter((target) => !others.includes(target))
    .map((target) =>
      planOf(target, family, {
        reals: reals.map((real) => realPlan(real, check)),
        directives: directivesOf(service, check, target.kind === 'mark' ? 'fwm' : protocol),
        interval: service.interval,
        from: statement.at,
      }),
    );
};

const identity = ({ family, target, directives }: VirtualPlan): string =>
  `${family} ${target} ${directives.get('protocol')}`;

/** The services of all blocks; one that is there already is reported. */
export const readVirtuals = (
  ledger: Ledger,
  statements: readonly Statement[],
  groups: readonly Statement[],
): readonly VirtualPlan[] => {
  const found = new Map<string, VirtualPlan>();
  for (const statement of statements)
    for (const virtual of readVirtual(ledger, statement, groups)) {
      const twin = found.get(identity(virtual));
      if (twin === undefined) found.set(identity(virtual), virtual);
      else
        ledger.remark(
          'lost',
          statement,
          `the service ${virtual.target} stands already in line ${twin.from.line}`,
          'put its servers there',
        );
    }
  for (const group of groups) if (!ledger.knows(group)) ledger.remark('needless', group, 'no virtual_server names it');
  return [...found.values()];
};
