/** How Filesystem unmounts: what is mounted below goes first, and whoever uses it is ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine, signalProcess } from '../platform/processes.js';
import type { AgentContext } from './agent.js';
import { OCF } from './exit.js';
import { usersOf } from './file-users.js';
import { isMounted, type Mount } from './mount-table.js';
import { tool } from './tool.js';

/** So many times, a second apart, each signal is tried. */
const ATTEMPTS = 10;

/** Mounts may lie on each other in one folder. */
const MAX_LAYERS = 50;

export interface Unmounting {
  readonly readMounts: () => Promise<readonly Mount[]>;
  readonly force: boolean;
}

/** Unmounts every layer as far as it goes. Answers undefined when nothing is mounted there any more, otherwise why not. */
const peel = async (
  folder: string,
  { readMounts, force }: Unmounting,
  context: AgentContext,
): Promise<string | undefined> => {
  for (let layer = 0; layer < MAX_LAYERS && isMounted(await readMounts(), folder); layer += 1) {
    const { failed } = await tool('umount', [...(force ? ['-f'] : []), folder], context);
    if (failed !== undefined && isMounted(await readMounts(), folder)) return failed;
  }
  return isMounted(await readMounts(), folder) ? `${folder} is still mounted` : undefined;
};

const endUsers = async (folder: string, signal: NodeJS.Signals, context: AgentContext): Promise<void> => {
  const { log } = context;
  const users = await usersOf(folder, context);
  if (users.length === 0) log('info', `No processes on ${folder} were signalled`);
  for (const pid of users) {
    log('info', `sending signal ${signal.slice(3)} to: ${pid} ${await commandLine(pid)}`);
    const failed = signalProcess(pid, signal);
    if (failed !== undefined) log('WARN', `signal ${signal.slice(3)} to ${pid}: ${failed}`);
  }
};

/** Unmounts one folder. Answers a code. */
export const unmount = async (folder: string, how: Unmounting, context: AgentContext): Promise<number> => {
  const { log, signal } = context;
  log('info', `Trying to unmount ${folder}`);
  for (const ending of ['SIGTERM', 'SIGKILL'] as const) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const failed = await peel(folder, how, context);
      if (failed === undefined) {
        log('info', `unmounted ${folder} successfully`);
        return OCF.success;
      }
      log('ERROR', `Couldn't unmount ${folder}; trying cleanup with ${ending.slice(3)}: ${failed}`);
      await endUsers(folder, ending, context);
      await sleep(1000, undefined, { signal });
    }
  }
  log('ERROR', `Couldn't unmount ${folder}, giving up!`);
  return OCF.generic;
};
