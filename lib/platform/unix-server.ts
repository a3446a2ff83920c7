/** A local stream socket for clients, with the credentials of who is at the other end. */
import { unlinkSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { type Millis, millis } from '../time.js';
import { descriptorOf } from './descriptor.js';
import { type PeerCredentials, peerCredentials } from './sockopt.js';
import { withMode } from './umask.js';

export interface Connection {
  /** Undefined when the system does not tell (without koffi). */
  readonly credentials: PeerCredentials | undefined;
  readonly write: (data: Uint8Array) => void;
  /** Reads nothing more from it, until `resume`. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Closes after what was written has gone out. */
  readonly end: () => void;
}

export interface ConnectionEvents {
  readonly onData: (data: Buffer) => void;
  /** It takes nothing although so many bytes wait for it, and has been cut off; `onClosed` follows. */
  readonly onStuck?: (waiting: number) => void;
  /** With `halfOpen`: the client says nothing more, and waits for what is still to be said to it. */
  readonly onEnd?: () => void;
  readonly onClosed: () => void;
}

export interface UnixServer {
  readonly close: () => Promise<void>;
}

export interface ServerOptions {
  /** A client that reads nothing is cut off when this many bytes wait for it. Default 1 MiB (genuine heartbeat: a few hundred messages). */
  readonly maxWaiting?: number;
  /** When a connection closes, its client has this long to take what waits for it. Default 500 ms. */
  readonly farewell?: Millis;
  /** A client may close its side and still get an answer; `onEnd` has to see to the end then. Default false. */
  readonly halfOpen?: boolean;
}

const MAX_WAITING = 1 << 20;

/** When the server closes, all clients together have this long, in milliseconds. */
const FAREWELL = 500;

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
  { maxWaiting = MAX_WAITING, farewell = millis(FAREWELL), halfOpen = false }: ServerOptions = {},
): Promise<UnixServer> => {
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: halfOpen }, (socket) => {
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
        const waiting = socket.writableLength;
        if (waiting <= maxWaiting) return;
        socket.destroy();
        events.onStuck?.(waiting);
      },
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      end: () => {
        socket.destroySoon();
        // What a client that reads nothing does not take must not stay with us.
        setTimeout(() => socket.destroy(), farewell).unref();
      },
    });
    socket.on('data', events.onData);
    socket.once('end', () => events.onEnd?.());
    socket.once('close', events.onClosed);
    socket.resume();
  };

  unlinkIfThere(path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    withMode(mode, () =>
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      }),
    );
  });
  server.on('error', () => {});
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
