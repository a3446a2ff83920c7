/**
 * A lab: several hosts and networks on one machine, to rehearse a cluster without touching the machine itself.
 *
 * Everything lives in anonymous namespaces held by processes of the lab, so labs run side by side, and whatever ends
 * the program that made a lab (an exception, Ctrl-C, even SIGKILL) also ends the lab without leftovers.
 */
import { createHost, type Host, type HostOptions } from './host.js';
import { createNetwork, type Network } from './network.js';

export interface Lab {
  readonly name: string;
  readonly hosts: ReadonlyMap<string, Host>;
  /** Adds a host; its name becomes its host name and is known to all hosts through /etc/hosts. */
  readonly host: (name: string, options?: HostOptions) => Promise<Host>;
  /** Adds a network, called `name` in this lab. */
  readonly network: (name: string) => Promise<Network>;
  /** Ends all hosts with everything that runs in them. May be called more than once. */
  readonly close: () => Promise<void>;
}

/** Opens a lab; put `await lab.close()` into a `finally`. */
export const createLab = async (name: string): Promise<Lab> => {
  const switchboard = await createHost(`${name}-switch-${process.pid}`, {
    separation: 'network',
    // A switch has no addresses of its own; without this every port would announce itself by IPv6.
    settings: { 'net.ipv6.conf.default.disable_ipv6': '1', 'net.ipv6.conf.all.disable_ipv6': '1' },
  });
  const hosts = new Map<string, Host>();
  const known: string[] = [];
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    await Promise.all([...hosts.values()].map((host) => host.close()));
    await switchboard.close();
  };
  return {
    name,
    hosts,
    network: (network) => createNetwork(switchboard, network),
    host: async (host, options = {}) => {
      const created = await createHost(host, options);
      hosts.set(host, created);
      known.push(
        ...(options.interfaces ?? []).flatMap(({ addresses }) => addresses.map((a) => `${a.split('/')[0]}\t${host}`)),
      );
      const text = `127.0.0.1\tlocalhost\n::1\tlocalhost\n${known.join('\n')}\n`;
      await Promise.all(
        [...hosts.values()].filter((each) => each.ownFiles).map((each) => each.write('/etc/hosts', text)),
      );
      return created;
    },
    close: () => {
      closing ??= closeAll();
      return closing;
    },
  };
};
