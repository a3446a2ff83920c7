/** A local stream socket for clients, with the credentials of who is at the other end. */
import { chmodSync, unlinkSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { type PeerCredentials, peerCredentials } from './sockopt.js';

export interface Connection {
  /** Undefined when the system does not tell (without koffi). */
  readonly credentials: PeerCredentials | undefined;
  readonly write: (data: Uint8Array) => void;
  /** Closes after what was written has gone out. */
  readonly end: () => void;
}

export interface ConnectionEvents {
  readonly onData: (data: Buffer) => void;
  readonly onClosed: () => void;
}

export interface UnixServer {
  readonly close: () => Promise<void>;
}

/** A client that reads nothing is cut off when this many bytes wait for it. */
const MAX_WAITING = 4 << 20;

/** When the server closes, clients have this long to take what waits for them, in milliseconds. */
const FAREWELL = 500;

const descriptorOf = (socket: Socket): number | undefined => {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
};

const unlinkIfThere = (path: string): void => {
  try {
    unlinkSync(path);
  } catch {
    // Nothing was left over.
  }
};

/**
 * Listens on `path` with this mode; a leftover of an earlier process is removed. `accept` is called for each client when
 * its credentials are known and before its first data. Rejects with the system's error.
 */
export const listenLocally = async (
  path: string,
  mode: number,
  accept: (connection: Connection) => ConnectionEvents,
): Promise<UnixServer> => {
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    void take(socket);
  });

  const take = async (socket: Socket): Promise<void> => {
    const fd = descriptorOf(socket);
    const credentials = fd === undefined ? undefined : await peerCredentials(fd);
    if (socket.destroyed) return;
    const events = accept({
      credentials,
      write: (data) => {
        if (!socket.writable) return;
        socket.write(data);
        if (socket.writableLength > MAX_WAITING) socket.destroy();
      },
      end: () => socket.end(),
    });
    socket.on('data', events.onData);
    socket.once('close', events.onClosed);
    socket.resume();
  };

  unlinkIfThere(path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', () => {});
  chmodSync(path, mode);
  return {
    close: async () => {
      const left = [...sockets];
      const gone = left.map((socket) => {
        socket.destroySoon();
        return new Promise((resolve) => socket.once('close', resolve));
      });
      // A client that hangs and reads nothing must not keep the daemon from ending.
      const late = setTimeout(() => {
        for (const socket of left) socket.destroy();
      }, FAREWELL);
      await Promise.all([...gone, new Promise((resolve) => server.close(resolve))]);
      clearTimeout(late);
    },
  };
};
