/** A proxy as services of ldirectord.cf, one for each address and port that it listens on. */
import type { Ledger } from '../ledger.js';
import type { RealPlan, VirtualPlan } from '../plan.js';
import { arg, type Statement } from '../statement.js';
import { type AddressValue, addressValue, bracketed, hostAndPort, mailValue, whole } from '../values.js';
import { readChecks } from './check.js';
import { isStickBySource } from './features.js';
import { type Bind, type ProxySection, type Server, serverOptions } from './proxy.js';
import { haproxyTime } from './times.js';

/** Options of a server that are carried over elsewhere, or that a check alone needs. */
const CARRIED = new Set([
  ...['check', 'weight', 'inter', 'fall', 'port', 'backup', 'disabled', 'enabled', 'check-ssl', 'verify', 'no-check'],
  ...['ca-file', 'sni', 'check-sni', 'alpn', 'check-alpn', 'id', 'no-ssl', 'no-check-ssl', 'resolvers', 'init-addr'],
  ...['resolve-prefer', 'fastinter', 'downinter'],
]);

/** Options with what to know about them; `rise` only where more than one success is asked for. */
const DIFFERENT: Readonly<Record<string, string>> = {
  rise: 'one good check is enough for ldirectord',
  maxconn: 'IPVS has no queue; u:NUMBER behind a server keeps further connections away from it',
  minconn: 'IPVS has no queue; u:NUMBER behind a server keeps further connections away from it',
  maxqueue: 'IPVS has no queue',
  slowstart: 'a server gets its full share at once',
  observe: 'IPVS does not see how requests end',
  'on-error': 'IPVS does not see how requests end',
  'on-marked-down': 'connections to a server that is taken out end by themselves',
  'on-marked-up': 'connections to the fallback end by themselves',
  track: 'a server has its own check',
  'agent-check': 'no agent is asked for a weight',
  'agent-port': 'no agent is asked for a weight',
  'agent-inter': 'no agent is asked for a weight',
  source: 'connections come from the client',
  proto: 'IPVS knows no protocols above TCP',
};

/** The scheduler for a `balance` line, and what is different. */
const SCHEDULERS: Readonly<Record<string, readonly [even: string, weighted: string, note?: string]>> = {
  roundrobin: ['rr', 'wrr'],
  'static-rr': ['rr', 'wrr'],
  leastconn: ['lc', 'wlc'],
  source: ['sh', 'sh', 'the hash is another one, so that clients come to another server once'],
  first: ['fo', 'fo', 'fo takes the server with the highest weight until it fails, not until it is full'],
  random: ['rr', 'wrr', 'servers take turns'],
};

const LARGEST_WEIGHT = 256;

const weightOf = ({ options }: Server): number => whole(options.get('weight') ?? '', 0, LARGEST_WEIGHT) ?? 1;

const schedulerOf = (ledger: Ledger, { settings, servers }: ProxySection): string => {
  const statement = settings.findLast(({ keyword }) => keyword === 'balance');
  const [even, weighted, note] = SCHEDULERS[statement === undefined ? 'roundrobin' : arg(statement, 0)] ?? [
    'rr',
    'wrr',
    'servers take turns instead',
  ];
  if (statement !== undefined && note !== undefined) ledger.remark('changed', statement, note);
  return new Set(servers.map(weightOf)).size > 1 ? weighted : even;
};

/** Seconds for which a client keeps its server; undefined: it does not. */
const persistenceOf = (ledger: Ledger, { settings }: ProxySection): number | undefined => {
  const stick = settings.find(isStickBySource);
  const table = settings.findLast(({ keyword }) => keyword === 'stick-table');
  if (stick === undefined) return undefined;
  ledger.carry(stick, ...(table === undefined ? [] : [table]));
  const words = (table?.args ?? []).map(({ value }) => value);
  const expire = words.includes('expire') ? haproxyTime(words[words.indexOf('expire') + 1] ?? '') : undefined;
  return expire === undefined ? 360 : Math.max(1, Math.ceil(expire / 1000));
};

const reportOptions = (ledger: Ledger, statement: Statement, options: ReadonlyMap<string, string>): void => {
  const notes = [...options].flatMap(([name, value]) => {
    if (CARRIED.has(name) || (name === 'rise' && value === '1')) return [];
    return [`${name}: ${DIFFERENT[name] ?? 'ldirectord has nothing like it'}`];
  });
  if (notes.length > 0) ledger.remark('changed', statement, [...new Set(notes)].join('; '));
};

