/** The way of a client's packets through this director, as each way of forwarding needs it. */

import { bestRoute } from '../../agents/find-interface.js';
import { inNetwork } from '../../agents/netmask.js';
import { FORWARDING } from '../../check/rules/settings.js';
import { isOwnAddress, usualAddress } from '../../check/served-addresses.js';
import type { RealStatus, VirtualStatus } from '../../ldirectord/live-status.js';
import { serviceId } from '../../ldirectord/names.js';
import { bad, doubtful, good, type Readings, type Rule, type Symptom } from '../readings.js';
import { addressesOf } from './addresses.js';

type Family = keyof typeof FORWARDING;

/** `10.0.0.3:80`, `[fd00::3]:80`; undefined: it is a mark, or no literal. */
const endpointOf = (text: string): { readonly address: string; readonly port: number } | undefined => {
  const [, host = '', port] = /^\[?([^\]]*)\]?:(\d+)$/.exec(text) ?? [];
  const address = usualAddress(host);
  return address === undefined ? undefined : { address, port: Number(port) };
};

const familyOf = (address: string): Family => (address.includes(':') ? 'ipv6' : 'ipv4');

const virtualsOf = ({ status: { directors } }: Readings): readonly VirtualStatus[] =>
  directors.flatMap(({ heard }) => heard.snapshot?.virtuals ?? []);

/** Whether haresources says where this address is: then its group is looked at instead. */
const isOfGroup = ({ status: { heartbeat } }: Readings, address: string): boolean =>
  (heartbeat.snapshot?.groups ?? []).some((group) => addressesOf(group).includes(address));

/** Packets for a virtual service come in only where its address is. */
export const entrances: Rule = (readings) => {
  const said = new Set<string>();
  return virtualsOf(readings).flatMap(({ id, service }): readonly Symptom[] => {
    const address = endpointOf(service)?.address;
    if (address === undefined || said.has(address)) return [];
    said.add(address);
    if (isOwnAddress(readings, address)) return [good('doctor/entrance', `${address} is an address of this machine`)];
    if (isOfGroup(readings, address)) return [];
    return [
      bad(
        'doctor/no-entrance',
        `${id} is served, and no interface of this machine has ${address}`,
        'IPVS only sees packets for addresses of its own machine: clients get no answer.',
        `write ${address} into a group of haresources, or give it to an interface.`,
      ),
    ];
  });
};

const forwardingSymptom = ({ settings }: Readings, family: Family, real: string): Symptom | undefined => {
  const name = FORWARDING[family];
  const value = settings.get(name);
  if (value === undefined) return undefined;
  if (value !== '0') return good('doctor/forwarding', `${name} is ${value}`);
  return bad(
    'doctor/forwarding-off',
    `${name} is 0, and ${real} is reached by masq`,
    'the kernel drops what the real servers answer, so that no client ever sees a page.',
    `sysctl -w ${name}=1, and the line ${name} = 1 in /etc/sysctl.conf, on both nodes.`,
  );
};

const gateSymptom = (readings: Readings, real: RealStatus, address: string): Symptom => {
  const route = bestRoute(readings.routes, address, undefined);
  if (route?.direct === true) return good('doctor/gate', `${real.server} (gate) is a neighbour on ${route.device}`);
  return bad(
    'doctor/gate-behind-router',
    route === undefined
      ? `there is no route to ${real.server} (gate)`
      : `${real.server} (gate) is behind a router, on ${route.device}`,
    'direct routing only writes another hardware address on the packet: the router sends it back here, or nowhere.',
    'give the director an interface in the network of its real servers, or use masq or ipip.',
  );
};

/** Each real server can be reached in the way that its line says. */
export const ways: Rule = (readings) => {
  const said = new Map<string, Symptom>();
  for (const real of virtualsOf(readings).flatMap(({ reals }) => reals)) {
    const address = endpointOf(real.server)?.address;
    if (address === undefined || isOwnAddress(readings, address)) continue;
    const symptom =
      real.method === 'masq'
        ? forwardingSymptom(readings, familyOf(address), real.server)
        : real.method === 'gate'
          ? gateSymptom(readings, real, address)
          : undefined;
    // The same cause is told once: it is not more by being the cause of ten servers.
    const subject = real.method === 'masq' ? `masq ${familyOf(address)}` : `${real.method} ${address}`;
    if (symptom !== undefined && !said.has(subject)) said.set(subject, symptom);
  }
  return [...said.values()];
};

