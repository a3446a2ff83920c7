import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, listenLocally } from '../../lib/platform/unix-server.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unix-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a client is known by its credentials before its first byte, and hears what was written before the end', async () => {
  const path = join(folder, 'register');
  writeFileSync(path, 'left over by an earlier process');
  const seen: string[] = [];
  let known: Connection | undefined;
  const server = await listenLocally(path, 0o777, (connection) => {
    known = connection;
    seen.push('accepted');
    return {
      onData: (data) => {
        seen.push(data.toString());
        connection.write(Buffer.from('answer'));
        connection.end();
      },
      onClosed: () => seen.push('closed'),
    };
  });
  expect(statSync(path).mode & 0o777).toBe(0o777);
  const client = connect(path);
  client.write('question');
  const heard = await new Promise<string>((resolve) => {
    let text = '';
    client.on('data', (data) => {
      text += data;
    });
    client.on('end', () => resolve(text));
  });
  client.destroy();
  await server.close();
  expect(heard).toBe('answer');
  expect(seen).toEqual(['accepted', 'question', 'closed']);
  expect(known?.credentials).toEqual({ pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() });
  expect(existsSync(path)).toBe(false);
});

test('clients that are still there do not keep the server from closing', async () => {
  const path = join(folder, 'register');
  const server = await listenLocally(path, 0o777, () => ({ onData: () => {}, onClosed: () => {} }));
  const client = connect(path);
  await new Promise((resolve) => client.once('connect', resolve));
  const ended = new Promise((resolve) => client.once('close', resolve));
  client.resume();
  await server.close();
  await ended;
});

test('a client that hangs and never reads what waits for it does not keep the server from closing either', async () => {
  const path = join(folder, 'register');
  let take = (_connection: Connection): void => {};
  const taken = new Promise<Connection>((resolve) => {
    take = resolve;
  });
  const server = await listenLocally(path, 0o777, (connection) => {
    take(connection);
    return { onData: () => {}, onClosed: () => {} };
  });
  const client = connect(path);
  client.pause();
  // More than the buffers of the system hold, less than what a client is cut off for.
  (await taken).write(Buffer.alloc(3 << 20));
  await server.close();
  client.destroy();
  expect(existsSync(path)).toBe(false);
});

test('a folder that is not there is an error', async () => {
  await expect(
    listenLocally(join(folder, 'none', 'register'), 0o777, () => ({ onData: () => {}, onClosed: () => {} })),
  ).rejects.toThrow('listen');
});
