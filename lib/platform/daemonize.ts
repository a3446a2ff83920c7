/** Starts this program once more as a daemon and waits until it says that it is up, or why it is not. */
import { spawn } from 'node:child_process';
import type { Millis } from '../time.js';

/** Marks the detached process; taken out of its environment when read, so that no script inherits it. */
const MARK = 'HA_SUITE_DETACHED';

export interface DetachOptions {
  /** Command line of the new process, after the script. */
  readonly args: readonly string[];
  /** Options for node itself, such as `--max-semi-space-size=2`. */
  readonly nodeArgs?: readonly string[];
  /** The complete environment; absent: our own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How long the new process may take until it reports; it is then ended. */
  readonly timeout: Millis;
  /** Called for every line the new process says before it is up (`reportLine`). */
  readonly onLine?: (text: string) => void;
  /** The script to run; absent: the one running now. */
  readonly script?: string;
}

export type DetachResult =
  | { readonly ready: true; readonly pid: number }
  | { readonly ready: false; readonly messages: readonly string[]; readonly code: number };

type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'failure'; readonly messages: readonly string[]; readonly code: number };

const isReport = (value: unknown): value is Report =>
  typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';

/**
 * Spawns the script anew in its own session, in `/`, with standard input and output on /dev/null, and resolves when it
 * has called `reportReady` (it lives on by itself), `reportFailure`, has died, or has not reported in time. Never
 * rejects. What it printed on standard error before it died without a report becomes the messages.
 */
export const startDetached = (options: DetachOptions): Promise<DetachResult> =>
  new Promise((resolve) => {
    const script = options.script ?? process.argv[1] ?? '';
    const child = spawn(process.execPath, [...process.execArgv, ...(options.nodeArgs ?? []), script, ...options.args], {
      detached: true,
      cwd: '/',
      env: { ...(options.env ?? process.env), [MARK]: '1' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let stderr = '';
    let settled = false;
    const settle = (result: DetachResult): void => {
      if (settled) return;
      settled = true;
      clearTimeout(deadline);
      if (child.connected) child.disconnect();
      child.stderr?.destroy();
      child.unref();
      resolve(result);
    };
    const deadline = setTimeout(() => {
      child.kill('SIGTERM');
      settle({ ready: false, messages: [`not up after ${options.timeout} ms, ended`], code: 1 });
    }, options.timeout);
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      if (stderr.length < 65_536) stderr += chunk;
    });
    child.on('message', (value: unknown) => {
      if (!isReport(value)) return;
      if (value.kind === 'line') options.onLine?.(value.text);
      else if (value.kind === 'ready') settle({ ready: true, pid: child.pid ?? 0 });
      else settle({ ready: false, messages: value.messages, code: value.code });
    });
    child.once('error', (error) => settle({ ready: false, messages: [error.message], code: 1 }));
    // `close` comes after the last message and the last byte of standard error.
    child.once('close', (code, signal) => {
      const lines = stderr.split('\n').filter((line) => line !== '');
      const messages = lines.length > 0 ? lines : [signal === null ? 'ended early' : `killed by ${signal}`];
      settle({ ready: false, messages, code: code === null || code === 0 ? 1 : code });
    });
  });

let detached: boolean | undefined;

/** Whether this process was started by `startDetached`. */
export const isDetached = (): boolean => {
  if (detached === undefined) {
    detached = process.env[MARK] !== undefined && process.send !== undefined;
    delete process.env[MARK];
    // The starter goes away and closes our standard error: a later write there must not end the daemon.
    if (detached) process.stderr.on('error', () => {});
  }
  return detached;
};

/** Sends a report when the starter still listens; resolves when it is out. */
const report = (value: Report): Promise<void> =>
  new Promise((resolve) => {
    if (!isDetached() || process.send === undefined || !process.connected) resolve();
    else process.send(value, undefined, undefined, () => resolve());
  });

/** Ends the conversation with the starter, which may be gone already. */
const hangUp = (): void => {
  if (process.connected) process.disconnect();
};

/** Hands one line to the starter, which shows it to the person who waits. Does nothing once up or not detached. */
export const reportLine = (text: string): void => {
  void report({ kind: 'line', text });
};

/** Tells the starter that the daemon is up; from here on it stands alone. Does nothing when not detached. */
export const reportReady = async (): Promise<void> => {
  await report({ kind: 'ready' });
  hangUp();
};

/** Tells the starter why the daemon could not come up and with which code to exit. The caller exits afterwards. */
export const reportFailure = async (messages: readonly string[], code: number): Promise<void> => {
  await report({ kind: 'failure', messages, code });
  hangUp();
};
