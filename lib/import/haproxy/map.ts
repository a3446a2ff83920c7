/** A haproxy.cfg as what heartbeat and ldirectord shall do: haproxy stays and is watched, or ldirectord takes its place. */
import { deviceFor } from '../keepalived/cluster.js';
import type { Ledger } from '../ledger.js';
import type { ImportOptions, MonitorPlan, Plan, VirtualPlan } from '../plan.js';
import { type Statement, withInner } from '../statement.js';
import { type AddressValue, nameValue, prefixedAddress } from '../values.js';
import { type Blocker, blockersOf, leftover } from './features.js';
import { bindsOf, type ProxySection, proxiesOf } from './proxy.js';
import { addressesOf, servicesOf } from './service.js';

/** Keywords that say what a service is, and are in it. */
const IN_A_SERVICE = new Set(['mode', 'balance', 'default_backend']);

/** An address to move with its prefix length. */
interface Moved {
  readonly address: AddressValue;
  readonly prefix: number | undefined;
}

/** The addresses of the command line, and those that a proxy listens on. */
const movedBy = (proxies: readonly ProxySection[], options: ImportOptions): readonly Moved[] => {
  const named = options.addresses.flatMap((text) => prefixedAddress(text) ?? []);
  const bound = proxies
    .flatMap(({ binds }) => binds)
    .flatMap(({ address }) => (address === undefined ? [] : (prefixedAddress(address) ?? [])));
  const all = [...named, ...bound].filter(({ address }) => !/^(127\.|::1$)/.test(address.text));
  return [...new Map(all.toReversed().map((each) => [each.address.text, each])).values()].toReversed();
};

/** Without a keepalived.conf nobody says how the nodes hear each other: the usual times, and one interface. */
const clusterFor = (ledger: Ledger, front: Statement, options: ImportOptions): Plan['cluster'] => {
  const device = deviceFor(options);
  if (options.device === undefined)
    ledger.remark(
      'changed',
      front,
      'the file does not say which interface the nodes hear each other on; eth0 is taken',
      'name it with --interface',
    );
  ledger.remark(
    'changed',
    front,
    'there is no secret for the heartbeats; authkeys says crc, which trusts everybody in the network',
    "write one into authkeys, the same on both nodes: 'auth 1' and '1 sha1 SECRET'",
  );
  const peer = options.peerIp;
  const medium =
    peer === undefined ? `bcast ${device}` : `${peer.includes(':') ? 'ucast6' : 'ucast'} ${device} ${peer}`;
  return {
    keepalive: 1000,
    deadtime: 5000,
    initdead: undefined,
    timing: undefined,
    media: [{ text: medium, from: undefined }],
    autoFailback: { value: 'on', from: undefined },
    key: { method: 'crc', text: '', from: undefined },
  };
};

/** The cluster and its one group, where no keepalived.conf has said it. */
const clusterPlan = (
  ledger: Ledger,
  proxies: readonly ProxySection[],
  moved: readonly Moved[],
  options: ImportOptions,
): Pick<Plan, 'cluster' | 'groups'> => {
  const [first] = proxies;
  if (first === undefined || moved.length === 0) return { cluster: undefined, groups: [] };
  const placeOf = (text: string): Statement =>
    proxies.flatMap(({ binds }) => binds).find(({ address }) => address === text)?.statement ?? first.front;
  return {
    cluster: clusterFor(ledger, first.front, options),
    groups: [
      {
        name: 'haproxy',
        node: options.node,
        from: first.front.at,
        before: moved.map(({ address, prefix }) => ({
          text: `${address.family === 'ipv4' ? 'IPaddr2' : 'IPv6addr'}::${address.full}${prefix === undefined ? '' : `/${prefix}`}`,
          from: placeOf(address.text).at,
        })),
        after: [],
        addresses: moved.map(({ address }) => address.text),
      },
    ],
  };
};

