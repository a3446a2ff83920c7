/** Renders the nftables transaction that turns what is in the kernel into a wanted table (pure). */
import ipaddr from 'ipaddr.js';
import { familyOf } from '../../address.js';
import { printKey, printScheduling } from '../../grammar/print-command.js';
import type { Destination, Service, Table } from '../../model.js';
import { BASE_CHAINS, destinationName, serviceName, TABLE } from './names.js';
import type { Objects } from './ruleset.js';
import { scheduleOf } from './slots.js';

/** Whether an address belongs to this host: packets for it are delivered here and not forwarded. */
export type IsLocal = (address: string) => boolean;

/**
 * After the administrator's own DNAT rules, which have -100: as with IPVS, which sees packets only on their way to a
 * local process.
 */
const PRIORITY = -90;

/** Clients that a persistent service remembers for each destination. */
const MOST_CLIENTS = 1_000_000;

const protocolWord = (service: Service): string => (service.key.family === 'ipv6' ? 'ip6' : 'ip');

/** The part of the client's address that persistence goes by. */
const clientExpression = (service: Service): string => {
  const address = `${protocolWord(service)} saddr`;
  if (service.netmask === undefined) return address;
  const mask =
    service.key.family === 'ipv6'
      ? ipaddr.IPv6.subnetMaskFromPrefixLength(Number(service.netmask)).toString()
      : service.netmask;
  return `${address} & ${mask}`;
};

const endpoint = (address: string, port: number): string => {
  if (port === 0) return address;
  return familyOf(address) === 'ipv6' ? `[${address}]:${port}` : `${address}:${port}`;
};

const isLoopback = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.parse(address).range() === 'loopback';

/** What happens to the first packet of a connection to this destination. */
const forwardRule = (service: Service, destination: Destination, isLocal: IsLocal): string => {
  const { address, port, method } = destination;
  // As in IPVS: a local gate or ipip destination gets the packet just as it came, addressed to the virtual service.
  if (method !== 'masq' && isLocal(address)) return 'accept';
  // A port can only be rewritten for a protocol that has ports.
  const protocol = service.key.protocol === 'fwm' ? '{ tcp, udp, sctp }' : service.key.protocol;
  const match = port === 0 ? '' : `meta l4proto ${protocol} `;
  // IPVS drops packets from outside that are to go to a loopback address; redirecting them is what is meant.
  if (isLoopback(address)) return port === 0 ? 'redirect' : `${match}redirect to :${port}`;
  return `${match}dnat ${protocolWord(service)} to ${endpoint(address, port)}`;
};

/** The words of a destination, as they stand in the comment that read() goes by (at most 128 characters). */
const destinationComment = (destination: Destination): string => {
  const { address, port, method, weight, upper, lower } = destination;
  const at = familyOf(address) === 'ipv6' ? `[${address}]:${port}` : `${address}:${port}`;
  const thresholds = upper === 0 && lower === 0 ? '' : ` -x ${upper} -y ${lower}`;
  return `-r ${at} -${{ masq: 'm', gate: 'g', ipip: 'i' }[method]} -w ${weight}${thresholds}`;
};

const serviceComment = (service: Service): string =>
  ['-A', ...printKey(service.key), ...printScheduling(service)].join(' ');

const HASHED = {
  source: (word: string) => `jhash ${word} saddr`,
  'source-port': (word: string) => `jhash ${word} saddr . th sport`,
  target: (word: string) => `jhash ${word} daddr`,
} as const;

const scheduleRule = (service: Service): string => {
  const schedule = scheduleOf(service);
  // IPVS answers with "port unreachable" too when there is nobody to serve.
  if (schedule === undefined) return 'reject with icmpx port-unreachable';
  const number =
    schedule.by === 'turn'
      ? `numgen inc mod ${schedule.total}`
      : `${HASHED[schedule.by](protocolWord(service))} mod ${schedule.total}`;
  const [only] = schedule.ranges;
  if (schedule.ranges.length === 1 && only !== undefined)
    return `goto ${destinationName(service.key, only.destination)}`;
  const slots = schedule.ranges.map(({ from, to, destination }) => {
    const range = from === to ? String(from) : `${from}-${to}`;
    return `${range} : goto ${destinationName(service.key, destination)}`;
  });
  return `${number} vmap { ${slots.join(', ')} }`;
};

/** Objects must exist before rules mention them. */
const declarations = (service: Service): readonly string[] => {
  const name = serviceName(service.key);
  const type = service.key.family === 'ipv6' ? 'ipv6_addr' : 'ipv4_addr';
  return [
    `add chain ${TABLE} ${name}`,
    `add counter ${TABLE} ${name}`,
    ...service.destinations.flatMap((destination) => {
      const one = destinationName(service.key, destination);
      const set = `add set ${TABLE} ${one} { type ${type}; flags dynamic,timeout; size ${MOST_CLIENTS}; }`;
      return [
        `add chain ${TABLE} ${one}`,
        `add counter ${TABLE} ${one}`,
        ...(service.persistent === undefined ? [] : [set]),
      ];
    }),
  ];
};

