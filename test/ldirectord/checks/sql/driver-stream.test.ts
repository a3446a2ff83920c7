/** The connection that drivers are given: it passes everything on, has a bound, and bears a driver that throws. */
import { connect, type Socket } from 'node:net';
import { DriverStream } from '../../../../lib/ldirectord/checks/sql/driver-stream.js';
import { closeServers, tcpServer } from '../servers.js';

afterEach(closeServers);

const connected = async (serve: (socket: Socket) => void, limit = 1000): Promise<DriverStream> => {
  const server = await tcpServer(serve);
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => resolve(new DriverStream(socket, limit)));
    socket.on('error', () => undefined);
  });
};
const ended = (stream: DriverStream): Promise<string> =>
  new Promise((resolve) => {
    let error = 'none';
    stream.once('error', ({ message }) => {
      error = message;
    });
    stream.once('close', () => resolve(error));
  });

test('passes on both ways, and its end', async () => {
  const stream = await connected((socket) => socket.on('data', (chunk) => socket.end(`heard ${chunk}`)));
  let heard = '';
  stream.on('data', (chunk) => {
    heard += chunk;
  });
  stream.write('hello');
  expect(await ended(stream)).toBe('none');
  expect(heard).toBe('heard hello');
});

test('says that it is connected to a driver that wants to connect', async () => {
  const stream = await connected(() => undefined);
  await new Promise((resolve) => stream.connect().once('connect', resolve));
  stream.destroy();
  expect(await ended(stream)).toBe('none');
});

test('ends with an error when too much comes, or when its socket does', async () => {
  const much = await connected((socket) => socket.write(Buffer.alloc(2000)));
  much.resume();
  expect(await ended(much)).toBe('the answer is too long');
  const reset = await connected((socket) => socket.once('data', () => socket.resetAndDestroy()));
  reset.resume();
  reset.write('hello');
  expect(await ended(reset)).toContain('ECONNRESET');
});

test('what a driver throws in an event ends the connection, not the process', async () => {
  const stream = await connected((socket) => socket.write('nonsense'));
  stream.on('data', () => {
    throw new RangeError('offset out of range');
  });
  expect(await ended(stream)).toBe('offset out of range');
});
