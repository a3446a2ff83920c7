/** The commands that talk about, or to, the running daemon: -s, -k and -r (heartbeat reference 8.1, 8.2). */
import { errorCode } from '../../../platform/error-code.js';
import type { Millis } from '../../../time.js';
import { FAILED, NOT_PERMITTED } from './exit-codes.js';
import type { RunState } from './running.js';

/** What a command prints and how it exits. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const said = (code: number, stdout: string, stderr = ''): Said => ({ stdout, stderr, code });

/** `-s`; `host` is `uname -n` in lower case, `node` the name in the cluster. */
export const statusText = (run: RunState, host: string, node: string): Said => {
  switch (run.state) {
    case 'running':
      return said(0, `heartbeat OK [pid ${run.pid} et al] is running on ${host} [${node}]...\n`);
    case 'stale':
      return said(1, 'heartbeat is stopped. No process\n');
    case 'none':
      return said(3, 'heartbeat is stopped. No process\n');
  }
};

/** How a process is signalled and watched. */
export interface ProcessControl {
  readonly runState: () => RunState;
  /** Throws with the system's code. */
  readonly signal: (pid: number, signal: NodeJS.Signals) => void;
  readonly sleep: (duration: Millis) => Promise<void>;
}

/** Gone processes are noticed after this long. */
const POLL = 100 as Millis;

/** Genuine prints the system's reason behind a blank (seen beside it: the only one that happens is EPERM). */
const couldNotKill = (pid: number, code: unknown): Said =>
  code === 'EPERM'
    ? said(NOT_PERMITTED, '', `ERROR: Could not kill pid ${pid} : Operation not permitted\n`)
    : said(FAILED, '', `ERROR: Could not kill pid ${pid} : ${String(code)}\n`);

/** `-k`: asks for a graceful stop and waits for its end, however long that takes. */
export const stopCommand = async (control: ProcessControl): Promise<Said> => {
  const run = control.runState();
  if (run.state !== 'running') return said(0, '', 'INFO: Heartbeat already stopped.\n');
  try {
    control.signal(run.pid, 'SIGTERM');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ESRCH') return said(0, '');
    return couldNotKill(run.pid, code);
  }
  for (;;) {
    const left = control.runState();
    if (left.state !== 'running' || left.pid !== run.pid) return said(0, '');
    await control.sleep(POLL);
  }
};

/** What `-r` says at its end, with the exit code of the configuration check. */
export const reloadConclusion = (pid: number, configCode: number): string =>
  configCode === 0
    ? `Signalling heartbeat pid ${pid} to reread config files`
    : `Config errors: Heartbeat pid ${pid} NOT restarted`;

/**
 * `-r` with a running daemon: signals it when the configuration is good.
 *
 * @param configCode exit code of the configuration check, 0 when it is good
 * @param line makes a log line of a text, with its newline
 */
export const reloadCommand = (
  control: ProcessControl,
  pid: number,
  configCode: number,
  line: (text: string) => string,
): Said => {
  if (configCode !== 0) {
    return said(configCode === NOT_PERMITTED ? NOT_PERMITTED : FAILED, '', line(reloadConclusion(pid, configCode)));
  }
  try {
    control.signal(pid, 'SIGHUP');
  } catch (error) {
    return couldNotKill(pid, errorCode(error));
  }
  return said(0, '', line(reloadConclusion(pid, configCode)));
};
