/** The arithmetic of what a node holds: two independent halves, its own groups and those of the others. */
import type { Holding } from './interface.js';

// heartbeat reference 6.1: none=0, local=1, foreign=2, all=3.
const NAMES: readonly Holding[] = ['none', 'local', 'foreign', 'all'];
const BITS: Readonly<Record<Holding, number>> = { none: 0, local: 1, foreign: 2, all: 3 };

const named = (bits: number): Holding => NAMES[bits & 3] ?? 'none';

/** What either of the two contains. */
export const plus = (one: Holding, other: Holding): Holding => named(BITS[one] | BITS[other]);

/** What is in the first and not in the second. */
export const minus = (from: Holding, taken: Holding): Holding => named(BITS[from] & ~BITS[taken]);

/** What both contain. */
export const common = (one: Holding, other: Holding): Holding => named(BITS[one] & BITS[other]);

/** Whether every part of `part` is in `whole`. */
export const contains = (whole: Holding, part: Holding): boolean => (BITS[whole] & BITS[part]) === BITS[part];

/** The same groups seen from the other node: what is local here is foreign there. */
export const mirrored = (held: Holding): Holding => named(((BITS[held] & 1) << 1) | (BITS[held] >> 1));

/** Reads a word from the wire; undefined when it is none of the four. */
export const parseHolding = (word: string | undefined): Holding | undefined => NAMES.find((name) => name === word);
