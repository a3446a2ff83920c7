/** What a client learns of a daemon that it may not ask. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectToDaemon } from '../../lib/platform/api-client.js';

const NOBODY = 65534;

let folder: string;
let server: Server;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'api-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'run'));
  server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder, 'run', 'register'), resolve));
  chmodSync(join(folder, 'run'), 0);
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  chmodSync(join(folder, 'run'), 0o755);
  rmSync(folder, { recursive: true });
});

/** As an ordinary user, who may not look into the folder of the socket. */
const ask = async (pid: string): Promise<unknown> => {
  const pidFile = join(folder, 'heartbeat.pid');
  writeFileSync(pidFile, `${pid.padStart(10)}\n`, { mode: 0o644 });
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    return await connectToDaemon({ node: 'lb1', path: join(folder, 'run', 'register'), pidFile });
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
};

test('a daemon that runs behind a closed folder is not called stopped', async () => {
  expect(await ask('1')).toEqual({
    state: 'refused',
    reason: 'not permitted: ask as root or as a member of the group haclient',
  });
});

test('a closed folder that a stopped daemon has left says nothing', async () => {
  expect(await ask('4194305')).toEqual({ state: 'stopped' });
});
