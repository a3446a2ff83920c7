/** Renders the rules of services and destinations for nftables (pure). */
import ipaddr from 'ipaddr.js';
import { familyOf } from '../../address.js';
import { printKey, printScheduling } from '../../grammar/print-command.js';
import type { Destination, Service } from '../../model.js';
import { destinationName, serviceName, TABLE } from './names.js';
import { scheduleOf } from './slots.js';

/** Whether an address belongs to this host: packets for it are delivered here and not forwarded. */
export type IsLocal = (address: string) => boolean;

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

/** The words of a destination that read() goes by (a comment has at most 128 characters). */
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

/**
 * What read() finds the destinations by, and their order: a rule that no packet comes to, because the one before it always
 * leads elsewhere. Weights are here and not in the chains of the destinations, so that a change of weights, the most frequent
 * of all, leaves those alone. The first element is there because nftables keeps no comment on a single one.
 */
const listRule = (service: Service): string => {
  const elements = service.destinations.map((one, index) => `${index + 1} comment "${destinationComment(one)}"`);
  return `meta mark { ${['0 comment "destinations"', ...elements].join(', ')} }`;
};

/** The rules of a service's own chain. */
export const serviceRules = (service: Service): readonly string[] => {
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
    ...(service.destinations.length === 0 ? [] : [`add rule ${TABLE} ${name} ${listRule(service)}`]),
  ];
};

/** The rules of a destination's chain. */
export const destinationRules = (service: Service, destination: Destination, isLocal: IsLocal): readonly string[] => {
  const name = destinationName(service.key, destination);
  const remember = `add rule ${TABLE} ${name} update @${name} { ${clientExpression(service)} timeout ${service.persistent}s }`;
  return [
    `add rule ${TABLE} ${name} counter name "${name}"`,
    ...(service.persistent === undefined ? [] : [remember]),
    `add rule ${TABLE} ${name} ${forwardRule(service, destination, isLocal)}`,
  ];
};

/** The rules that send the first packet of each connection to the chain of its service; marks come first, as in IPVS. */
export const dispatchRules = (services: readonly Service[]): readonly string[] => {
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
