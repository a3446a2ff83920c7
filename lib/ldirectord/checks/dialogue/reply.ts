/** Numbered replies of one or several lines, as smtp and ftp give them. */
import { type Dialogue, hear } from './dialogue.js';

export interface Reply {
  /** 0 when the answer does not begin with a number. */
  readonly code: number;
  /** The last line: that with the final number. */
  readonly line: string;
}

/** First digit of the code: 1 preliminary, 2 done, 3 go on, 4 not now, 5 no. */
export const kindOf = ({ code }: Reply): number => Math.floor(code / 100);

/**
 * Reads one reply. `220-` announces further lines. In ftp (RFC 959 4.2) they end with the same number and may hold
 * anything in between; in smtp every line is numbered, and a line that is not ends the reply as no answer at all.
 */
export function* reply(endsWith: 'same number' | 'any number'): Dialogue<Reply> {
  const first = yield* hear();
  const number = /^\d{3}/.exec(first)?.[0];
  if (number === undefined) return { code: 0, line: first };
  let line = first;
  let more = first[3] === '-';
  while (more) {
    line = yield* hear();
    if (endsWith === 'same number') more = !line.startsWith(number) || line[3] === '-';
    else if (/^\d{3}/.test(line)) more = line[3] === '-';
    else return { code: 0, line };
  }
  return { code: Number(line.slice(0, 3)), line };
}
