/** Lets one process at a time work on the table: the daemon, and whoever calls ha-ipvsadm meanwhile. */
import { createServer, type Server } from 'node:net';

/** A name in the abstract socket space: one for each network namespace, as is the table, and freed when a process dies. */
const NAME = '\0ha-suite-ipvs-nft';

/** Milliseconds. A batch takes a fraction of it; whoever holds the name longer than that is not one of us. */
const PATIENCE = 3000;
const PAUSE = 15;

/** The held name, `taken` by another, or undefined where there is no such thing (Node before 20.10). */
const take = (): Promise<Server | 'taken' | undefined> =>
  new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? 'taken' : undefined));
    server.listen(NAME, () => resolve(server));
  });

/** Runs a job when no other process runs one, or anyhow after three seconds. */
export const inTurn = async <T>(job: () => Promise<T>): Promise<T> => {
  const deadline = performance.now() + PATIENCE;
  let held = await take();
  while (held === 'taken' && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    held = await take();
  }
  try {
    return await job();
  } finally {
    if (typeof held === 'object') held.close();
  }
};
