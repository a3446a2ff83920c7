/** UDP servers on loopback for the checks; every one is closed at the end of its test. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

export interface UdpTestServer {
  readonly port: number;
  readonly received: readonly Buffer[];
  /** Sends from the server's own port. */
  readonly send: (bytes: Uint8Array, to: RemoteInfo) => void;
}

const started: Socket[] = [];

/** Closes all servers of a test; call it in afterEach. */
export const closeUdpServers = async (): Promise<void> => {
  await Promise.all(started.splice(0).map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
};

/** A server that does with each datagram what `serve` says; `port`: a certain one, `address`: of another host. */
export const udpServer = (
  serve: (bytes: Buffer, from: RemoteInfo, server: UdpTestServer) => void,
  { port = 0, address = '127.0.0.1' }: { readonly port?: number; readonly address?: string } = {},
): Promise<UdpTestServer> =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    started.push(socket);
    socket.once('error', reject);
    socket.bind(port, address, () => {
      const received: Buffer[] = [];
      const server: UdpTestServer = {
        port: socket.address().port,
        received,
        send: (bytes, to) => socket.send(bytes, to.port, to.address),
      };
      socket.on('message', (bytes, from) => {
        received.push(bytes);
        serve(bytes, from, server);
      });
      resolve(server);
    });
  });
