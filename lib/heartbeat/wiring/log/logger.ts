/** Sends every log line where ha.cf wants it: log file, debug file, syslog, and standard error while starting. */
import type { Log, Priority } from '../../../log.js';
import { now } from '../../../platform/clock.js';
import { type LogFile, openLogFile } from '../../../platform/log-file.js';
import { type Millis, millis, seconds } from '../../../time.js';
import { type LineSource, plainStyleLine, syslogStyleLine, syslogText } from './log-lines.js';

/** Takes a line for syslog; must not throw. */
export type SyslogSink = (priority: Priority, text: string) => void;

export interface LoggerTargets {
  readonly logfile: string | undefined;
  readonly debugfile: string | undefined;
  readonly syslogFormat: boolean;
  readonly syslog: SyslogSink | undefined;
  /** Hears of a log file that cannot be written, when `syslog` does not. */
  readonly elsewhere?: SyslogSink | undefined;
  /** Whose the files are made. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
}

export interface Logger {
  readonly log: Log;
  /** Writes lines in the name of another process, such as a program that has just been started. */
  readonly as: (pid: number) => Log;
  /** Takes a line that has its own form, such as those of resource scripts; `text` is what syslog gets. */
  readonly line: (priority: Priority, line: string, text: string) => void;
  /** From here on lines go to these targets, and to those of an earlier call no more; the lines logged before the first call are written there first. */
  readonly direct: (targets: LoggerTargets) => void;
  /** Where lines are shown to a person, in the default format; undefined: nowhere any more. */
  readonly show: (sink: ((line: string, priority: Priority) => void) | undefined) => void;
  readonly setDebug: (level: number) => void;
  readonly debugLevel: () => number;
  /** Resolves when everything logged so far is on disk, or after `limit`. */
  readonly drained: (limit: Millis) => Promise<void>;
  readonly closeNow: () => void;
}

interface Entry {
  readonly wall: Millis;
  readonly priority: Priority;
  readonly text: string;
  /** The process it is about, when that is not the daemon. */
  readonly pid?: number;
  /** The whole line for the files, when it is not of the daemon's own form. */
  readonly line?: string;
}

/** Lines kept until `direct` says where they go. */
const MAX_EARLY = 1000;

/**
 * A logger that holds its lines until it is told where they go. `log` only queues: formatting and writing happen after
 * the events of this turn of the loop have been acted upon, so that no take-over waits for a log line.
 */
export const createLogger = (source: LineSource): Logger => {
  let targets: LoggerTargets | undefined;
  let files: { readonly log?: LogFile; readonly debug?: LogFile } = {};
  let shown: ((line: string, priority: Priority) => void) | undefined;
  let debug = 0;
  let queue: Entry[] = [];
  let early: Entry[] = [];
  let scheduled = false;

  /** About a log file: in the other one, and in syslog whether it is a target or not. */
  const tell = (priority: Priority, text: string): void => {
    log(priority, text);
    if (targets?.syslog === undefined) targets?.elsewhere?.(priority, syslogText(source, priority, text));
  };

  const openFile = (path: string | undefined): LogFile | undefined => {
    if (path === undefined || path === '/dev/null') return undefined;
    return openLogFile({
      path,
      rotationCheck: seconds(60),
      mono: () => now().mono,
      lostLine: (count) => `${format({ wall: now().wall, priority: 'WARN', text: `${count} log lines were lost` })}\n`,
      owner: targets?.owner,
      onTrouble: (why) => tell('ERROR', `nothing can be logged to ${path}: ${why}`),
      onRelief: () => tell('info', `${path} can be logged to again`),
      // heartbeat reference 9.4
      onRotated: () => log('info', `log-rotate detected on logfile ${path}`),
    });
  };

  const sourceOf = ({ pid }: Entry): LineSource => (pid === undefined ? source : { ...source, pid });
  const format = (entry: Entry): string =>
    entry.line ??
    (targets?.syslogFormat === false ? plainStyleLine : syslogStyleLine)(
      sourceOf(entry),
      entry.wall,
      entry.priority,
      entry.text,
    );

  const emit = (entries: readonly Entry[]): void => {
    if (entries.length === 0) return;
    const lines = entries.map((entry) => `${format(entry)}\n`);
    // heartbeat reference 9.4: the log file gets everything except debug, the debug file everything.
    files.log?.write(lines.filter((_, index) => entries[index]?.priority !== 'debug').join(''));
    files.debug?.write(lines.join(''));
    for (const entry of entries) {
      const text = entry.line === undefined ? syslogText(sourceOf(entry), entry.priority, entry.text) : entry.text;
      targets?.syslog?.(entry.priority, text);
    }
  };

  const flush = (): void => {
    scheduled = false;
    const entries = queue;
    queue = [];
    for (const entry of entries) {
      shown?.(entry.line ?? syslogStyleLine(sourceOf(entry), entry.wall, entry.priority, entry.text), entry.priority);
    }
    if (targets === undefined) early = [...early, ...entries].slice(-MAX_EARLY);
    else emit(entries);
  };

  const enqueue = (entry: Omit<Entry, 'wall'>): void => {
    if (entry.priority === 'debug' && debug === 0) return;
    queue.push({ wall: now().wall, ...entry });
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  const log: Log = (priority, text) => enqueue({ priority, text });

  return {
    log,
    as: (pid) => (priority, text) => enqueue({ priority, text, pid }),
    line: (priority, line, text) => enqueue({ priority, line, text }),
    direct: (wanted) => {
      if (targets !== undefined) {
        // What was logged before goes where it was meant to go.
        flush();
        for (const file of [files.log, files.debug]) void file?.drained().then(() => file.closeNow());
      }
      flush();
      void files.log?.close();
      void files.debug?.close();
      targets = wanted;
      const logFile = openFile(wanted.logfile);
      const debugFile = openFile(wanted.debugfile);
      files = {
        ...(logFile === undefined ? {} : { log: logFile }),
        ...(debugFile === undefined ? {} : { debug: debugFile }),
      };
      const held = early;
      early = [];
      emit(held);
    },
    show: (sink) => {
      flush();
      shown = sink;
    },
    setDebug: (level) => {
      debug = Math.min(255, Math.max(0, level));
    },
    debugLevel: () => debug,
    drained: async (limit) => {
      flush();
      const written = Promise.all([files.log?.drained(), files.debug?.drained()]);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limit);
      });
      await Promise.race([written, late]);
      clearTimeout(timer);
    },
    closeNow: () => {
      flush();
      files.log?.closeNow();
      files.debug?.closeNow();
    },
  };
};

/** The longest a leaving daemon waits for its log files. */
export const LAST_WORDS = millis(2000);