/** What a node looks at where haproxy stays: its process, and the ports that it has on all addresses. */
const monitorsFor = (proxies: readonly ProxySection[]): readonly MonitorPlan[] => {
  const [first] = proxies;
  if (first === undefined) return [];
  const timing = [['interval', '2s']] as const;
  const ports = new Map<number, ProxySection>();
  for (const proxy of proxies)
    for (const { address, port } of proxy.binds) if (address === undefined && !ports.has(port)) ports.set(port, proxy);
  return [
    { name: 'haproxy', keys: new Map([['command', '/usr/bin/killall -0 haproxy'], ...timing]), from: first.front.at },
    ...[...ports].map(([port, { name, front }]) => ({
      name: `${nameValue(name) ?? 'port'}-${port}`,
      keys: new Map([['check', `connect 127.0.0.1:${port}`], ...timing]),
      from: front.at,
    })),
  ];
};

/** The port of this machine that a monitor tries; undefined: it does something else. */
const triedPort = ({ keys }: MonitorPlan): number | undefined => {
  const check = keys.get('check') ?? '';
  const [, port] = /^connect (?:127\.0\.0\.1|localhost|\[::1\]):(\d+)$/.exec(check) ?? [];
  if (port !== undefined) return Number(port);
  const [, scheme, explicit] = /^(https?):\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::(\d+))?(?:\/|$)/.exec(check) ?? [];
  return scheme === undefined ? undefined : Number(explicit ?? (scheme === 'https' ? 443 : 80));
};

/** Whether a monitor looks at haproxy: at its process, or at a port that it listens on. */
const looksAtHaproxy = (monitor: MonitorPlan, all: readonly ProxySection[]): boolean => {
  const port = triedPort(monitor);
  return (
    [monitor.name, monitor.keys.get('command') ?? ''].some((text) => text.includes('haproxy')) ||
    (port !== undefined && all.some(({ binds }) => binds.some((bind) => bind.port === port)))
  );
};

const keep = (
  ledger: Ledger,
  sections: readonly Statement[],
  proxies: readonly ProxySection[],
  blockers: readonly Blocker[],
  base: Plan,
): readonly MonitorPlan[] => {
  for (const statement of sections.flatMap(withInner)) ledger.carry(statement);
  for (const { statement, message } of blockers)
    ledger.remark('kept', statement, message, 'haproxy stays for it, on both nodes, and heartbeat moves the address');
  if (base.monitors.some((monitor) => looksAtHaproxy(monitor, proxies))) return [];
  const taken = base.monitors.map(({ name }) => name);
  return monitorsFor(proxies).filter(({ name }) => !taken.includes(name));
};

/** Sections that are about haproxy itself. */
const reportSection = (ledger: Ledger, section: Statement): void => {
  if (section.keyword === 'global')
    ledger.remark('needless', section, 'how haproxy itself runs; it is not needed any more');
  else if (section.keyword === 'mailers')
    ledger.remark(
      'lost',
      section,
      'mail servers',
      'write smtp = HOST into ldirectord.cf, or leave it to sendmail of the machine',
    );
  else if (section.keyword === 'defaults') ledger.carry(section);
  else if (section.keyword === 'backend') ledger.remark('needless', section, 'no frontend sends everything to it');
  else ledger.remark('needless', section, 'only haproxy needs it');
};

/** Accounts for the statements of a proxy that are in no service. */
const reportSettings = (ledger: Ledger, { settings, own, front, back }: ProxySection): void => {
  ledger.carry(front, ...(back === undefined ? [] : [back]));
  for (const statement of [...settings, ...own]) {
    if (ledger.knows(statement)) continue;
    const { keyword } = statement;
    const left = leftover(statement);
    if (IN_A_SERVICE.has(keyword)) ledger.carry(statement);
    else if (keyword === 'bind' && bindsOf(statement, 0) !== undefined) ledger.carry(statement);
    else if (keyword === 'bind')
      ledger.remark(
        'lost',
        statement,
        'this is no address with a port',
        'clients that come by a socket or a range of ports need haproxy',
      );
    else if (keyword === 'server')
      ledger.remark('lost', statement, 'this is no address with a port', 'a server behind IPVS has an address');
    else if (left !== undefined) ledger.remark(left.kind, statement, left.message, left.advice);
  }
};

