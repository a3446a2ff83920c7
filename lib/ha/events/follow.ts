/** Follows the daemons of this machine: each event once, however often it is told. */
import { type HaEvent, parseEventLine } from '../../events/event.js';
import type { DaemonName } from '../../platform/daemons.js';
import { type Millis, seconds } from '../../time.js';
import type { World } from '../sub-command.js';

/** How often it is looked whether there are daemons that nobody follows yet. */
const EVERY = seconds(1);

/** One life of one daemon: its events are numbered without gaps. */
const lifeOf = ({ program, instance, run }: HaEvent): string => JSON.stringify([program, instance, run]);

/** Reads lines of daemons; what is no event, or was told before, `past` included, is undefined. */
export const newsReader = (past: readonly HaEvent[]): ((line: string) => HaEvent | undefined) => {
  /** The newest number of each life: whoever is followed anew tells what it has told once more. */
  const told = new Map<string, number>();
  const isNews = (event: HaEvent): boolean => {
    if (event.seq <= (told.get(lifeOf(event)) ?? 0)) return false;
    told.set(lifeOf(event), event.seq);
    return true;
  };
  for (const event of past) isNews(event);
  return (line) => {
    const event = parseEventLine(line);
    return event !== undefined && isNews(event) ? event : undefined;
  };
};

/**
 * Calls `hear` once for every event that is not in `past`, until `signal` is aborted. Each call of the answer follows those
 * daemons that nobody follows yet, also one that has begun anew, and answers with all that are there.
 */
export const createFollower = (
  daemons: World['daemons'],
  past: readonly HaEvent[],
  hear: (event: HaEvent) => void,
  signal: AbortSignal,
): (() => readonly DaemonName[]) => {
  const followed = new Set<string>();
  const read = newsReader(past);
  const take = (line: string): void => {
    const event = read(line);
    if (event !== undefined) hear(event);
  };
  return () => {
    const names = daemons.list();
    if (typeof names === 'string') return [];
    for (const { socket } of names) {
      if (followed.has(socket)) continue;
      followed.add(socket);
      // One that is not there, or has gone, is tried again by the next call.
      void daemons
        .follow(socket, { ask: 'events', after: 0, follow: true }, take, signal)
        .then(() => followed.delete(socket));
    }
    return names;
  };
};

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
  const hearNew = (event: HaEvent): void => {
    if (event.wall >= begun) hear(event);
  };
  const follow = createFollower(daemons, [], hearNew, signal);
  while (!signal.aborted) {
    follow();
    await sleep(EVERY);
  }
};
