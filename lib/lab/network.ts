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
  /**
   * Loses this share of the packets (0 to 1) while the interfaces stay up; 1 is a silent cut. `in` is what comes to the
   * host. Replaces what was said before; `restore` ends it.
   */
  readonly lose: (share: number, direction?: Direction) => Promise<void>;
  /** Drops what comes to the host from these hardware addresses, and nothing else. Like `lose` in all other ways. */
  readonly refuse: (senders: readonly string[]) => Promise<void>;
}

/** Which packets of a cable, as its host sees them. */
export type Direction = 'in' | 'out' | 'both';

/** Linux limits interface names to 15 bytes. */
const LONGEST_NAME = 15;

/** Several `ip` commands, one a line, for the price of one program. Rejects at the first that fails. */
export const ipBatch = async (host: Host, commands: readonly string[]): Promise<void> => {
  if (commands.length > 0) await host.get(['ip', '-batch', '-'], { input: `${commands.join('\n')}\n` });
};

/** The command for {@link ipBatch} that gives an interface an address (with prefix length) which is usable at once. */
export const addressCommand = (address: string, device: string): string =>
  `address add ${address} dev ${device} ${address.includes(':') ? 'nodad' : 'broadcast +'}`;

/** Creates a network on the switchboard. Multicast snooping is off: without a querier it would swallow heartbeats. */
export const createNetwork = async (switchboard: Host, name: string): Promise<Network> => {
  const bridge = `br-${name}`.slice(0, LONGEST_NAME);
  await ipBatch(switchboard, [
    `link add ${bridge} type bridge mcast_snooping 0 stp_state 0 forward_delay 0`,
    `link set dev ${bridge} up`,
  ]);
  return { name, switchboard, bridge };
};

const lossTable = (port: string): string => `loss-${port}`;

/** A rule for each way through a port, as one nft transaction; what the port sends (egress) comes to the host. */
const portRules = (port: string, rules: { readonly in?: string; readonly out?: string }): string => {
  const chain = (hook: string, rule: string | undefined): string =>
    rule === undefined ? '' : `chain ${hook} { type filter hook ${hook} device "${port}" priority 0; ${rule}; };`;
  return `table netdev ${lossTable(port)}
delete table netdev ${lossTable(port)}
table netdev ${lossTable(port)} { ${chain('ingress', rules.out)} ${chain('egress', rules.in)} };
`;
};

/** The rules that drop a share of what passes a port. */
const lossRules = (port: string, share: number, direction: Direction): string => {
  const rule = share >= 1 ? 'drop' : `numgen random mod 1000 < ${Math.round(share * 1000)} drop`;
  return portRules(port, {
    ...(direction === 'out' ? {} : { in: rule }),
    ...(direction === 'in' ? {} : { out: rule }),
  });
};

/** Lays a cable from a host's new interface `device`, which is still down, to a network. */
export const plugIn = async (network: Network, host: Host, device: string): Promise<{ link: Link; plug: Plug }> => {
  const { switchboard, bridge } = network;
  // Without the domain: names that end alike must stay apart in fifteen bytes.
  const [label = host.name] = host.name.split('.');
  const port = `${label}-${device}`.slice(-LONGEST_NAME);
  await ipBatch(switchboard, [
    `link add ${port} type veth peer name ${device} netns ${host.pid}`,
    `link set dev ${port} master ${bridge} up`,
  ]);
  const setPort = async (state: 'up' | 'down'): Promise<void> => {
    await switchboard.get(['ip', 'link', 'set', 'dev', port, state]);
  };
  const link: Link = {
    cut: () => setPort('down'),
    restore: async () => {
      await switchboard.run(['nft', 'delete', 'table', 'netdev', lossTable(port)]);
      await setPort('up');
    },
    lose: async (share, direction = 'both') => {
      await switchboard.get(['nft', '-f', '-'], { input: lossRules(port, share, direction) });
    },
    refuse: async (senders) => {
      const rule = `ether saddr { ${senders.join(', ')} } drop`;
      await switchboard.get(['nft', '-f', '-'], { input: portRules(port, { in: rule }) });
    },
  };
  return { link, plug: { switchboard, port } };
};
