/** Puts TLS on a checked connection: the chain is verified against the system's store, the name is not (reference 4.4). */
import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { systemContext } from './ca-store.js';
import { cannotConnect, onAbort } from './socket.js';
import { type Down, down } from './verdict.js';

export type Secured = { readonly socket: TLSSocket; readonly failure?: undefined } | { readonly failure: Down };

/**
 * Shakes hands over a connected socket; never rejects. `host` is sent as SNI only when it is a name.
 *
 * Answers L6CERT for a chain that does not end in the store, L6TIMEOUT when the signal fires first, else L6ERROR.
 */
export const startTls = (socket: Socket, host: string, port: number, signal: AbortSignal): Promise<Secured> =>
  new Promise((resolve) => {
    const timeout = down('L6TIMEOUT', '500 Timeout Alarm');
    const fail = (failure: Down): void => {
      secured.destroy();
      // At the deadline the connection below is destroyed first, and its end arrives here before the signal does.
      resolve({ failure: signal.aborted ? timeout : failure });
    };
    const secured = connect({
      socket,
      secureContext: systemContext(),
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    onAbort(signal, () => fail(timeout));
    secured.once('secureConnect', () => {
      if (secured.authorized) resolve({ socket: secured });
      else
        fail(
          down('L6CERT', cannotConnect(host, port, 'certificate verify failed'), {
            detail: String(secured.authorizationError),
          }),
        );
    });
    secured.on('error', (error) => fail(down('L6ERROR', cannotConnect(host, port, error.message))));
    secured.once('close', () => fail(down('L6ERROR', cannotConnect(host, port, 'connection closed in the handshake'))));
  });
