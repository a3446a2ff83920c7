/** Runs a program that talks to our own terminal, and waits for its end. */
import { spawn } from 'node:child_process';
import type { Millis } from '../time.js';

/** Resolves when it has ended or, at the limit, has been killed; never rejects. `argv`: absolute path and arguments. */
export const runAttached = (argv: readonly string[], timeout: Millis): Promise<void> =>
  new Promise((resolve) => {
    const [file = '', ...args] = argv;
    const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout, killSignal: 'SIGKILL' });
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
