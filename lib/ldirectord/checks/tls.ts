/** Puts TLS on a checked connection, verified against the system's store as far as is asked for (ldirectord reference 4.4). */
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { bareContext, systemContext } from './ca-store.js';
import type { TlsVerify } from './check.js';
import { cannotConnect, onAbort } from './socket.js';
import { type Down, down } from './verdict.js';

export type Secured = { readonly socket: TLSSocket; readonly failure?: undefined } | { readonly failure: Down };

/** What the certificate of a server has to fulfil. */
export interface Demand {
  readonly verify: TlsVerify;
  /** The name or address that it must be made for with `full`. */
  readonly name: string;
}

/** An address also counts in the common name when there are no other names, as for genuine (pops, imaps). */
const isMadeFor = (name: string, certificate: PeerCertificate): boolean =>
  checkServerIdentity(name, certificate) === undefined ||
  (isIP(name) !== 0 && certificate.subjectaltname === undefined && certificate.subject?.CN === name);

/** Why a certificate is not good enough; undefined: it is. For https, genuine verifies the chain and not the name. */
const refusal = (socket: TLSSocket, { verify, name }: Demand): string | undefined => {
  if (verify === 'off') return undefined;
  if (!socket.authorized) return String(socket.authorizationError);
  return verify === 'full' && !isMadeFor(name, socket.getPeerCertificate())
    ? 'ERR_TLS_CERT_ALTNAME_INVALID'
    : undefined;
};

/** OpenSSL's own words for an error, without the addresses and source lines around them. */
const reasonOf = (error: Error & { readonly reason?: unknown }): string =>
  typeof error.reason === 'string' ? error.reason : error.message.trim();

/**
 * Shakes hands over a connected socket; never rejects. `host` is sent as SNI only when it is a name (with `full`, the
 * name that is demanded).
 *
 * Answers L6CERT for a chain that does not end in the store, L6TIMEOUT when the signal fires first, else L6ERROR.
 */
export const startTls = (
  socket: Socket,
  host: string,
  port: number,
  demand: Demand,
  signal: AbortSignal,
): Promise<Secured> =>
  new Promise((resolve) => {
    const sni = demand.verify === 'full' ? demand.name : host;
    const timeout = down('L6TIMEOUT', '500 Timeout Alarm');
    const fail = (failure: Down): void => {
      secured.destroy();
      // At the deadline the connection below is destroyed first, and its end arrives here before the signal does.
      resolve({ failure: signal.aborted ? timeout : failure });
    };
    const secured = connect({
      socket,
      secureContext: demand.verify === 'off' ? bareContext() : systemContext(),
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(isIP(sni) === 0 ? { servername: sni } : {}),
    });
    onAbort(signal, () => fail(timeout));
    secured.once('secureConnect', () => {
      const detail = refusal(secured, demand);
      if (detail === undefined) resolve({ socket: secured });
      else fail(down('L6CERT', cannotConnect(host, port, 'certificate verify failed'), { detail }));
    });
    secured.on('error', (error) => fail(down('L6ERROR', cannotConnect(host, port, reasonOf(error)))));
    secured.once('close', () => fail(down('L6ERROR', cannotConnect(host, port, 'connection closed in the handshake'))));
  });
