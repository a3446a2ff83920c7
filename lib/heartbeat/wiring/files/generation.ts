/** The generation number: one more at every start, never going back (heartbeat reference 1.2). */
import type { Millis } from '../../../time.js';

/** 16 bytes: decimal, right-justified in 15 columns, and a newline. */
export const generationText = (generation: number): string => `${String(generation).padStart(15)}\n`;

/** The number in a generation file; undefined when it holds none. */
export const parseGeneration = (text: string): number | undefined => {
  const word = text.trim();
  return /^\d{1,15}$/.test(word) && Number(word) > 0 ? Number(word) : undefined;
};

export interface NextGeneration {
  readonly generation: number;
  /** Genuine wording, to be logged as a warning; undefined in the normal case. */
  readonly warning: string | undefined;
}

/**
 * The generation for this start. Without a usable previous one, and with `hbgenmethod time`, the Unix time serves, which
 * peers that remember us accept because it is larger than any count of starts.
 *
 * @param previous content of the generation file, undefined when it cannot be read
 */
export const nextGeneration = (previous: string | undefined, method: 'file' | 'time', wall: Millis): NextGeneration => {
  const unixTime = Math.floor(wall / 1000);
  const known = previous === undefined ? undefined : parseGeneration(previous);
  if (known !== undefined) {
    // Genuine takes the bare time here and can go back when the clock does; a peer would call that a replay.
    return { generation: method === 'time' ? Math.max(unixTime, known + 1) : known + 1, warning: undefined };
  }
  const generation = unixTime + 1;
  if (method === 'time') return { generation, warning: undefined };
  // Genuine restarts from 1 after a broken file and logs another number (heartbeat reference 1.2: a bug).
  const found = previous === undefined ? 'No Previous' : 'BROKEN previous';
  return { generation, warning: `${found} generation - starting at ${generation}` };
};
