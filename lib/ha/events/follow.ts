/** Follows all daemons of this machine, those too that begin later or begin again. */
import { type HaEvent, parseEventLine } from '../../events/event.js';
import { type Millis, seconds } from '../../time.js';
import type { World } from '../sub-command.js';

/** How often it is looked whether there are daemons that nobody follows yet. */
const EVERY = seconds(1);

/**
 * Calls `hear` once for every event from now on, until `signal` is aborted; resolves then.
 *
 * @param sleep resolves after that time, or when the signal is aborted
 */
export const followAll = async (
  { daemons, wall }: Pick<World, 'daemons' | 'wall'>,
  hear: (event: HaEvent) => void,
  signal: AbortSignal,
  sleep: (time: Millis) => Promise<void>,
): Promise<void> => {
  const begun = wall();
  const followed = new Set<string>();
  /** The newest number of each life that was heard: a daemon that is followed anew tells its past again. */
  const heard = new Map<string, number>();
  const take = (line: string): void => {
    const event = parseEventLine(line);
    if (event === undefined || event.wall < begun) return;
    const life = `${event.program} ${event.instance} ${event.run}`;
    if (event.seq <= (heard.get(life) ?? 0)) return;
    heard.set(life, event.seq);
    hear(event);
  };
  while (!signal.aborted) {
    const names = daemons.list();
    for (const { socket } of typeof names === 'string' ? [] : names) {
      if (followed.has(socket)) continue;
      followed.add(socket);
      void daemons
        .follow(socket, { ask: 'events', after: 0, follow: true }, take, signal)
        .then(() => followed.delete(socket));
    }
    await sleep(EVERY);
  }
};
