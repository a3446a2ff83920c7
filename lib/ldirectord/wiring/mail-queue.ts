/** Wiring: sends mails in the background, one after the other for each way out, never more than a few hundred waiting. */
import type { Log } from '../../log.js';
import type { Millis } from '../../time.js';

/** Tries to send; resolves with the log line of its failure. Must end by itself. */
export type Send = () => Promise<string | undefined>;

export interface MailQueue {
  /** `way`: mails with the same one keep their order, and one that is slow holds up no other. */
  readonly post: (way: string, send: Send) => void;
  /** Resolves when everything has been sent or has failed, or at the limit, with how many were left. */
  readonly drained: (limit: Millis) => Promise<number>;
}

/** A thousand real servers that fail at once are a thousand mails. */
export const MAX_WAITING = 1000;

export const createMailQueue = (log: Log): MailQueue => {
  const ways = new Map<string, Send[]>();
  const working = new Set<Promise<void>>();
  let waiting = 0;
  let dropped = 0;

  const work = async (way: string, queue: Send[]): Promise<void> => {
    for (let send = queue[0]; send !== undefined; send = queue[0]) {
      const trouble = await send().catch((error: unknown) => String(error));
      if (trouble !== undefined) log('ERROR', trouble);
      queue.shift();
      waiting -= 1;
    }
    ways.delete(way);
    if (dropped === 0) return;
    log('ERROR', `${dropped} mails were not sent: ${MAX_WAITING} others were waiting`);
    dropped = 0;
  };

  return {
    post: (way, send) => {
      if (waiting >= MAX_WAITING) {
        dropped += 1;
        return;
      }
      waiting += 1;
      const queue = ways.get(way);
      if (queue !== undefined) {
        queue.push(send);
        return;
      }
      const fresh = [send];
      ways.set(way, fresh);
      const job: Promise<void> = work(way, fresh).finally(() => working.delete(job));
      working.add(job);
    },
    drained: async (limit) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limit);
      });
      await Promise.race([Promise.all(working), late]);
      clearTimeout(timer);
      return waiting;
    },
  };
};
