/** One line of a monitorfile for one result of a check (ldirectord reference 5.4). */
import type { Verdict } from './checks/verdict.js';
import { dateText } from './cli/log-line.js';
import type { CheckService, Virtual } from './config/model.js';

/** The identity as the file shows it: colons, also those of an address, become blanks. */
const shownIdentity = (identity: string): string => identity.replace(/:+/g, ' ').replaceAll('\\', '');

/** Exactly these four are escaped, so that a whole page stays one line. */
const escaped = (text: string): string =>
  text.replace(/[%|\r\n]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** Whether a check of this kind leaves a line: not those that look at nothing, nor a ping without an answer. */
const isWritten = ({ checkType, key }: Virtual, verdict: Verdict): boolean => {
  if (verdict.state === 'down' && verdict.cause === 'MAINTENANCE') return true;
  switch (checkType.kind) {
    case 'on':
    case 'off':
    case 'external-perl':
      return false;
    case 'ping':
      return verdict.state === 'up';
    // reference 4.1: connect on udp is a ping.
    case 'connect':
      return key.protocol !== 'udp' || verdict.state === 'up';
    default:
      return true;
  }
};

/** Services whose check says something; of all others genuine shows only the result. */
const SPEAKING: ReadonlySet<CheckService> = new Set(['http', 'https', 'http_proxy', 'ldap', 'ldaps', 'dns']);

/** What stands behind the result. */
const textOf = ({ checkType: { kind }, service }: Virtual, verdict: Verdict): string => {
  const { text } = verdict;
  const isMaintenance = verdict.state === 'down' && verdict.cause === 'MAINTENANCE';
  const speaks = (kind === 'negotiate' || kind === 'combined') && SPEAKING.has(service);
  return text !== '' && (speaks || isMaintenance) ? escaped(text) : '-';
};

/** With its newline; undefined: genuine writes none. */
export const monitorLine = (
  virtual: Virtual,
  identity: string,
  verdict: Verdict,
  date: Date,
  pid: number,
): string | undefined => {
  if (!isWritten(virtual, verdict)) return undefined;
  return `[${dateText(date)}] [${pid}] ${shownIdentity(identity)} [${verdict.state}] ${textOf(virtual, verdict)}\n`;
};
