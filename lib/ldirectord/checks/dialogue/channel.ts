/** What a dialogue is held over: a TCP or TLS connection, or UDP datagrams to and from one server. */
import { createSocket } from 'node:dgram';
import { isIPv6, type Socket } from 'node:net';
import { encodeBytes } from '../../config/bytes.js';
import { onAbort, socketError } from '../socket.js';
import { type Cause, type Down, down } from '../verdict.js';

export interface Listener {
  readonly data: (chunk: Buffer) => void;
  /** The server has ended its side; nothing more comes. */
  readonly end: () => void;
  readonly error: (cause: Cause, why: string) => void;
}

export interface Channel {
  /** Our own end. */
  readonly localAddress: string;
  readonly localPort: number;
  /** Whether the end of each piece of data is an end in the sense of the protocol. */
  readonly datagrams: boolean;
  /** To be called once; what happens before is told then. */
  readonly listen: (listener: Listener) => void;
  /** Text of the configuration as the bytes of its file. */
  readonly send: (text: string) => void;
  /** Ends the sending side, where the transport knows that. */
  readonly finish: () => void;
  readonly close: () => void;
}

export const streamChannel = (socket: Socket): Channel => {
  let listener: Listener | undefined;
  let broken: Error | undefined;
  let closed = false;
  const tell = (): void => {
    if (broken !== undefined) listener?.error(...socketError(broken));
    else if (closed) listener?.end();
  };
  socket.once('error', (error) => {
    broken = error;
    tell();
  });
  socket.once('close', () => {
    closed = true;
    tell();
  });
  return {
    localAddress: socket.localAddress ?? '',
    localPort: socket.localPort ?? 0,
    datagrams: false,
    listen: (hearing) => {
      listener = hearing;
      socket.on('data', hearing.data);
      socket.once('end', hearing.end);
      tell();
    },
    send: (text) => {
      if (socket.writable) socket.write(encodeBytes(text));
    },
    finish: () => socket.end(),
    close: () => socket.destroy(),
  };
};

/** A channel, or the verdict that follows from there being none. */
export type OpenedChannel =
  | { readonly channel: Channel; readonly failure?: undefined }
  | { readonly failure: Down; readonly channel?: undefined };

/**
 * A UDP socket that sends to one server and hears only that one. It is closed when `signal` fires, now or later.
 *
 * Never rejects. That nobody listens is known only after something was sent (ICMP), and then reported as an error.
 */
export const openDatagrams = (address: string, port: number, signal: AbortSignal): Promise<OpenedChannel> =>
  new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    let open = true;
    const close = (): void => {
      if (open) socket.close();
      open = false;
    };
    const fail = (error: unknown): void => {
      close();
      resolve({ failure: down(socketError(error)[0]) });
    };
    socket.once('error', fail);
    onAbort(signal, () => {
      close();
      resolve({ failure: down('L4TIMEOUT') });
    });
    if (!open) return;
    socket.connect(port, address, () => {
      if (!open) return;
      const { address: localAddress, port: localPort } = socket.address();
      resolve({
        channel: {
          localAddress,
          localPort,
          datagrams: true,
          listen: ({ data, error }) => {
            socket.on('message', data);
            socket.off('error', fail);
            socket.on('error', (failure) => error(...socketError(failure)));
          },
          send: (text) => {
            if (open) socket.send(encodeBytes(text));
          },
          finish: () => undefined,
          close,
        },
      });
    });
  });
