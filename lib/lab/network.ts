/** Networks of the lab: a bridge per network in a namespace of its own, and cables that can be cut, or lose packets. */
import type { Host } from './host.js';

export interface Network {
  readonly name: string;
  /** The host that carries the bridges. */
  readonly switchboard: Host;
  readonly bridge: string;
}

/** The other end of the cable of a host's interface. */
export interface Plug {
  readonly switchboard: Host;
  /** The name of the port, unique on the switchboard. */
  readonly port: string;
}

/** The cable between an interface of a host and its network. */
export interface Link {
  /** Pulls the cable: nothing passes either way, and the host sees that there is no carrier. */
  readonly cut: () => Promise<void>;
  /** Plugs it in again and ends all loss. */
  readonly restore: () => Promise<void>;
  /** Loses this share of the packets each way (0 to 1) while the interfaces stay up; 1 is a silent cut. */
  readonly lose: (share: number) => Promise<void>;
}

/** Linux limits interface names to 15 bytes. */
const LONGEST_NAME = 15;

/** Creates a network on the switchboard. Multicast snooping is off: without a querier it would swallow heartbeats. */
export const createNetwork = async (switchboard: Host, name: string): Promise<Network> => {
  const bridge = `br-${name}`.slice(0, LONGEST_NAME);
  await switchboard.get([
    'ip',
    'link',
    'add',
    bridge,
    'type',
    'bridge',
    'mcast_snooping',
    '0',
    'stp_state',
    '0',
    'forward_delay',
    '0',
  ]);
  await switchboard.get(['ip', 'link', 'set', 'dev', bridge, 'up']);
  return { name, switchboard, bridge };
};

const lossTable = (port: string): string => `loss-${port}`;

/** The rules that drop a share of what passes a port, both ways, as one nft transaction. */
const lossRules = (port: string, share: number): string => {
  const rule = share >= 1 ? 'drop' : `numgen random mod 1000 < ${Math.round(share * 1000)} drop`;
  const chain = (hook: string): string =>
    `chain ${hook} { type filter hook ${hook} device "${port}" priority 0; ${rule}; };`;
  return `table netdev ${lossTable(port)}
delete table netdev ${lossTable(port)}
table netdev ${lossTable(port)} { ${chain('ingress')} ${chain('egress')} };
`;
};

/** Lays a cable from a host's new interface `device` to a network. */
export const plugIn = async (network: Network, host: Host, device: string): Promise<{ link: Link; plug: Plug }> => {
  const { switchboard, bridge } = network;
  const port = `${host.name}-${device}`.slice(-LONGEST_NAME);
  const peer = ['peer', 'name', device, 'netns', String(host.pid)];
  await switchboard.get(['ip', 'link', 'add', port, 'type', 'veth', ...peer]);
  await switchboard.get(['ip', 'link', 'set', 'dev', port, 'master', bridge, 'up']);
  await host.get(['ip', 'link', 'set', 'dev', device, 'up']);
  const setPort = async (state: 'up' | 'down'): Promise<void> => {
    await switchboard.get(['ip', 'link', 'set', 'dev', port, state]);
  };
  const link: Link = {
    cut: () => setPort('down'),
    restore: async () => {
      await switchboard.run(['nft', 'delete', 'table', 'netdev', lossTable(port)]);
      await setPort('up');
    },
    lose: async (share) => {
      await switchboard.get(['nft', '-f', '-'], { input: lossRules(port, share) });
    },
  };
  return { link, plug: { switchboard, port } };
};
