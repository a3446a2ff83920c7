/** Wiring: the names of a shadow's files, none of which is one of the daemon that keeps the table. */
import { CONTROL_FOLDER } from '../../platform/control-socket.js';
import { JOURNAL_FOLDER } from '../../platform/event-journal.js';

/** `name` is that of the configuration, as in all of these. */
export const shadowPidFile = (name: string): string => `/var/run/ldirectord-shadow.${name}.pid`;

/** Not named as a socket of a daemon, so that nobody takes the shadow for one. */
export const shadowSocket = (name: string): string => `${CONTROL_FOLDER}/shadow-ldirectord-${name}.sock`;

export const shadowJournal = (name: string): string => `${JOURNAL_FOLDER}/shadow-ldirectord-${name}.events`;

/** The log beside the one that the configuration names: `/var/log/ldirectord-shadow.log`; a syslog facility stays. */
export const shadowLogfile = (logfile: string): string =>
  logfile.startsWith('/') ? logfile.replace(/(\.[^./]*)?$/, (end) => `-shadow${end}`) : logfile;
