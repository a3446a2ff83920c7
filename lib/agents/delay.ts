/** Delay: a resource that only takes time, for tests and to let something settle. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentContext } from './agent.js';
import { OCF } from './exit.js';
import { createOcfStyle, type OcfAction } from './ocf-style.js';
import { isMarked, removeMark, setMark } from './start-mark.js';

/** Seconds, as the genuine agent has them when nothing is said. */
const DEFAULT_START = '20';
const DEFAULT_STOP = '30';
/** What its script puts into the name of the mark then, and for an empty argument also waits. */
const NAMED = '10';

export interface Delays {
  /** Of the mark. */
  readonly name: string;
  /** Seconds as written. */
  readonly start: string;
  readonly stop: string;
}

/** `Delay[::startdelay[::stopdelay]]` */
export const delaysOf = ([start, stop = DEFAULT_STOP]: readonly string[]): Delays => {
  const named = start === undefined || start === '' ? NAMED : start;
  return { name: `Delay_Delay_${named}`, start: start === undefined ? DEFAULT_START : named, stop };
};

/** Digits with at most one point; nothing at all is no delay. */
export const isDelay = (text: string): boolean => /^\d*\.?\d*$/.test(text);

const wait = async (delay: string, { signal }: AgentContext): Promise<void> => {
  await sleep((Number.parseFloat(delay) || 0) * 1000, undefined, { signal });
};

const act = async (action: OcfAction, args: readonly string[], context: AgentContext): Promise<number> => {
  const { name, start, stop } = delaysOf(args);
  const running = await isMarked(name, context);
  if (action !== 'monitor' && running === (action === 'start')) return OCF.success;
  if (!isDelay(start) || !isDelay(stop)) {
    context.log('ERROR', `A delay is a number of seconds, and not ${isDelay(start) ? stop : start}`);
    return OCF.arguments;
  }
  // The genuine script waits for half a minute even when it is only asked; see docs/differences.md.
  if (action === 'monitor') return running ? OCF.success : OCF.notRunning;
  const done = action === 'start' ? await setMark(name, context) : await removeMark(name, context);
  await wait(action === 'start' ? start : stop, context);
  return done ? OCF.success : OCF.permission;
};

export const delay = createOcfStyle({ name: 'Delay', fewest: 0, most: 2, act });
