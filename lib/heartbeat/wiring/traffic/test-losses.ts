/** Reads the test hook's file at the start and at SIGHUP, and draws for each packet (heartbeat reference 11.4). */
import { readFileSync } from 'node:fs';
import type { Log } from '../../../log.js';
import { type Message, text } from '../../wire/message.js';
import { isTestHookOn, losesReceived, losesSent, noTestHook, parseTestHook, testHookLines } from './test-hook.js';

export const ONLY_FOR_TESTING = '/etc/ha.d/OnlyForTesting';

export interface TestLosses {
  /** Reads the file again. */
  readonly read: () => void;
  readonly losesReceived: (message: Message) => boolean;
  /** Drawn anew for each medium, as genuine does. */
  readonly losesSent: () => boolean;
}

const contentOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
};

export const createTestLosses = (log: Log, path = ONLY_FOR_TESTING, random = Math.random): TestLosses => {
  let hook = noTestHook;
  return {
    read: () => {
      const content = contentOf(path);
      const parsed = content === undefined ? undefined : parseTestHook(content);
      for (const line of testHookLines(hook, parsed)) log('info', line);
      for (const line of parsed?.unknown ?? []) log('WARN', `${path}: this line is ignored: ${line}`);
      hook = parsed?.hook ?? noTestHook;
    },
    losesReceived: (message) => isTestHookOn(hook) && losesReceived(hook, text(message, 'src'), random()),
    losesSent: () => isTestHookOn(hook) && losesSent(hook, random()),
  };
};