/** The server as one of that family; undefined when it is of the other one, or a name that the family cannot have. */
const hostOf = ({ host }: Server, family: AddressValue['family']): string | undefined => {
  const address = addressValue(host);
  if (address !== undefined) return address.family === family ? bracketed(address) : undefined;
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(host) ? host : undefined;
};

const isDisabled = ({ options }: Server): boolean => options.has('disabled');

/** The address that clients use, or those of all groups where the proxy listens on all. */
export const addressesOf = (bind: Bind, moved: readonly string[]): readonly AddressValue[] =>
  (bind.address === undefined ? moved : [bind.address]).flatMap((text) => addressValue(text) ?? []);

const fallbackOf = (ledger: Ledger, servers: readonly Server[], bind: Bind, family: AddressValue['family']) => {
  const [first, ...others] = servers.filter((server) => server.options.has('backup') && !isDisabled(server));
  for (const { statement } of others)
    ledger.remark('lost', statement, 'a second backup; a service has one fallback', 'let that one be one that lives');
  const host = first === undefined ? undefined : hostOf(first, family);
  if (first === undefined || host === undefined) return undefined;
  const port = first.port === 0 ? bind.port : first.port;
  return `${host}:${port} ${/^(127\.|\[::1\])/.test(host) ? 'gate' : 'masq'}`;
};

const realsOf = (ledger: Ledger, servers: readonly Server[], bind: Bind, family: AddressValue['family']) => {
  const reals: RealPlan[] = [];
  for (const server of servers.filter(({ options }) => !options.has('backup'))) {
    const host = hostOf(server, family);
    if (isDisabled(server))
      ledger.remark(
        'changed',
        server.statement,
        'it is switched off, and left out',
        'write it as a real with weight 0, or use maintenancedir',
      );
    else if (host === undefined)
      ledger.remark(
        'lost',
        server.statement,
        `'${server.host}' is no server for a service of ${family === 'ipv4' ? 'IPv4' : 'IPv6'}`,
        'give it an address of that family',
      );
    else
      reals.push({
        host,
        port: server.port === 0 ? bind.port : server.port,
        method: 'masq',
        weight: weightOf(server),
        upper: undefined,
        lower: undefined,
        texts: undefined,
        from: server.statement.at,
      });
  }
  return reals;
};

/** The last `email-alert to`. */
const mailOf = (ledger: Ledger, { settings }: ProxySection): string | undefined => {
  const statement = settings.findLast((each) => each.keyword === 'email-alert' && arg(each, 0) === 'to');
  const address = statement === undefined ? undefined : mailValue(arg(statement, 1));
  if (statement !== undefined && address !== undefined) ledger.carry(statement);
  return address;
};

/** The services; `moved` are the addresses that move between the nodes, for a proxy that listens on all addresses. */
export const servicesOf = (ledger: Ledger, proxy: ProxySection, moved: readonly string[]): readonly VirtualPlan[] => {
  const { servers, binds, front, back } = proxy;
  const { directives: checks, interval } = readChecks(ledger, proxy);
  const scheduler = schedulerOf(ledger, proxy);
  const persistent = persistenceOf(ledger, proxy);
  const mail = mailOf(ledger, proxy);
  for (const { statement, own } of servers) reportOptions(ledger, statement, own);
  for (const statement of proxy.settings.filter(({ keyword }) => keyword === 'default-server')) {
    ledger.carry(statement);
    reportOptions(ledger, statement, serverOptions(statement.args.map(({ value }) => value)));
  }
  ledger.remark(
    'changed',
    back ?? front,
    'the servers answer to the clients through this machine (masq): it sees connections, not requests',
    'make the address that moves in their network their default gateway, and see that clients in their own network do not use the service; or use gate, with the virtual address on their loopback interface (see ha-realserver(8))',
  );
  return binds.flatMap((bind) =>
    addressesOf(bind, moved).map((address): VirtualPlan => {
      const { family } = address;
      const fallback = fallbackOf(ledger, servers, bind, family);
      return {
        family,
        target: hostAndPort(address, bind.port),
        address: address.text,
        reals: realsOf(ledger, servers, bind, family),
        directives: new Map([
          ['protocol', 'tcp'],
          ['scheduler', scheduler],
          ...(persistent === undefined ? [] : [['persistent', String(persistent)] as const]),
          ...(fallback === undefined ? [] : [[family === 'ipv6' ? 'fallback6' : 'fallback', fallback] as const]),
          ...checks,
          ...(mail === undefined ? [] : [['emailalert', mail] as const]),
        ]),
        interval,
        from: bind.statement.at,
      };
    }),
  );
};
