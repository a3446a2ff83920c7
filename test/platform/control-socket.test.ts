/** Control sockets and their clients: large answers, followers, nobody there, somebody who says nothing or nonsense. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventStream } from '../../lib/events/stream.js';
import { askControl, followControl } from '../../lib/platform/control-client.js';
import { type ControlSources, directorSocket, openControlSocket } from '../../lib/platform/control-socket.js';
import { millis } from '../../lib/time.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'control-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const clock = () => ({ mono: millis(1), wall: millis(2) });
const streamOf = () => createEventStream({ node: 'lb1', program: 'heartbeat', instance: '', run: 1 }, clock);
const open = (path: string, sources: Partial<ControlSources> = {}, patience = millis(5000)) =>
  openControlSocket(path, { snapshot: () => 'now', events: streamOf(), ...sources }, { folder, patience });

/** What comes back for these bytes, until the other end hangs up; `closes`: this end has nothing more to say then. */
const raw = (path: string, bytes: string, closes = false): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ path, allowHalfOpen: true }, () => (closes ? socket.end(bytes) : socket.write(bytes)));
    socket.on('data', (data) => {
      answer += data.toString('utf8');
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

test('a snapshot of 8 MiB arrives whole, on a socket that others may not use', async () => {
  const path = join(folder, 'a.sock');
  const text = 'x'.repeat(8 << 20);
  const server = await open(path, { snapshot: () => text });
  try {
    expect(statSync(path).mode & 0o777).toBe(0o660);
    const ask = () => askControl(path, { ask: 'snapshot' });
    for (const answer of await Promise.all([ask(), ask()]))
      expect(answer.kind === 'lines' && JSON.parse(answer.lines[0] ?? '') === text).toBe(true);
  } finally {
    await server?.close();
  }
});

test('a snapshot that takes a moment, also for a client that closes its side after the question', async () => {
  const path = join(folder, 'a.sock');
  let asked = 0;
  const later = async (): Promise<number> => {
    asked += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return asked;
  };
  const server = await open(path, { snapshot: later });
  try {
    expect(await askControl(path, { ask: 'snapshot' })).toEqual({ kind: 'lines', lines: ['1'] });
    expect(await raw(path, '{"version":1,"ask":"snapshot"}\n', true)).toBe('2\n');
    // Without a question, or with half of one, nothing is to come.
    for (const bytes of ['', '{"version":1']) expect(await raw(path, bytes, true)).toBe('');
    expect(await raw(path, '{"version":1,"ask":"events","follow":true}\n', true)).toBe('');
  } finally {
    await server?.close();
  }
});

test('a summary, of whom has one; an answer longer than was wished for is none', async () => {
  const path = join(folder, 'a.sock');
  const server = await open(path, { summary: async () => 'x'.repeat(5000) });
  const other = await open(join(folder, 'b.sock'));
  try {
    expect(await askControl(path, { ask: 'summary' })).toEqual({ kind: 'lines', lines: ['x'.repeat(5000)] });
    expect(await askControl(path, { ask: 'summary' }, millis(5000), 4096)).toEqual({
      ...{ kind: 'none', problem: 'the answer of the daemon does not end', isThere: true },
    });
    expect(await askControl(join(folder, 'b.sock'), { ask: 'summary' })).toEqual({
      ...{ kind: 'lines', lines: ['{"version":1,"error":"there is no summary"}'] },
    });
  } finally {
    await Promise.all([server?.close(), other?.close()]);
  }
});

test('a second daemon of the same name leaves the socket to the first; one that is left over is replaced', async () => {
  const path = join(folder, 'a.sock');
  const first = await open(path, { snapshot: () => 1 });
  expect(await open(path, { snapshot: () => 2 })).toBeUndefined();
  expect(await askControl(path, { ask: 'snapshot' })).toEqual({ kind: 'lines', lines: ['1'] });
  await first?.close();
  const third = await open(path, { snapshot: () => 3 });
  expect(await askControl(path, { ask: 'snapshot' })).toEqual({ kind: 'lines', lines: ['3'] });
  await third?.close();
});

test('events: those before, and those that come, until the follower has enough', async () => {
  const path = join(folder, 'a.sock');
  const events = streamOf();
  const server = await open(path, { events });
  try {
    for (const duration of [1, 2, 3]) events.emit({ type: 'late', duration });
    const past = await askControl(path, { ask: 'events', after: 1, follow: false });
    expect(past.kind === 'lines' && past.lines.map((line) => JSON.parse(line).seq)).toEqual([2, 3]);
    const enough = new AbortController();
    const heard: number[] = [];
    const followed = followControl(
      path,
      { ask: 'events', after: 2, follow: true },
      (line) => {
        heard.push(JSON.parse(line).seq);
        if (heard.length === 1) events.emit({ type: 'late', duration: 4 });
        if (heard.length === 2) enough.abort();
      },
      enough.signal,
    );
    expect(await followed).toBeUndefined();
    expect(heard).toEqual([3, 4]);
  } finally {
    await server?.close();
  }
});

test('nonsense, an endless question and silence are refused, and nobody else is disturbed', async () => {
  const path = join(folder, 'a.sock');
  const server = await open(path, {}, millis(200));
  try {
    expect(JSON.parse(await raw(path, 'GET / HTTP/1.0\r\n\r\n'))).toEqual({
      ...{ version: 1, error: 'a question is one line of JSON' },
    });
    expect(JSON.parse(await raw(path, 'x'.repeat(5000))).error).toBe('the question does not end');
    expect(JSON.parse(await raw(path, '{"version":1,')).error).toBe('nothing was asked');
    expect(await askControl(path, { ask: 'snapshot' })).toEqual({ kind: 'lines', lines: ['"now"'] });
  } finally {
    await server?.close();
  }
});

test('more clients than anybody needs are sent away, and room is made when some go', async () => {
  const path = join(folder, 'a.sock');
  const server = await open(path, {}, millis(60_000));
  const sockets = Array.from({ length: 100 }, () => connect(path));
  try {
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    const late = await askControl(path, { ask: 'snapshot' });
    expect(late.kind === 'lines' && JSON.parse(late.lines[0] ?? '').error).toBe('too many clients');
    sockets[0]?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await askControl(path, { ask: 'snapshot' })).toEqual({ kind: 'lines', lines: ['"now"'] });
  } finally {
    for (const socket of sockets) socket.destroy();
    await server?.close();
  }
});

test('nobody there is said at once, silence at the limit', async () => {
  expect(await askControl(join(folder, 'none.sock'), { ask: 'snapshot' })).toMatchObject({
    kind: 'none',
    isThere: false,
  });
  const enough = new AbortController();
  const none = followControl(join(folder, 'none.sock'), { ask: 'snapshot' }, () => {}, enough.signal);
  expect(await none).toMatch(/^the daemon has no /);
  const path = join(folder, 'silent.sock');
  const silent = createServer(() => undefined).listen(path);
  await new Promise((resolve) => silent.once('listening', resolve));
  try {
    expect(await askControl(path, { ask: 'snapshot' }, millis(100))).toEqual({
      ...{ kind: 'none', problem: 'the daemon does not answer within 0.1 s', isThere: true },
    });
  } finally {
    silent.close();
  }
});

test('the path is of the config name', () => {
  expect(directorSocket('www.cf')).toBe('/run/ha-suite-control/ldirectord-www.cf.sock');
});
