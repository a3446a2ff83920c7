/** How much of a disk a recording may take, and what goes first. Pure. */

/** More files than this are not kept, however small: a daemon that is started again and again makes many. */
const MOST_FILES = 256;
/** Of its disk a recording takes at most this part, … */
const SHARE = 4;
/** … and this part stays free for the log, at most so many bytes. */
const SPARED = 10;
const MOST_SPARED = 64 << 20;
/** The ring has at least so many files when it is full, so that little is lost with the oldest. */
const FILES = 8;
const SMALLEST_FILE = 4096;

/** Bytes of a disk: all, and those that can still be written. */
export interface Space {
  readonly total: number;
  readonly free: number;
}

export interface RingFile {
  readonly number: number;
  readonly size: number;
}

/** All bytes that the ring may have on that disk. */
export const ringLimit = (size: number, { total }: Space): number => Math.min(size, Math.floor(total / SHARE));

/** So many bytes of steps are in a file, at least. */
export const fileLimit = (ring: number): number => Math.max(SMALLEST_FILE, Math.floor(ring / (2 * FILES)));

/**
 * Whether a file with a beginning of `head` bytes and `rest` bytes of steps is full. The beginning grows with the state: a
 * file is half steps at least, unless the ring is so small that it would fill most of it.
 */
export const isFull = (head: number, rest: number, ring: number): boolean =>
  rest >= fileLimit(ring) && (rest >= head || head + rest >= ring / 2);

export type Plan =
  /** These go, the oldest first; then the bytes may be written. */
  { readonly remove: readonly RingFile[] } | { readonly remove: readonly RingFile[]; readonly refused: string };

/**
 * What has to go before `more` bytes are written to the newest file.
 *
 * @param files in the order of their numbers; the last one is written to and stays
 */
export const makeRoom = (files: readonly RingFile[], more: number, size: number, space: Space): Plan => {
  const limit = ringLimit(size, space);
  const spared = Math.min(Math.floor(space.total / SPARED), MOST_SPARED);
  const newest = (files.at(-1)?.size ?? 0) + more;
  // Nothing could be won by removing the others.
  if (newest > limit) return { remove: [], refused: `${newest} bytes are more than the ${limit} it may have` };
  let sum = files.reduce((all, file) => all + file.size, 0);
  let { free } = space;
  let count = 0;
  const fits = (): boolean => sum + more <= limit && free - more >= spared && files.length - count <= MOST_FILES;
  while (!fits() && count < files.length - 1) {
    const gone = files[count]?.size ?? 0;
    sum -= gone;
    free += gone;
    count += 1;
  }
  const remove = files.slice(0, count);
  // The log needs the disk more than a recording does: what has gone stays gone.
  return fits() ? { remove } : { remove, refused: `only ${Math.max(0, space.free)} bytes are free on its disk` };
};

const NAME = /^heartbeat\.(\d{8})\.flight$/;

/** The file of that number; names sort like numbers. */
export const fileName = (number: number): string => `heartbeat.${String(number).padStart(8, '0')}.flight`;

/** The number of such a file; undefined: it is none. */
export const fileNumber = (name: string): number | undefined => {
  const [, number] = NAME.exec(name) ?? [];
  return number === undefined ? undefined : Number(number);
};
