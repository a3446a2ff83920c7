/** Asks a question by UDP until the right answer comes; whatever else comes is not heard. */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { onAbort, socketError } from './socket.js';
import { type Down, down } from './verdict.js';

/** A datagram may be lost; servers take the same bytes for the same question. In milliseconds. */
const ASK_AGAIN = 1000;

export interface DatagramQuestion<T> {
  /** The bytes to send, given the address that the socket has on this side. */
  readonly message: (localAddress: string) => Uint8Array;
  /** What an answer says; undefined: it is none to this question, wait on. */
  readonly read: (bytes: Uint8Array) => T | undefined;
}

export type DatagramAnswer<T> = { readonly answer: T; readonly failure?: undefined } | { readonly failure: Down };

/**
 * Sends the question at once and then every second until `read` takes an answer.
 *
 * The socket is connected, so the kernel drops what comes from other addresses and tells of a closed port. Resolves with
 * L4REFUSED, L4… or, when `signal` fires first, L7TIMEOUT; never rejects. The texts are empty.
 */
export const askByDatagram = <T>(
  host: string,
  port: number,
  question: DatagramQuestion<T>,
  signal: AbortSignal,
): Promise<DatagramAnswer<T>> =>
  new Promise((resolve) => {
    const socket: Socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    let again: NodeJS.Timeout | undefined;
    let open = true;
    const finish = (result: DatagramAnswer<T>): void => {
      clearInterval(again);
      if (open) socket.close();
      open = false;
      resolve(result);
    };
    const fail = (error: unknown): void => finish({ failure: down(socketError(error)[0]) });
    // Port 0 cannot be asked; TCP would be refused there.
    if (port === 0) {
      finish({ failure: down('L4REFUSED') });
      return;
    }
    onAbort(signal, () => finish({ failure: down('L7TIMEOUT') }));
    socket.on('error', fail);
    socket.on('message', (bytes) => {
      const answer = open ? question.read(bytes) : undefined;
      if (answer !== undefined) finish({ answer });
    });
    if (!open) return;
    socket.connect(port, host, (error?: Error) => {
      if (!open) return;
      if (error !== undefined) {
        fail(error);
        return;
      }
      const message = question.message(socket.address().address);
      // An error of a send arrives as an event too.
      const send = (): void => socket.send(message, () => undefined);
      send();
      again = setInterval(send, ASK_AGAIN);
    });
  });
