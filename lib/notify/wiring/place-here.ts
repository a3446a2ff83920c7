/** Wiring: this machine as `ha notify` finds it. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { childLog } from '../../heartbeat/wiring/child-log.js';
import { timerAt } from '../../heartbeat/wiring/engine.js';
import { now } from '../../platform/clock.js';
import { loadSuite } from '../../platform/suite-file.js';
import { notifyCommand } from '../command.js';
import type { NotifyPlace } from '../place.js';
import { sendBy } from './senders.js';

/** Opens the log where one is needed: a program that heartbeat has started has its standard error nowhere. */
const placeHere = async (runs: boolean, complain: (text: string) => void): Promise<NotifyPlace> => {
  const mono = () => now().mono;
  const about = {
    ...{ suite: loadSuite, host: hostname(), mono, at: timerAt(mono), send: sendBy },
    sleep: (time: number, signal: AbortSignal) => sleep(time, undefined, { signal }).catch(() => undefined),
  };
  if (!runs || process.env.HA_CURHOST === undefined)
    return { ...about, log: (priority, text) => complain(`${priority}: ${text}\n`), close: async () => undefined };
  const { log, learn, leaveTerminal, close } = childLog('ha-notify', hostname(), process.env);
  await learn(async () => undefined);
  leaveTerminal();
  return { ...about, log, close };
};

/** `ha notify` on this machine. */
export const notifyHere = notifyCommand(placeHere);
