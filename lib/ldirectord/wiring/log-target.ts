/** Wiring: where ldirectord's log goes — file, syslog, standard output or standard error (ldirectord reference 5.5). */
import { appendFileSync } from 'node:fs';
import type { Log } from '../../log.js';
import { debugLines, fileLine, supervisedLine } from '../cli/log-line.js';

/** Where the log goes while nothing else is known, e.g. before the configuration has been found. */
export const DEFAULT_LOGFILE = '/var/log/ldirectord.log';

export type LogMode = 'debug' | 'supervised' | 'normal';

export interface LogTarget {
  readonly log: Log;
  /** Resolves when everything has been written. */
  readonly flush: () => Promise<void>;
}

const nothingToFlush = (): Promise<void> => Promise.resolve();

/** A full disk or a missing folder costs the line its place, never the program: then it goes to standard error. */
const appendLine = (path: string, line: string): void => {
  try {
    appendFileSync(path, line);
  } catch {
    process.stderr.write(line);
  }
};

/**
 * Opens the log. Debug lines are shown with -d only.
 *
 * A file is opened anew for each line, so that rotation by renaming needs no signal. `logfile` without a leading slash
 * is a syslog facility; when syslog cannot be reached the program goes on with a message on standard error.
 */
export const openLog = async (mode: LogMode, logfile: string, configName: string): Promise<LogTarget> => {
  if (mode === 'debug')
    return {
      log: (priority, text) => process.stderr.write(priority === 'debug' ? `DEBUG2: ${text}\n` : debugLines(text)),
      flush: nothingToFlush,
    };
  if (mode === 'supervised')
    return {
      log: (priority, text) => {
        if (priority !== 'debug') process.stdout.write(supervisedLine(text, new Date()));
      },
      flush: nothingToFlush,
    };
  if (logfile.startsWith('/'))
    return {
      log: (priority, text) => {
        if (priority !== 'debug') appendLine(logfile, fileLine(text, new Date(), configName, process.pid));
      },
      flush: nothingToFlush,
    };
  try {
    const { openSyslog } = await import('../../platform/syslog.js');
    const syslog = await openSyslog('ldirectord', logfile, { pid: true });
    return {
      // Genuine sends everything at level info.
      log: (priority, text) => {
        if (priority !== 'debug') syslog('info', text);
      },
      flush: nothingToFlush,
    };
  } catch (error) {
    process.stderr.write(`cannot log to syslog: ${error instanceof Error ? error.message : String(error)}\n`);
    return { log: () => undefined, flush: nothingToFlush };
  }
};
