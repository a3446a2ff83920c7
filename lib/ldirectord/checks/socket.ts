/** Opens TCP connections for the checks and names what went wrong in genuine wording. */
import { connect, type Socket } from 'node:net';
import { hostPort } from '../names.js';
import { type Cause, type Down, down } from './verdict.js';

/** errno names and the texts of strerror(3), which genuine shows. */
const ERRORS: Readonly<Record<string, readonly [Cause, string]>> = {
  ECONNREFUSED: ['L4REFUSED', 'Connection refused'],
  ECONNRESET: ['L4RESET', 'Connection reset by peer'],
  EPIPE: ['L4RESET', 'Broken pipe'],
  ETIMEDOUT: ['L4TIMEOUT', 'Connection timed out'],
  EHOSTUNREACH: ['L4UNREACHABLE', 'No route to host'],
  ENETUNREACH: ['L4UNREACHABLE', 'Network is unreachable'],
  ENETDOWN: ['L4UNREACHABLE', 'Network is down'],
  EHOSTDOWN: ['L4UNREACHABLE', 'Host is down'],
  EACCES: ['L4UNREACHABLE', 'Permission denied'],
  // A packet filter of this machine refuses.
  EPERM: ['L4UNREACHABLE', 'Operation not permitted'],
  ECONNABORTED: ['L4RESET', 'Software caused connection abort'],
  EADDRNOTAVAIL: ['L4ERROR', 'Cannot assign requested address'],
  EMFILE: ['L4ERROR', 'Too many open files'],
  ENFILE: ['L4ERROR', 'Too many open files in system'],
  ENOBUFS: ['L4ERROR', 'No buffer space available'],
  ENOTFOUND: ['L4ERROR', 'Name or service not known'],
  EAI_AGAIN: ['L4ERROR', 'Temporary failure in name resolution'],
};

/** Cause and text of a socket error. */
export const socketError = (error: unknown): readonly [Cause, string] => {
  const { code, message } = error as NodeJS.ErrnoException;
  return ERRORS[code ?? ''] ?? ['L4ERROR', message];
};

/** A function that runs `act` when the signal fires, at once if it has fired; returns how to forget about it. */
export const onAbort = (signal: AbortSignal, act: () => void): (() => void) => {
  if (signal.aborted) {
    act();
    return () => undefined;
  }
  signal.addEventListener('abort', act, { once: true });
  return () => signal.removeEventListener('abort', act);
};

/** The text that genuine gives when no connection came about (ldirectord reference 4.4). */
export const cannotConnect = (host: string, port: number, why: string): string =>
  `500 Can't connect to ${hostPort(host, port)} (${why})`;

/** A connected socket, or the verdict that follows from there being none. */
export type Opened = { readonly socket: Socket; readonly failure?: undefined } | { readonly failure: Down };

/**
 * Connects to host and port. The socket is destroyed when `signal` fires, now or later.
 *
 * Resolves with the socket or with the verdict (L4…); never rejects.
 */
export const openSocket = (host: string, port: number, signal: AbortSignal): Promise<Opened> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    onAbort(signal, () => {
      socket.destroy();
      resolve({ failure: down('L4TIMEOUT', cannotConnect(host, port, 'Connection timed out')) });
    });
    socket.once('connect', () => resolve({ socket }));
    // Stays for the whole life of the socket: an error nobody listens to would end the daemon.
    socket.on('error', (error) => {
      const [cause, why] = socketError(error);
      resolve({ failure: down(cause, cannotConnect(host, port, why)) });
    });
  });
