/** `[status]` of ha-suite.ini: where the status page is served, and who may see it. */
import type { Finding } from './source.js';
import { choice, listen, path, type Reader, someText, userName } from './suite-values.js';

const ANSWERS = ['no', 'yes'] as const;

export interface StatusConfig {
  /** `address:port`; undefined: heartbeat starts no page. */
  readonly listen: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** A file whose first line is the password. */
  readonly passwordfile: string | undefined;
  /** Files with the chain and the key, PEM; with both the page is served over TLS. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** Whether it is served to others without a password, too. */
  readonly insecure: (typeof ANSWERS)[number];
}

export const DEFAULT_STATUS: StatusConfig = {
  listen: undefined,
  user: undefined,
  password: undefined,
  passwordfile: undefined,
  certificate: undefined,
  key: undefined,
  insecure: 'no',
};

/** Readers by key. */
export const STATUS_KEYS = {
  listen,
  user: userName,
  passwordfile: path,
  password: someText,
  certificate: path,
  key: path,
  insecure: choice(ANSWERS),
} as const satisfies Readonly<Record<keyof StatusConfig, Reader<unknown>>>;

/** The address of `listen` without its port and brackets. */
export const hostOf = (address: string): string => address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');

/** Whether nobody but this machine can reach that address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

export interface StatusFinding {
  readonly severity: 'error' | 'warning';
  /** Under which it is reported. */
  readonly key: keyof StatusConfig;
  readonly finding: Finding;
}

const error = (key: keyof StatusConfig, message: string): StatusFinding => ({
  ...{ severity: 'error', key, finding: { code: 'ha-suite.ini/status', message } },
});

/** What does not go together. That nobody would be served is no reason to keep a cluster from starting: a warning. */
export const statusFindings = (status: StatusConfig): readonly StatusFinding[] => {
  const { user, password, passwordfile, certificate, key, insecure } = status;
  const hasPassword = (password ?? passwordfile) !== undefined;
  const isOpen = status.listen !== undefined && !isLoopback(hostOf(status.listen));
  const message =
    'others can reach this address and there is no user and password: the page is not served, unless insecure = yes';
  return [
    ...(password !== undefined && passwordfile !== undefined
      ? [error('passwordfile', 'the password stands already in this section: password or passwordfile')]
      : []),
    ...(user !== undefined && !hasPassword ? [error('user', 'a user needs a passwordfile (or a password)')] : []),
    ...(user === undefined && hasPassword
      ? [error(password === undefined ? 'passwordfile' : 'password', 'a password needs a user')]
      : []),
    ...(certificate !== undefined && key === undefined ? [error('certificate', 'a certificate needs a key')] : []),
    ...(certificate === undefined && key !== undefined ? [error('key', 'a key needs a certificate')] : []),
    ...(isOpen && user === undefined && insecure === 'no'
      ? [{ severity: 'warning', key: 'listen', finding: { code: 'ha-suite.ini/status-open', message } } as const]
      : []),
  ];
};
