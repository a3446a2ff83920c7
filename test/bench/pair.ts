/** Two directors, one or more networks and a client, for the heartbeat benches. */
import { type HeartbeatNode, type Implementation, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import type { Host } from '../../lib/lab/host.js';
import { createLab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { pause } from './repeat.js';

export interface Pair {
  readonly nodes: readonly [HeartbeatNode, HeartbeatNode];
  readonly client: Host;
  /** Starts both; resolves when neither moves anything any more. */
  readonly start: () => Promise<void>;
  readonly settled: () => Promise<void>;
}

export interface PairOptions {
  readonly implementations: readonly [Implementation, Implementation];
  /** Lines of ha.cf beside the usual ones; `peer` is the last part of the other director's addresses. */
  readonly haCf: (peer: number) => string;
  readonly haresources: string;
  /** Networks 10.N.0.0/24 with devices ethN; default one. */
  readonly networks?: number;
}

export const KEY = 'secret';

/** Director lb1 is 10.0.0.1, lb2 10.0.0.2, the client 10.0.0.9; on the second network 10.1.0.1 and so on. */
export const withPair = async <T>(options: PairOptions, use: (pair: Pair) => Promise<T>): Promise<T> => {
  const lab = await createLab('bench');
  try {
    const networks = await Promise.all(
      Array.from({ length: options.networks ?? 1 }, (_, index) => lab.network(`lan${index}`)),
    );
    const host = (name: string, last: number): Promise<Host> =>
      lab.host(name, {
        interfaces: networks.map((network, index) => ({
          device: `eth${index}`,
          network,
          addresses: [`10.${index}.0.${last}/24`],
        })),
      });
    const files = (peer: number) => ({
      haCf: `logfile /var/log/ha-log\n${options.haCf(peer)}node lb1 lb2\n`,
      authkeys: `auth 1\n1 sha1 ${KEY}\n`,
      haresources: options.haresources,
    });
    const [one, two] = options.implementations;
    const nodes = [
      await installHeartbeat(await host('lb1', 1), one, files(2)),
      await installHeartbeat(await host('lb2', 2), two, files(1)),
    ] as const;
    const isSettled = async (node: HeartbeatNode): Promise<boolean> => {
      const { code, stdout } = await node.clStatus('rscstatus');
      return code === 0 && stdout.trim() !== 'transition';
    };
    const settled = async (): Promise<void> => {
      await until('both settled', async () => (await isSettled(nodes[0])) && (await isSettled(nodes[1])), 60_000, 200);
      await pause(500);
    };
    return await use({
      nodes,
      client: await host('client', 9),
      settled,
      start: async () => {
        await Promise.all(nodes.map((node) => node.start()));
        await settled();
      },
    });
  } finally {
    await lab.close();
  }
};
