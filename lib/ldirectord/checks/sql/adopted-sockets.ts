/** Takes hold of the connections that a driver opens by itself, so that they end when their check does. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { onAbort } from '../socket.js';

type Adopt = (socket: Socket) => void;

const adopter = new AsyncLocalStorage<Adopt>();
let subscribed = false;

/** Runs `act`; every socket that it, or anything that follows from it, connects is given to `adopt` first. */
export const withAdoption = <T>(adopt: Adopt, act: () => T): T => {
  if (!subscribed) {
    subscribed = true;
    // Node tells of every client socket here, before it connects.
    subscribe('net.client.socket', (message) => {
      const adoptIt = adopter.getStore();
      if (adoptIt !== undefined) adoptIt((message as { readonly socket: Socket }).socket);
    });
  }
  return adopter.run(adopt, act);
};

export interface Guard {
  /** All that the server may send, in bytes. */
  readonly limit: number;
  /** Looks at what has come before anybody else does; false ends the connection. */
  readonly accepts: (chunk: Buffer) => boolean;
}

/**
 * Guards a socket that belongs to a driver: it is destroyed when `signal` fires, when too much or the wrong thing comes,
 * and when the driver throws in one of its events, which would end the daemon otherwise.
 */
export const guardSocket = (socket: Socket, { limit, accepts }: Guard, signal: AbortSignal): void => {
  const emit = socket.emit.bind(socket) as (event: string | symbol, ...args: unknown[]) => boolean;
  let received = 0;
  const isSound = (chunk: Buffer): boolean => {
    received += chunk.length;
    return received <= limit && accepts(chunk);
  };
  socket.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    const [chunk] = args;
    try {
      if (event === 'data' && Buffer.isBuffer(chunk) && !isSound(chunk))
        throw new Error('not what an Oracle server sends');
      // With no listener left, an error would be thrown.
      if (event === 'error' && socket.listenerCount('error') === 0) return true;
      return emit(event, ...args);
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
      return true;
    }
  };
  // With an error: oracledb only then knows that it cannot send a farewell, which it otherwise tries to do when its
  // connection is collected as garbage, where what it throws would end the daemon.
  const end = (): void => {
    socket.destroy(new Error('the check is over'));
  };
  // A socket that is destroyed before it connects comes to life again by connecting.
  if (signal.aborted) process.nextTick(end);
  else onAbort(signal, end);
};
