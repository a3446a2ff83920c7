/** Connections that a driver opens by itself: found, guarded, and gone with their check. */
import { connect, type Socket } from 'node:net';
import { guardSocket, withAdoption } from '../../../../lib/ldirectord/checks/sql/adopted-sockets.js';
import { closeServers, type TestServer, tcpServer } from '../servers.js';

afterEach(closeServers);

const open = (serve: (socket: Socket) => void = () => undefined): Promise<TestServer> =>
  tcpServer((socket) => {
    socket.on('end', () => socket.end());
    serve(socket);
  });
const soon = async (condition: () => boolean): Promise<void> => {
  const end = Date.now() + 10_000;
  while (!condition() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
};
const everything = { limit: 1000, accepts: () => true };

/** A socket that is opened as a driver does, some turns later, and guarded. */
const opened = async (port: number, guard = everything, signal = new AbortController().signal): Promise<Socket> => {
  const adopted: Socket[] = [];
  const socket = await withAdoption(
    (found) => {
      adopted.push(found);
      guardSocket(found, guard, signal);
    },
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return connect(port, '127.0.0.1');
    },
  );
  expect(adopted).toEqual([socket]);
  return socket;
};
const errorOf = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.once('error', ({ message }) => resolve(message));
  });

test('only what is opened by the act is adopted', async () => {
  const server = await open();
  const adopted: Socket[] = [];
  withAdoption(
    (socket) => adopted.push(socket),
    () => undefined,
  );
  const own = connect(server.port, '127.0.0.1');
  await soon(() => server.open() === 1);
  expect(adopted).toEqual([]);
  own.destroy();
});

test('the end of the check ends them, with an error that the driver hears of', async () => {
  const server = await open();
  const check = new AbortController();
  const socket = await opened(server.port, everything, check.signal);
  await soon(() => server.open() === 1);
  const error = errorOf(socket);
  check.abort();
  expect(await error).toBe('the check is over');
  await soon(() => server.open() === 0);
});

test('one that is opened after the end of the check ends as well', async () => {
  const server = await open();
  const socket = await opened(server.port, everything, AbortSignal.abort());
  expect(await errorOf(socket)).toBe('the check is over');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([socket.destroyed, server.open()]).toEqual([true, 0]);
});

test('too much, or the wrong thing, never reaches the driver', async () => {
  for (const [guard, bytes] of [
    [{ ...everything, limit: 10 }, Buffer.alloc(11)],
    [{ ...everything, accepts: () => false }, Buffer.alloc(1)],
  ] as const) {
    const server = await open((socket) => socket.write(bytes));
    const socket = await opened(server.port, guard);
    let heard = 0;
    socket.on('data', () => {
      heard += 1;
    });
    expect(await errorOf(socket)).toBe('not what an Oracle server sends');
    expect(heard).toBe(0);
  }
});

test('a driver that throws, and one that does not listen for errors, end nothing but the connection', async () => {
  const server = await open((socket) => socket.write('nonsense'));
  const socket = await opened(server.port);
  socket.on('data', () => {
    throw new RangeError('out of range');
  });
  await soon(() => socket.destroyed);
});
