/** Stamps events, keeps the newest, and tells whoever listens. */
import type { Now } from '../time.js';
import type { HaEvent, Happening, Stamp } from './event.js';

/** So many are kept for those who ask later; each is some 300 bytes. */
const KEPT = 1000;

export interface EventStream {
  /** Takes it in at once; listeners are told a moment later, so that whoever emits never waits for them. */
  readonly emit: (happening: Happening) => void;
  /** The kept events after that number, oldest first. */
  readonly after: (seq: number) => readonly HaEvent[];
  /** Calls for each event from now on; the answer ends it. */
  readonly listen: (hear: (event: HaEvent) => void) => () => void;
  /** Tells what has not been told yet, now. */
  readonly flush: () => void;
}

/**
 * @param who the part of the stamp that stays the same
 * @param now the instant of an event, asked once for each
 * @param soon calls back when the present work is done
 */
export const createEventStream = (
  who: Pick<Stamp, 'node' | 'program' | 'instance' | 'run'>,
  now: () => Now,
  soon: (act: () => void) => void = setImmediate,
  kept = KEPT,
): EventStream => {
  const listeners = new Set<(event: HaEvent) => void>();
  let events: HaEvent[] = [];
  let untold: HaEvent[] = [];
  let seq = 0;
  const flush = (): void => {
    const told = untold;
    untold = [];
    for (const event of told) for (const hear of listeners) hear(event);
  };
  return {
    emit: (happening) => {
      seq += 1;
      const event: HaEvent = { ...who, seq, ...now(), ...happening };
      events.push(event);
      // Cut rarely, so that an event does not cost a copy of all.
      if (events.length >= 2 * kept) events = events.slice(-kept);
      untold.push(event);
      if (untold.length === 1) soon(flush);
    },
    after: (from) => events.slice(-kept).filter((event) => event.seq > from),
    listen: (hear) => {
      // What was emitted before is in the kept events, and is not told twice.
      flush();
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    flush,
  };
};
