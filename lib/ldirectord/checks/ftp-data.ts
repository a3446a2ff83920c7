/** The second connection of an ftp check, which brings the file: opened by the server (active) or by us (passive). */
import { connect, createServer, type Socket } from 'node:net';
import { onAbort } from './socket.js';

/** What is kept of a file; a pattern is looked for in this part, and the rest is not fetched. */
const MAX_FILE = 4 << 20;

export interface DataConnection {
  /** Where the server may connect to; 0: it cannot. */
  readonly port: number;
  /** Connects to the server instead. */
  readonly dial: (port: number) => void;
  /** What came, when it has come to its end; bytes, one character each (latin1). Never rejects. */
  readonly text: () => Promise<string>;
  readonly close: () => void;
}

/** Collects what comes over one connection. */
const collector = () => {
  const chunks: Buffer[] = [];
  let kept = 0;
  let done: (text: string) => void = () => undefined;
  const text = new Promise<string>((resolve) => {
    done = resolve;
  });
  const finish = (): void => done(Buffer.concat(chunks).toString('latin1'));
  const take = (socket: Socket): void => {
    socket.on('error', () => undefined);
    socket.once('close', finish);
    socket.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, MAX_FILE - kept);
      chunks.push(part);
      kept += part.length;
      if (kept === MAX_FILE) socket.destroy();
    });
  };
  return { text, take, finish };
};

/** Connects to `host` when it is told a port; everything is closed when `signal` fires, now or later. */
export const passiveData = (host: string, signal: AbortSignal): DataConnection => {
  const { text, take } = collector();
  let socket: Socket | undefined;
  const close = (): void => {
    socket?.destroy();
  };
  onAbort(signal, close);
  return {
    port: 0,
    dial: (port) => {
      if (signal.aborted || socket !== undefined) return;
      socket = connect({ host, port });
      take(socket);
    },
    text: () => text,
    close,
  };
};

/** Listens on our end of the first connection for the first that comes; port 0 when that is impossible. */
export const activeData = (localAddress: string, signal: AbortSignal): Promise<DataConnection> =>
  new Promise((resolve) => {
    const { text, take } = collector();
    let accepted: Socket | undefined;
    const server = createServer((socket) => {
      server.close();
      if (accepted !== undefined) {
        socket.destroy();
        return;
      }
      accepted = socket;
      take(socket);
    });
    const close = (): void => {
      accepted?.destroy();
      server.close();
    };
    const give = (): void => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ port, dial: () => undefined, text: () => text, close });
    };
    server.on('error', give);
    server.listen({ host: localAddress, port: 0 }, give);
    onAbort(signal, () => {
      close();
      give();
    });
  });
