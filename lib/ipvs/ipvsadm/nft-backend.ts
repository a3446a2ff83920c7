/** The ipvsadm command line on the nft engine: counters and connections come from nftables and connection tracking. */
import { readFile } from 'node:fs/promises';
import { keyText } from '../address.js';
import { destinationName, serviceName } from '../engines/nft/names.js';
import type { Ruleset } from '../engines/nft/ruleset.js';
import type { NftEngine } from '../engines/nft.js';
import { NO_COUNTERS } from '../grammar/listing.js';
import type { Backend } from './backend.js';
import { connectionLines, countConnections } from './conntrack.js';
import { trackedConnections } from './tracked.js';

const timeout = async (name: string): Promise<number> =>
  Number(await readFile(`/proc/sys/net/netfilter/nf_conntrack_${name}`, 'utf8').catch(() => '0'));

const NO_DAEMON = 'the nft engine has no connection synchronisation: it needs ip_vs';

export const nftBackend = (engine: NftEngine): Backend => {
  // A listing reads the table and then its counters: one look at the kernel serves both.
  let last: Ruleset | undefined;
  return {
    read: async () => {
      last = await engine.ruleset();
      return last.table;
    },
    apply: (changes) => {
      last = undefined;
      return engine.apply(changes);
    },
    zero: (key) => engine.zero(key === undefined ? undefined : [serviceName(key)]),
    counters: async (table) => {
      const { connections } = last ?? (await engine.ruleset());
      const count = countConnections(table, await trackedConnections());
      const services = new Map(table.services.map((service) => [keyText(service.key), service]));
      return (key, destination) => {
        const service = services.get(keyText(key));
        const name = destination === undefined ? serviceName(key) : destinationName(key, destination);
        const live = service === undefined || destination === undefined ? NO_COUNTERS : count(service, destination);
        // Packets and bytes after the first of a connection do not pass the rules of a service, so only these are known.
        return { ...NO_COUNTERS, ...live, totals: [connections.get(name) ?? 0, 0, 0, 0, 0] };
      };
    },
    connections: async (table) => connectionLines(table, await trackedConnections()),
    timeouts: async () => [
      await timeout('tcp_timeout_established'),
      await timeout('tcp_timeout_fin_wait'),
      await timeout('udp_timeout_stream'),
    ],
    setTimeouts: async () =>
      'the nft engine leaves timeouts to connection tracking: set net.netfilter.nf_conntrack_*_timeout_* with sysctl',
    daemons: async () => [],
    startDaemon: async () => NO_DAEMON,
    stopDaemon: async () => NO_DAEMON,
  };
};
