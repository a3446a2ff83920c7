/** Which checks are the same check: equal identities are checked once per round for all their virtuals. */
import type { CheckService, Real, Virtual } from './config/model.js';
import { bracketed } from './names.js';

/** Perl's quotemeta: a backslash before everything that is not a word character. */
const quotemeta = (text: string): string => text.replace(/[^A-Za-z0-9_]/g, '\\$&');

/** The first part of an identity: what is done. */
const checkName = (virtual: Virtual): string => {
  const { checkType, service, checkCommand } = virtual;
  switch (checkType.kind) {
    case 'negotiate':
      return `negotiate:${service}`;
    case 'combined':
      return `combined:${service}`;
    case 'external':
    case 'external-perl':
      return `${checkType.kind}:${checkCommand}`;
    default:
      return checkType.kind;
  }
};

/** The request and receive that apply to a real: its own, else the virtual's. */
export const effective = (virtual: Virtual, real: Real): { readonly request: string; readonly receive: string } => ({
  request: real.request ?? virtual.request,
  receive: real.receive ?? virtual.receive,
});

/**
 * The identity in genuine spelling (ldirectord reference 4.2):
 * `check:protocol:rip:rport:virtualhost:checkport:weight:method:quotemeta(request):quotemeta(receive)`.
 */
export const identityOf = (virtual: Virtual, real: Real): string => {
  const { request, receive } = effective(virtual, real);
  return [
    checkName(virtual),
    virtual.key.protocol,
    bracketed(real.address),
    real.port,
    virtual.virtualHost ?? '',
    virtual.checkPort ?? '',
    real.weight,
    real.method,
    quotemeta(request),
    quotemeta(receive),
  ].join(':');
};

/** Default ports by service (ldirectord reference 2.5, the table read backwards). */
const DEFAULT_PORT: Readonly<Partial<Record<CheckService, number>>> = {
  ftp: 21,
  smtp: 25,
  dns: 53,
  http: 80,
  pop: 110,
  nntp: 119,
  imap: 143,
  ldap: 389,
  https: 443,
  submission: 587,
  ldaps: 636,
  imaps: 993,
  pops: 995,
  oracle: 1521,
  radius: 1812,
  http_proxy: 3128,
  mysql: 3306,
  sip: 5060,
  pgsql: 5432,
};

/** Where a check goes: checkport, else the real's port, else the service's; 0 is refused by every host (reference 4.2). */
export const checkPortOf = (virtual: Virtual, real: Real): number =>
  virtual.checkPort ?? (real.port === 0 ? (DEFAULT_PORT[virtual.service] ?? 0) : real.port);
