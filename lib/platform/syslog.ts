/** Sends log lines to syslog: libc's syslog(3), or logger(1) where that cannot be called. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Priority } from '../log.js';
import { findProgram } from './exec.js';
import { loadNative, type Native } from './native.js';

/** Facility codes of syslog(3) under the names that ha.cf and ldirectord.cf use. */
const FACILITIES: Readonly<Record<string, number>> = {
  kern: 0,
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  syslog: 5,
  lpr: 6,
  news: 7,
  uucp: 8,
  cron: 9,
  authpriv: 10,
  ftp: 11,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
};

/** `security` is the old name of auth; `mark` stands in syslog.h for what syslogd itself says, and genuine takes it too. */
const CODES: Readonly<Record<string, number>> = { ...FACILITIES, security: 4, mark: 24 };

const LEVELS: Readonly<Record<Priority, readonly [code: number, name: string]>> = {
  EMERG: [0, 'emerg'],
  ALERT: [1, 'alert'],
  CRIT: [2, 'crit'],
  ERROR: [3, 'err'],
  WARN: [4, 'warning'],
  notice: [5, 'notice'],
  info: [6, 'info'],
  debug: [7, 'debug'],
};

const LOG_PID = 1;
const LOG_NDELAY = 8;

/** The code of a facility by name, e.g. 16 for local0; undefined when there is none of that name. */
export const facilityCode = (name: string): number | undefined => CODES[name.toLowerCase()];

export const isSyslogFacility = (name: string): boolean => Object.hasOwn(CODES, name.toLowerCase());

export interface SyslogOptions {
  /** Print the process id after the ident. */
  readonly pid: boolean;
}

export type Syslog = (priority: Priority, text: string) => void;

/** One record is one line, whatever a peer or a script has put into it. */
const oneLine = (text: string): string => text.replace(/\0/g, '').replace(/[\r\n]+/g, ' ');

/** openlog(3) is one per process: remembers whose it is, and keeps the ident alive that libc points to. */
let opened: { readonly key: string; readonly ident: Buffer } | undefined;

const throughLibc = (native: Native, ident: string, facility: number, options: SyslogOptions): Syslog => {
  const key = `${ident}\0${facility}\0${options.pid}`;
  return (priority, text) => {
    if (opened?.key !== key) {
      const identBytes = Buffer.from(`${ident}\0`);
      native.openlog(identBytes, (options.pid ? LOG_PID : 0) | LOG_NDELAY, facility << 3);
      opened = { key, ident: identBytes };
    }
    native.syslog((facility << 3) | LEVELS[priority][0], oneLine(text));
  };
};

/** Keeps one logger(1) running and writes lines with a `<priority>` prefix to it. */
const throughLogger = (logger: string, ident: string, facility: number, options: SyslogOptions): Syslog => {
  let child: ChildProcess | undefined;
  const start = (): ChildProcess => {
    const tag = options.pid ? [`--id=${process.pid}`] : [];
    const started = spawn(logger, ['--tag', ident, ...tag, '--prio-prefix'], { stdio: ['pipe', 'ignore', 'ignore'] });
    started.on('error', () => undefined);
    started.stdin?.on('error', () => undefined);
    started.once('exit', () => {
      child = undefined;
    });
    started.unref();
    return started;
  };
  return (priority, text) => {
    child ??= start();
    child.stdin?.write(`<${(facility << 3) | LEVELS[priority][0]}>${oneLine(text)}\n`);
  };
};

/**
 * Opens syslog under `ident`. Rejects when the facility is not known or when nothing on this machine can reach syslog;
 * the function it gives never throws and does not wait for the record to arrive.
 */
export const openSyslog = async (ident: string, facility: string, options: SyslogOptions): Promise<Syslog> => {
  const code = CODES[facility.toLowerCase()];
  if (code === undefined) throw new Error(`unknown syslog facility '${facility}'`);
  const native = await loadNative();
  if (native !== undefined) return throughLibc(native, ident, code, options);
  const logger = findProgram('logger');
  if (logger === undefined) throw new Error('no way to syslog: neither the package koffi nor logger(1) is installed');
  return throughLogger(logger, ident, code, options);
};
