/** Starts a server program inside a host of the lab and waits until its ports accept. */
import type { Host } from '../../../lib/lab/host.js';
import { until } from '../../../lib/lab/until.js';

/** Rejects, with what the program said and wrote to its `logs`, when it does not serve in time. It ends with the host. */
export const startInHost = async (
  host: Host,
  argv: readonly string[],
  address: string,
  ports: readonly number[],
  logs: readonly string[] = [],
): Promise<void> => {
  const said: string[] = [];
  host.start(argv).onLine((line) => said.push(line));
  const accepts = async (port: number): Promise<boolean> =>
    (await host.run(['bash', '-c', `exec 3<>/dev/tcp/${address}/${port}`])).code === 0;
  await until(
    argv[0] ?? 'a server',
    async () => (await Promise.all(ports.map(accepts))).every(Boolean),
    60_000,
    200,
  ).catch(async (error: unknown) => {
    const written = await Promise.all(logs.map((path) => host.read(path)));
    throw new Error(`${error}: ${[...said, ...written].join('\n')}`);
  });
};
