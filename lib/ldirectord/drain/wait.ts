/** `ha drain --wait`: looks at the table every second until the server can be stopped. */
import type { World } from '../../ha/sub-command.js';
import { type Millis, millis, seconds } from '../../time.js';
import type { Member } from '../director.js';
import { BEGINNING, connectionsText, type End, type Look, type Seen, seenOf, stepCountdown } from './countdown.js';
import type { DrainTools } from './tools.js';

const INTERVAL = seconds(1);

/** To the beginning of the line, which is then empty. */
const WIPE = '\r\u001b[K';

export interface Waited {
  /** `interrupted`: somebody has had enough. */
  readonly end: End | 'interrupted';
  readonly seen: Seen | undefined;
  /** Why it came to no good end, in words for people; empty when it did. */
  readonly problem: string;
}

export interface WaitOptions {
  readonly members: readonly Member[];
  readonly deadline: Millis | undefined;
  /** Called with the progress: a line that is over, or one that the next may be written over. */
  readonly show: ((line: string) => void) | undefined;
}

const lookAt = async (tools: DrainTools, members: readonly Member[]): Promise<Look> => {
  try {
    return seenOf(await tools.loads(), members);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
};

const problemOf = (end: Waited['end'], said: string, seen: Seen | undefined): string => {
  const left = seen === undefined ? 'its connections are not known' : `${connectionsText(seen.active)} left`;
  switch (end) {
    case 'safe':
      return '';
    case 'late':
      return `the deadline has passed, ${left}: it stays drained`;
    case 'blind':
      return `${said}: it stays drained`;
    case 'interrupted':
      return `interrupted, ${left}: it stays drained`;
  }
};

/** Waits; never rejects. */
export const waitUntilSafe = async (
  { members, deadline, show = () => undefined }: WaitOptions,
  tools: DrainTools,
  interrupted: AbortSignal,
): Promise<Waited> => {
  const begun = tools.now().mono;
  const elapsed = (): Millis => millis(tools.now().mono - begun);
  let countdown = BEGINNING;
  for (;;) {
    const step = stepCountdown(countdown, await lookAt(tools, members), elapsed(), deadline);
    countdown = step.countdown;
    if (step.line !== undefined && step.end !== 'blind') show(step.line);
    const end = step.end ?? (interrupted.aborted ? 'interrupted' : undefined);
    if (end !== undefined)
      return { end, seen: countdown.seen, problem: problemOf(end, countdown.said, countdown.seen) };
    const left = deadline === undefined ? INTERVAL : Math.max(0, deadline - elapsed());
    await tools.sleep(millis(Math.min(INTERVAL, left)), interrupted);
  }
};

/** Shows progress on a terminal as one line that changes, elsewhere line by line; `end` finishes the last one. */
export const progressOn = (
  { print }: Pick<World, 'print'>,
  isTerminal: boolean,
): { readonly show: (line: string) => void; readonly end: () => void } =>
  isTerminal
    ? { show: (line) => print(`${WIPE}${line}`), end: () => print(WIPE) }
    : { show: (line) => print(`${line}\n`), end: () => undefined };
