/** Which negotiate check a service has, and which of the two timeouts limits it as a whole (ldirectord reference 2.6, 4.4). */
import type { CheckService, Virtual } from '../config/model.js';
import { alwaysUp } from './always.js';
import type { Check, TimedCheck } from './check.js';
import { dnsCheck } from './dns/check.js';
import { ftpCheck } from './ftp.js';
import { httpCheck } from './http/check.js';
import { imapCheck } from './imap.js';
import { ldapCheck } from './ldap/check.js';
import { nntpCheck } from './nntp.js';
import { popCheck } from './pop.js';
import { radiusCheck } from './radius/check.js';
import { simpleTcpCheck } from './simpletcp.js';
import { sipCheck } from './sip.js';
import { smtpCheck } from './smtp.js';
import { mysqlCheck } from './sql/mysql.js';
import { oracleCheck } from './sql/oracle.js';
import { pgsqlCheck } from './sql/pgsql.js';

interface Negotiation {
  readonly check: Check;
  /** `negotiate`: negotiatetimeout; `check`: checktimeout, as genuine does for ldap and radius. */
  readonly limit: 'negotiate' | 'check';
}

const within = (limit: Negotiation['limit'], check: Check): Negotiation => ({ check, limit });

/** Every service has one. */
const NEGOTIATIONS: Readonly<Record<CheckService, Negotiation>> = {
  dns: within('negotiate', dnsCheck),
  ftp: within('negotiate', ftpCheck),
  http: within('negotiate', httpCheck),
  https: within('negotiate', httpCheck),
  http_proxy: within('negotiate', httpCheck),
  imap: within('negotiate', imapCheck),
  imaps: within('negotiate', imapCheck),
  ldap: within('check', ldapCheck),
  ldaps: within('check', ldapCheck),
  mysql: within('negotiate', mysqlCheck),
  nntp: within('negotiate', nntpCheck),
  none: within('negotiate', alwaysUp),
  oracle: within('negotiate', oracleCheck),
  pgsql: within('negotiate', pgsqlCheck),
  pop: within('negotiate', popCheck),
  pops: within('negotiate', popCheck),
  radius: within('check', radiusCheck),
  simpletcp: within('negotiate', simpleTcpCheck),
  sip: within('negotiate', sipCheck),
  smtp: within('negotiate', smtpCheck),
  submission: within('negotiate', smtpCheck),
};

/** The negotiate check of a virtual and its deadline. */
export const negotiationOf = (virtual: Virtual): TimedCheck => {
  const { check, limit } = NEGOTIATIONS[virtual.service];
  return { check, deadline: limit === 'negotiate' ? virtual.negotiateTimeout : virtual.checkTimeout };
};
