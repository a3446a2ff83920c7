/** Who may see the page: user and password of basic authentication (RFC 7617), compared in constant time. Pure. */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface Credentials {
  readonly user: string;
  /** One character per byte, as the file has it and as a browser sends it. */
  readonly password: string;
}

const digest = (text: string): Buffer => createHash('sha256').update(text, 'latin1').digest();

/** Whether the value of the header Authorization names this user with this password. */
export const isAuthorised = (header: string | undefined, { user, password }: Credentials): boolean => {
  const [, encoded = ''] = /^basic ([A-Za-z0-9+/=]{1,2048})$/i.exec(header ?? '') ?? [];
  const given = Buffer.from(encoded, 'base64').toString('latin1');
  // Digests are of one length, so that the time tells nothing of where the two differ, or of how long the right one is.
  return timingSafeEqual(digest(given), digest(`${user}:${password}`));
};

/** `127.0.0.1`, `[::1]` and `localhost`, with or without a port. */
const LOCAL_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Whether a request with this header Host may be answered without a password on a loopback address: the page of a stranger
 * in a browser of this machine can point a name of its own at 127.0.0.1, and would read what comes back.
 */
export const isLocalHost = (host: string | undefined): boolean => host !== undefined && LOCAL_HOST.test(host);
