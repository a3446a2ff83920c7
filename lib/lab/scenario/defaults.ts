/** The cluster that scenarios play in unless they say otherwise. Pure. */
import type { Device, NodeId, Scenario } from './model.js';

/** The addresses that clients use, in the order of `Owners`; the first prefers lb1, the second lb2. */
export const ADDRESSES = ['10.0.0.100', '10.0.0.101'] as const;

export const CLIENT = '10.0.0.9';
/** A host that nothing ever happens to. */
export const CONTROL = '10.0.0.8';
export const RELAY = '10.1.0.254';
export const KEY = 'sha1 not-a-secret';

/** One genuine agent of each kind: IPaddr goes through ifconfig, IPaddr2 through ip. */
const HARESOURCES = `lb1 IPaddr::${ADDRESSES[0]}/24/eth0\nlb2 IPaddr2::${ADDRESSES[1]}/24/eth0\n`;

/** The same group with a script of the administrator's own behind the address (see the fault `service`). */
export const WITH_SERVICE = `lb1 IPaddr2::${ADDRESSES[0]}/24/eth0 service\nlb2 IPaddr2::${ADDRESSES[1]}/24/eth0\n`;

const MEDIA: Readonly<Record<NonNullable<Scenario['links']>, readonly string[]>> = {
  one: ['bcast eth0'],
  wire: ['bcast eth1'],
  two: ['bcast eth0', 'mcast eth1 239.0.0.42 694 1 0'],
  relay: [`ucast eth1 ${RELAY}`],
};

export const nodesOf = (scenario: Scenario): readonly NodeId[] => scenario.nodes ?? ['lb1', 'lb2'];

/** The interfaces that carry heartbeats. */
export const heartbeatDevices = ({ links }: Scenario): readonly Device[] => {
  switch (links) {
    case 'two':
      return ['eth0', 'eth1'];
    case 'wire':
    case 'relay':
      return ['eth1'];
    default:
      return ['eth0'];
  }
};

/** The addresses of the node with this place (1, 2, 3) in the list of nodes. */
export const nodeAddress = (device: Device, place: number): string =>
  `${device === 'eth0' ? '10.0.0' : '10.1.0'}.${place}`;

const directive = (line: string): string => line.split(' ', 1)[0] ?? '';

export const haCfOf = (scenario: Scenario): string => {
  const own = scenario.haCf ?? [];
  const standard = ['keepalive 200ms', 'warntime 1', 'deadtime 2', 'initdead 10'];
  return [
    'logfile /var/log/ha-log',
    'debugfile /var/log/ha-debug',
    ...standard.filter((line) => !own.some((other) => directive(other) === directive(line))),
    ...own,
    ...MEDIA[scenario.links ?? 'one'],
    `auto_failback ${scenario.failback}`,
    `node ${nodesOf(scenario).join(' ')}`,
    '',
  ].join('\n');
};

export const haresourcesOf = (scenario: Scenario): string => scenario.haresources ?? HARESOURCES;

export const authkeysOf = (key: string): string => `auth 1\n1 ${key}\n`;

/** The intervals of ha.cf in milliseconds, as the limits need them. */
export interface Timing {
  readonly keepalive: number;
  readonly deadtime: number;
  readonly initdead: number;
}

export const timingOf = (scenario: Scenario): Timing => {
  const text = haCfOf(scenario);
  const value = (name: string): number => {
    const [, number = '0', unit] = new RegExp(`^${name} (\\d+)(ms)?$`, 'm').exec(text) ?? [];
    return Number(number) * (unit === undefined ? 1000 : 1);
  };
  return { keepalive: value('keepalive'), deadtime: value('deadtime'), initdead: value('initdead') };
};