const replace = (
  ledger: Ledger,
  sections: readonly Statement[],
  all: readonly ProxySection[],
  blockers: readonly Blocker[],
  moved: readonly string[],
  base: Plan,
): readonly VirtualPlan[] => {
  for (const { statement, message } of blockers)
    ledger.remark('lost', statement, message, 'keep haproxy for it (--haproxy keep), or let the servers do it');
  const virtuals: VirtualPlan[] = [];
  for (const proxy of all) {
    const { front } = proxy;
    if (proxy.isStatistics) {
      ledger.remark('lost', front, 'the statistics page', 'ldirectord-ts status and ipvsadm -L --stats show the state');
      continue;
    }
    for (const virtual of servicesOf(ledger, proxy, moved)) {
      const twin = [...base.virtuals, ...virtuals].find(({ target }) => target === virtual.target);
      if (twin === undefined) virtuals.push(virtual);
      else ledger.remark('lost', front, `the service ${virtual.target} is there already`, 'put its servers there');
    }
    ledger.carry(...proxy.binds.map(({ statement }) => statement), ...proxy.servers.map(({ statement }) => statement));
    for (const { statement, address } of proxy.binds)
      if (address !== undefined && !moved.includes(address))
        ledger.remark(
          'changed',
          statement,
          'no group moves this address; the service goes with the first group',
          'write the address into haresources, in front of ldirectord',
        );
      else if (address === undefined && moved.length === 0)
        ledger.remark(
          'lost',
          statement,
          'it listens on all addresses, and none is known that moves',
          'name it with --address',
        );
    reportSettings(ledger, proxy);
  }
  for (const section of sections) {
    if (!ledger.knows(section)) reportSection(ledger, section);
    if (section.keyword !== 'defaults') continue;
    for (const statement of section.block ?? []) {
      const left = ledger.knows(statement) ? undefined : leftover(statement);
      if (left !== undefined) ledger.remark(left.kind, statement, left.message, left.advice);
      else if (IN_A_SERVICE.has(statement.keyword)) ledger.carry(statement);
    }
  }
  return virtuals;
};

/** Without the monitors that look at a haproxy which is not there any more. */
const stillTrue = (ledger: Ledger, { monitors }: Plan, all: readonly ProxySection[]): readonly MonitorPlan[] => {
  const [first] = all;
  return monitors.filter((monitor) => {
    if (first === undefined || !looksAtHaproxy(monitor, all)) return true;
    ledger.remark(
      'changed',
      first.front,
      `[monitor ${monitor.name}] would look at haproxy, which is not needed any more, and is left out`,
    );
    return false;
  });
};

/** Goes through the whole file. `base` is what a keepalived.conf beside it has said; the plan is that of both. */
export const mapHaproxy = (
  ledger: Ledger,
  sections: readonly Statement[],
  options: ImportOptions,
  base: Plan,
): Plan => {
  const all = proxiesOf(sections);
  const proxies = all.filter(({ isStatistics }) => !isStatistics);
  const own = base.groups.length > 0 ? [] : movedBy(proxies, options);
  const moved = [...base.groups.flatMap(({ addresses }) => addresses), ...own.map(({ address }) => address.text)];
  const blockers = proxies.flatMap(blockersOf);
  const homeless = proxies.flatMap(({ binds }) => binds).filter((bind) => addressesOf(bind, moved).length === 0);
  const stays =
    options.haproxy === 'keep' || (options.haproxy === 'auto' && (blockers.length > 0 || homeless.length > 0));
  const monitors = stays
    ? [...base.monitors, ...keep(ledger, sections, proxies, blockers, base)]
    : stillTrue(ledger, base, all);
  const virtuals = stays ? [] : replace(ledger, sections, all, blockers, moved, base);
  const { cluster, groups } = base.groups.length > 0 ? base : clusterPlan(ledger, proxies, own, options);
  const [nowhere] = homeless;
  if (stays && nowhere !== undefined && moved.length === 0)
    ledger.remark(
      'changed',
      nowhere.statement,
      'it listens on all addresses, and none is known that moves: ha.cf and haresources cannot be written',
      'name the address with --address, or import keepalived.conf together with this file',
    );
  if (proxies.length === 0)
    for (const section of sections.slice(0, 1))
      ledger.remark('lost', section, 'there is no frontend with a backend in this file');
  return { ...base, cluster: cluster ?? base.cluster, groups, virtuals: [...base.virtuals, ...virtuals], monitors };
};
