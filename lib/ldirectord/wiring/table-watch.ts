/** Wiring: reads weights and connections from the table for who asks: not often, and nobody waits for it long. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CountLoads } from '../../ipvs/engines/connections.js';
import type { Log } from '../../log.js';
import { now as clock } from '../../platform/clock.js';
import { errorText } from '../../platform/error-text.js';
import { type Millis, millis, type Now, seconds } from '../../time.js';
import { type LookAtTable, loadsByPlace, unread } from '../loads.js';

/** Nobody is to wait longer for an answer; with nothing known yet it may take a little longer. */
const PATIENCE = { first: seconds(1), next: millis(300) } as const;

/**
 * Looks are a second apart where nobody is content with older ones, or, where one takes long, so far that most of the time
 * none is under way.
 */
const APART = seconds(1);
const SHARE = 10;

export interface TableWatchOptions {
  /** Opens what counts; called until it could be opened once. */
  readonly open: () => Promise<CountLoads>;
  readonly log: Log;
  readonly patience?: { readonly first: Millis; readonly next: Millis };
  readonly now?: () => Now;
}

/**
 * A function that looks at the table, unless that was done lately (by default: in the last second), and answers with what
 * was seen last; never rejects. It reads beside the engine that makes the changes, so that these never wait for it.
 */
export const createTableWatch = ({
  open,
  log,
  patience = PATIENCE,
  now = clock,
}: TableWatchOptions): ((oldest?: Millis) => Promise<LookAtTable>) => {
  let count: CountLoads | undefined;
  let seen: LookAtTable | undefined;
  let looking: Promise<void> | undefined;
  let last: { readonly ended: Millis; readonly took: number } | undefined;
  let said: string | undefined;

  const look = async (): Promise<void> => {
    const begun = now();
    try {
      count ??= await open();
      seen = { at: begun.wall, loads: loadsByPlace(await count()), problem: undefined };
    } catch (error) {
      seen = unread(errorText(error));
    }
    const { problem } = seen;
    if (problem !== undefined && problem !== said) log('WARN', `Connections are not known: ${problem}`);
    said = problem;
    const ended = now().mono;
    last = { ended, took: ended - begun.mono };
  };

  const isDue = (oldest: Millis): boolean =>
    last === undefined || now().mono >= last.ended + Math.max(oldest, SHARE * last.took);

  return async (oldest = APART) => {
    if (looking === undefined && isDue(oldest))
      looking = look().finally(() => {
        looking = undefined;
      });
    if (looking !== undefined) {
      const enough = new AbortController();
      const late = sleep(seen === undefined ? patience.first : patience.next, undefined, {
        signal: enough.signal,
        ref: false,
      }).catch(() => undefined);
      await Promise.race([looking, late]);
      enough.abort();
    }
    return seen ?? unread('they are still being counted');
  };
};
