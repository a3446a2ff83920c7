import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerCredentials } from '../../lib/platform/sockopt.js';

const fdOf = (socket: Socket): number =>
  (socket as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;

test('the process at the other end of a local socket is known', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-suite-sockopt-'));
  const path = join(folder, 'socket');
  const server = createServer().listen(path);
  try {
    await once(server, 'listening');
    const client = createConnection(path);
    const [accepted] = (await once(server, 'connection')) as [Socket];
    expect(await peerCredentials(fdOf(accepted))).toEqual({
      pid: process.pid,
      uid: process.getuid?.(),
      gid: process.getgid?.(),
    });
    client.destroy();
    accepted.destroy();
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});
