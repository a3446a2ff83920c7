/** Cuts what a server sends into lines, without ever keeping more than a fixed amount of any of them. */

/** What is kept of a line; its rest is thrown away. */
export const MAX_LINE = 1 << 16;

export interface LineBuffer {
  readonly push: (chunk: Buffer) => void;
  /** The next complete line with its line end (a line that was too long has lost it); undefined: none yet. */
  readonly line: () => string | undefined;
  /** Everything that has come and was not taken as a line; empty: nothing. */
  readonly rest: () => string;
}

const NEWLINE = 10;

/** Text is bytes, one character each (latin1), so that invalid UTF-8 is nothing special. */
export const createLineBuffer = (): LineBuffer => {
  let lines: string[] = [];
  let taken = 0;
  let partial = '';
  const keep = (part: Buffer): void => {
    const room = MAX_LINE - partial.length;
    if (room > 0) partial += part.toString('latin1', 0, Math.min(room, part.length));
  };
  return {
    push: (chunk) => {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        keep(chunk.subarray(start, end + 1));
        lines.push(partial);
        partial = '';
        start = end + 1;
      }
      keep(chunk.subarray(start));
    },
    line: () => {
      const next = lines[taken];
      if (next === undefined) return undefined;
      taken += 1;
      if (taken === lines.length) {
        lines = [];
        taken = 0;
      }
      return next;
    },
    rest: () => {
      const all = lines.slice(taken).join('') + partial;
      lines = [];
      taken = 0;
      partial = '';
      return all;
    },
  };
};