/** An address that this machine has quietly, as a real server for direct routing, must not be told of to neighbours. */
export const quietAddresses: Rule = ({ addresses, openArp }) => {
  const quiet = addresses.filter(
    ({ device, family, address }) =>
      /^(lo|dummy\d*)$/.test(device) && family === 'ipv4' && !inNetwork(address, '127.0.0.0', 8),
  );
  if (quiet.length === 0) return [];
  const names = quiet.map(({ address, device }) => `${address} on ${device}`).join(', ');
  if (openArp.length === 0) return [good('doctor/arp', `${names}: neighbours are not told`)];
  return [
    doubtful(
      'doctor/arp-open',
      `${names}: this machine answers for it when a neighbour asks (${openArp.join(', ')})`,
      'where that is the address of a virtual service, clients come past the director.',
      'ha-realserver start sets up a web server for direct routing; by hand: net.ipv4.conf.all.arp_ignore = 1 and arp_announce = 2.',
    ),
  ];
};

/** The address of a server without its port: ports are mapped, or are those of the virtual. */
const hostOf = (server: string): string => endpointOf(server)?.address ?? server;

const sorted = (words: Iterable<string>): readonly string[] => [...new Set(words)].toSorted();

/** The table has what ldirectord wants: nobody else changes it. */
export const table: Rule = (readings) => {
  const { table: actual } = readings;
  if (actual === undefined) return [];
  if (typeof actual === 'string')
    return [
      bad(
        'doctor/no-table',
        `the table cannot be read: ${actual}`,
        'nobody can tell where clients are sent.',
        'run this as root; [ipvs] engine in ha-suite.ini says which engine is used.',
      ),
    ];
  const services = new Map(actual.services.map((service) => [serviceId(service.key), service]));
  return virtualsOf(readings).flatMap(({ id, reals, up, fallback }): readonly Symptom[] => {
    const service = services.get(id);
    if (service === undefined)
      return [
        bad(
          'doctor/service-missing',
          `${id} is not in the table`,
          'clients get no answer.',
          'ldirectord puts it back within 10 s; if it does not, its log says why.',
        ),
      ];
    const serving = sorted(service.destinations.filter(({ weight }) => weight > 0).map(({ address }) => address));
    const standby = up === 0 && fallback?.active === true ? [hostOf(fallback.server)] : [];
    const wanted = sorted([
      ...reals
        .filter(({ state, weight, refused }) => state === 'up' && weight > 0 && !refused)
        .map(({ server }) => hostOf(server)),
      ...standby,
    ]);
    if (serving.join() === wanted.join())
      return [good('doctor/table', `${id} sends clients to ${serving.join(', ') || 'nobody'}, as ldirectord wants it`)];
    return [
      doubtful(
        'doctor/table-differs',
        `${id} sends clients to ${serving.join(', ') || 'nobody'}; ldirectord wants ${wanted.join(', ') || 'nobody'}`,
        'somebody else changes the table, or ldirectord has just begun to change it.',
        'look once more; ha events --type table shows what ldirectord has changed, and everything else came from elsewhere.',
      ),
    ];
  });
};

/** A fallback on this machine answers. */
export const fallbacks: Rule = (readings) =>
  virtualsOf(readings).flatMap(({ id, fallback }): readonly Symptom[] => {
    const end = fallback === null ? undefined : endpointOf(fallback.server);
    if (fallback === null || end === undefined || !isOwnAddress(readings, end.address) || !id.startsWith('tcp:'))
      return [];
    const everywhere = end.address.includes(':') ? ['::'] : ['0.0.0.0', '::'];
    const answers = readings.listeners.some(
      ({ address, port }) => port === end.port && (address === end.address || everywhere.includes(address)),
    );
    if (answers) return [good('doctor/fallback', `the fallback ${fallback.server} of ${id} listens`)];
    return [
      doubtful(
        'doctor/fallback-silent',
        `nothing listens on ${fallback.server}, the fallback of ${id}`,
        'when all real servers are down, clients get no page that says so but a refusal.',
        'start a web server there, or take the fallback out.',
      ),
    ];
  });
