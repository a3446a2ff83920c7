/** The socket of the live state: large answers, nobody there, somebody who says nothing. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askDaemon, openStatusSocket, statusSocketPath } from '../../../lib/ldirectord/wiring/status-socket.js';
import { millis } from '../../../lib/time.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'status-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('an answer of 8 MiB arrives whole, on a socket that only root may use', async () => {
  const path = join(folder, 'a.sock');
  const text = 'x'.repeat(8 << 20);
  const server = await openStatusSocket(path, () => text);
  try {
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const answers = await Promise.all([askDaemon(path), askDaemon(path)]);
    expect(answers.map((answer) => answer.kind === 'text' && answer.text === text)).toEqual([true, true]);
  } finally {
    await server?.close();
  }
});

test('a second daemon of the same name leaves the socket to the first; one that is left over is replaced', async () => {
  const path = join(folder, 'a.sock');
  const first = await openStatusSocket(path, () => 'first');
  expect(await openStatusSocket(path, () => 'second')).toBeUndefined();
  expect(await askDaemon(path)).toEqual({ kind: 'text', text: 'first' });
  await first?.close();
  const third = await openStatusSocket(path, () => 'third');
  expect(await askDaemon(path)).toEqual({ kind: 'text', text: 'third' });
  await third?.close();
});

test('nobody there is said at once, silence at the limit', async () => {
  expect(await askDaemon(join(folder, 'none.sock'))).toMatchObject({ kind: 'none', isThere: false });
  const path = join(folder, 'silent.sock');
  const silent = createServer(() => undefined).listen(path);
  await new Promise((resolve) => silent.once('listening', resolve));
  try {
    expect(await askDaemon(path, millis(100))).toEqual({
      kind: 'none',
      problem: 'the daemon does not answer within 0.1 s',
      isThere: true,
    });
  } finally {
    silent.close();
  }
});

test('the path is of the config name', () => {
  expect(statusSocketPath('www.cf')).toBe('/run/ldirectord-ts/www.cf.sock');
});
