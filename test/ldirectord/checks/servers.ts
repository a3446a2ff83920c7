/** Servers on loopback for the checks, good and hostile ones; every one is closed at the end of its test. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export interface TestServer {
  readonly port: number;
  /** Everything clients have sent, one entry for each connection. */
  readonly received: readonly string[];
  /** Connections that are open now. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

const started: TestServer[] = [];

/** Closes all servers of a test; call it in afterEach. */
export const closeServers = async (): Promise<void> => {
  await Promise.all(started.splice(0).map((server) => server.close()));
};

/** Wraps a listening server: counts and records its connections. */
export const track = (server: Server): Promise<TestServer> =>
  new Promise((resolve) => {
    const sockets = new Set<Socket>();
    const received: string[] = [];
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      const index = received.push('') - 1;
      socket.on('data', (chunk) => {
        received[index] += chunk.toString('latin1');
      });
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1', () => {
      const tracked: TestServer = {
        port: (server.address() as AddressInfo).port,
        received,
        open: () => sockets.size,
        close: () =>
          new Promise((done) => {
            for (const socket of sockets) socket.destroy();
            server.close(() => done());
          }),
      };
      started.push(tracked);
      resolve(tracked);
    });
  });

/** A TCP server that does what `serve` says with each connection. */
export const tcpServer = (serve: (socket: Socket) => void): Promise<TestServer> =>
  track(createServer({ allowHalfOpen: true }, serve));

/** Answers each connection's first data with fixed bytes and closes. */
export const answering = (answer: string | Buffer): Promise<TestServer> =>
  tcpServer((socket) => {
    socket.once('data', () => socket.end(answer));
  });

/** A port where nobody listens. */
export const closedPort = async (): Promise<number> => {
  const server = await tcpServer(() => undefined);
  await server.close();
  return server.port;
};
