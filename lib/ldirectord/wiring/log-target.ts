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

/** Keeps nothing. */
export const SILENT: LogTarget = { log: () => undefined, flush: nothingToFlush };

/** Writers whose lines have to be on the disk before the process ends, however it ends. */
const unwritten = new Set<() => void>();
process.on('exit', () => {
  for (const write of unwritten) write();
});

/**
 * Appends lines to a file that is opened anew for each write. All lines of one turn of the event loop are one write:
 * when ten thousand servers fail together, their lines must not hold up the checks. A full disk or a missing folder costs
 * the lines their place, never the program: then they go to standard error.
 */
const appender = (path: string, lostLine: (count: number) => string) => {
  let waiting = '';
  let lost = 0;
  const write = (): void => {
    const lines = waiting;
    waiting = '';
    unwritten.delete(write);
    if (lines === '') return;
    try {
      appendFileSync(path, lines);
    } catch {
      lost += lines.split('\n').length - 1;
      process.stderr.write(lines);
      return;
    }
    if (lost > 0) {
      const count = lost;
      lost = 0;
      add(lostLine(count));
    }
  };
  const add = (line: string): void => {
    if (waiting === '') {
      setImmediate(write);
      unwritten.add(write);
    }
    waiting += line;
  };
  return { add, write };
};

/**
 * Opens the log. Debug lines are shown with -d only.
 *
 * A file is opened anew for each line, so that rotation by renaming needs no signal. `logfile` without a leading slash
 * is a syslog facility, to which lines go as those of `ident`; when syslog cannot be reached the program goes on with a message on standard error.
 */
export const openLog = async (
  mode: LogMode,
  logfile: string,
  configName: string,
  ident = 'ldirectord',
): Promise<LogTarget> => {
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
  if (logfile.startsWith('/')) {
    const lineOf = (text: string): string => fileLine(text, new Date(), configName, process.pid);
    const { add, write } = appender(logfile, (count) => lineOf(`${count} lines could not be written to ${logfile}`));
    return {
      log: (priority, text) => {
        if (priority !== 'debug') add(lineOf(text));
      },
      flush: async () => write(),
    };
  }
  try {
    const { openSyslog } = await import('../../platform/syslog.js');
    const syslog = await openSyslog(ident, logfile, { pid: true });
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