const rules = (service: Service, isLocal: IsLocal): readonly string[] => {
  const name = serviceName(service.key);
  const client = clientExpression(service);
  // A quiesced destination keeps its persistent clients, as IPVS does by default (expire_quiescent_template=0).
  const returning = service.destinations.map((destination) => {
    const one = destinationName(service.key, destination);
    return `add rule ${TABLE} ${name} ${client} @${one} goto ${one}`;
  });
  return [
    `add rule ${TABLE} ${name} counter name "${name}" comment "${serviceComment(service)}"`,
    ...(service.persistent === undefined ? [] : returning),
    `add rule ${TABLE} ${name} ${scheduleRule(service)}`,
    ...service.destinations.flatMap((destination) => {
      const one = destinationName(service.key, destination);
      const remember = `add rule ${TABLE} ${one} update @${one} { ${client} timeout ${service.persistent}s }`;
      return [
        `add rule ${TABLE} ${one} counter name "${one}" comment "${destinationComment(destination)}"`,
        ...(service.persistent === undefined ? [] : [remember]),
        `add rule ${TABLE} ${one} ${forwardRule(service, destination, isLocal)}`,
      ];
    }),
  ];
};

/** The rules that send the first packet of each connection to the chain of its service; marks come first, as in IPVS. */
const dispatch = (services: readonly Service[]): readonly string[] => {
  const lookup = (family: 'ipv4' | 'ipv6'): readonly string[] => {
    const word = family === 'ipv6' ? 'ip6' : 'ip';
    const elements = (pick: (key: Service['key']) => string | undefined): string =>
      services
        .filter((service) => service.key.family === family)
        .flatMap((service) => {
          const element = pick(service.key);
          return element === undefined ? [] : [`${element} : goto ${serviceName(service.key)}`];
        })
        .join(', ');
    const maps = [
      [`meta nfproto ${family} meta mark`, elements((key) => (key.protocol === 'fwm' ? `${key.mark}` : undefined))],
      [
        `${word} daddr . meta l4proto . th dport`,
        elements((key) =>
          key.protocol === 'fwm' || key.port === 0 ? undefined : `${key.address} . ${key.protocol} . ${key.port}`,
        ),
      ],
      [
        `${word} daddr . meta l4proto`,
        elements((key) => (key.protocol === 'fwm' || key.port !== 0 ? undefined : `${key.address} . ${key.protocol}`)),
      ],
    ] as const;
    return maps
      .filter(([, map]) => map !== '')
      .map(([expression, map]) => `add rule ${TABLE} services ${expression} vmap { ${map} }`);
  };
  // `ct state` switches connection tracking on, without which NAT chains are not even asked (a table whose services have
  // no destination has no other rule that does). `type local`: on a director that does not hold the address, traffic to
  // it passes by.
  const entry = 'ct state new fib daddr . mark type local goto services';
  return [
    `add rule ${TABLE} prerouting ${entry}`,
    `add rule ${TABLE} output ${entry}`,
    ...lookup('ipv4'),
    ...lookup('ipv6'),
  ];
};

const same = (left: Service | undefined, right: Service): boolean => JSON.stringify(left) === JSON.stringify(right);

const sameClients = (left: Service, right: Service): boolean => left.netmask === right.netmask;

const stale = (present: readonly string[], wanted: ReadonlySet<string>): readonly string[] =>
  present.filter((name) => !wanted.has(name));

/**
 * One transaction for `nft -f -`, to be made complete or not at all.
 *
 * Only services that change get new rules, so the others keep their place in the turn; sets of persistent clients and
 * counters outlive every change of their service. Connections are not touched: they live in connection tracking. That only
 * translates while there is a NAT chain, so the base chains outlive the last service: otherwise a restart of the daemon
 * would cut every connection, which IPVS only holds up until the service is back.
 * `before` is what was found and is in order; whatever else `objects` lists is swept away.
 */
export const renderTransaction = (objects: Objects, before: Table, after: Table, isLocal: IsLocal): string => {
  if (after.services.length === 0 && !objects.exists) return '';
  const old = new Map(before.services.map((service) => [serviceName(service.key), service]));
  const changed = after.services.filter((service) => !same(old.get(serviceName(service.key)), service));
  const namesOf = (service: Service): readonly string[] => [
    serviceName(service.key),
    ...service.destinations.map((destination) => destinationName(service.key, destination)),
  ];
  const wanted = new Set<string>([...BASE_CHAINS, ...after.services.flatMap(namesOf)]);
  const wantedSets = new Set(
    after.services.flatMap((service) => (service.persistent === undefined ? [] : namesOf(service).slice(1))),
  );
  const goneChains = stale(objects.chains, wanted);
  const forgotten = changed
    .filter((service) => service.persistent !== undefined)
    .filter((service) => !sameClients(old.get(serviceName(service.key)) ?? service, service))
    .flatMap((service) => namesOf(service).slice(1));
  const lines = [
    `add table ${TABLE}`,
    `add chain ${TABLE} prerouting { type nat hook prerouting priority ${PRIORITY}; policy accept; }`,
    `add chain ${TABLE} output { type nat hook output priority ${PRIORITY}; policy accept; }`,
    `add chain ${TABLE} services`,
    ...changed.flatMap(declarations),
    ...[...BASE_CHAINS, ...changed.flatMap(namesOf), ...goneChains].map((name) => `flush chain ${TABLE} ${name}`),
    ...forgotten.map((name) => `flush set ${TABLE} ${name}`),
    ...changed.flatMap((service) => rules(service, isLocal)),
    ...dispatch(after.services),
    ...goneChains.map((name) => `delete chain ${TABLE} ${name}`),
    ...stale(objects.sets, wantedSets).map((name) => `delete set ${TABLE} ${name}`),
    ...stale(objects.counters, wanted).map((name) => `delete counter ${TABLE} ${name}`),
  ];
  return `${lines.join('\n')}\n`;
};
