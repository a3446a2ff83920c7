/** Where the page is served, to whom and how: the section [status] of ha-suite.ini and the options together. Pure. */
import { hostOf, isLoopback, type StatusConfig } from '../../config/status-page.js';
import type { Credentials } from './auth.js';

export interface ServeSettings {
  /** An address or a name, an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** As it was written. */
  readonly listen: string;
  readonly credentials: Credentials | undefined;
  /** Certificate chain and key, as PEM. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  /** Only this machine can reach it. */
  readonly isLocal: boolean;
}

/** The text of a file, or why it cannot be had. */
type Read = (path: string) => { readonly text: string } | { readonly problem: string };

/** Where it is served when nobody says where: reached by this machine only. */
export const DEFAULT_LISTEN = '127.0.0.1:8694';

interface Secrets {
  readonly password?: string;
  readonly certificate?: string;
  readonly key?: string;
}

const readSecrets = (status: StatusConfig, read: Read): Secrets | { readonly problem: string } => {
  const texts: Record<string, string> = {};
  for (const [name, path] of [
    ['password', status.passwordfile],
    ['certificate', status.certificate],
    ['key', status.key],
  ] as const) {
    if (path === undefined) continue;
    const found = read(path);
    if ('problem' in found) return { problem: `${path}: ${found.problem}` };
    texts[name] = found.text;
  }
  // An editor ends the line; the password does not end with it.
  const password = texts.password?.split(/\r?\n/)[0] ?? status.password;
  if (password === '') return { problem: `${status.passwordfile}: its first line is the password, and that is empty` };
  return { ...texts, ...(password === undefined ? {} : { password }) };
};

/** What is to be done, or why it is refused. */
export const serveSettings = (
  status: StatusConfig,
  listenOption: string | undefined,
  read: Read,
): ServeSettings | { readonly problem: string } => {
  const listen = listenOption ?? status.listen ?? DEFAULT_LISTEN;
  const host = hostOf(listen);
  const port = Number(listen.slice(listen.lastIndexOf(':') + 1));
  const secrets = readSecrets(status, read);
  if ('problem' in secrets) return secrets;
  const { password, certificate, key } = secrets;
  const { user } = status;
  const credentials = user === undefined || password === undefined ? undefined : { user, password };
  const isLocal = isLoopback(host);
  if (!isLocal && credentials === undefined && status.insecure === 'no')
    return {
      problem:
        `${listen} can be reached by others, and there is no user and password: ` +
        'set user and passwordfile in [status] of /etc/ha.d/ha-suite.ini, or insecure = yes',
    };
  const tls = certificate === undefined || key === undefined ? undefined : { certificate, key };
  return { host, port, listen, credentials, tls, isLocal };
};
