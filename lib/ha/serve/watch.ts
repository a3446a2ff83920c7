/** Follows the daemons for those who look at the page: asks what is, hears what happens, and tells who wants to know. */
import type { HaEvent } from '../../events/event.js';
import { type Millis, millis, seconds } from '../../time.js';
import { createFollower } from '../events/follow.js';
import { type Asker, look } from '../status/look.js';
import type { MachineStatus } from '../status/status.js';
import { type Lateness, type Memory, remember, sampled, statusAt } from './memory.js';
import { countKey } from './metrics.js';
import { SHOWN_EVENTS } from './page.js';
import type { View } from './view.js';

/** Nobody is asked more often, except after an event. */
const EVERY = seconds(1);
/** A daemon that hangs must not keep the others from being shown. */
const PATIENCE = seconds(3);
/** A storm of events does not become a storm of questions. */
const BREATH = millis(200);

export interface WatchNews {
  /** All daemons have been asked. */
  readonly onLook: () => void;
  readonly onEvent: (event: HaEvent) => void;
}

export interface Watch {
  /** What is known, with the ages of now. */
  readonly view: () => View;
  readonly counts: () => ReadonlyMap<string, number>;
  /** Changes with every look, and while none comes with every second: what was rendered in the same turn may be shown again. */
  readonly turn: () => string;
  readonly close: () => void;
}

/** The newest events in the order in which they happened. */
const withEvent = (events: readonly HaEvent[], event: HaEvent): readonly HaEvent[] =>
  [...events, event].toSorted((a, b) => a.wall - b.wall || a.seq - b.seq).slice(-SHOWN_EVENTS);

/** Begins at once; resolves after the first look, and goes on until it is closed. `every`: from one look to the next. */
export const startWatch = async (
  { daemons, wall, read }: Asker,
  { onLook, onEvent }: WatchNews,
  every: Millis = EVERY,
): Promise<Watch> => {
  const begun = wall();
  const enough = new AbortController();
  const counts = new Map<string, number>();
  let events: readonly HaEvent[] = daemons.past().slice(-SHOWN_EVENTS);
  let memory: Memory | undefined;
  let lateness: Lateness = new Map();
  let turn = 0;
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let wanted = false;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const hear = (event: HaEvent): void => {
    events = withEvent(events, event);
    if (event.wall < begun) return;
    const key = countKey(event);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    onEvent(event);
    lookSoon();
  };
  const follow = createFollower(daemons, events, hear, enough.signal);

  const lookNow = async (): Promise<void> => {
    looking = true;
    wanted = false;
    lookedAt = wall();
    const left = follow().flatMap(({ program, instance }) => (program === 'ldirectord' ? [instance] : []));
    const now = await look({
      daemons: { ...daemons, ask: (socket, question) => daemons.ask(socket, question, PATIENCE) },
      wall,
      read,
    });
    looking = false;
    if (enough.signal.aborted) return;
    memory = remember(memory, now, left);
    if (now.heartbeat.snapshot !== null) lateness = sampled(lateness, now.heartbeat.snapshot);
    turn += 1;
    onLook();
    schedule(wanted ? BREATH : every);
  };

  const schedule = (wait: number): void => {
    clearTimeout(timer);
    if (!enough.signal.aborted) timer = setTimeout(() => void lookNow(), wait);
  };

  const lookSoon = (): void => {
    if (wanted) return;
    wanted = true;
    if (!looking) schedule(Math.min(BREATH, Math.max(0, BREATH - (wall() - lookedAt))));
  };

  const view = (): View => {
    const at = wall();
    const status: MachineStatus =
      memory === undefined
        ? statusAt(
            { heartbeat: { heard: { snapshot: null, problem: 'not asked yet' }, silent: true }, directors: [] },
            at,
          )
        : statusAt(memory, at);
    return { status, events, lateness };
  };

  await lookNow();
  return {
    view,
    counts: () => counts,
    turn: () => `${turn} ${Math.floor((wall() - lookedAt) / EVERY)}`,
    close: () => {
      enough.abort();
      clearTimeout(timer);
    },
  };
};
