/** Where keys stand in authkeys, for findings that must not show the keys. */
import type { Position } from '../config/diagnostic.js';
import { place, sourceOf } from '../config/source.js';

/** Where the key of each number stands; the last line with a number counts. */
export const keyPlacesIn = (text: string, file: string): ReadonlyMap<number, Position> => {
  const source = sourceOf(file, text);
  return new Map(
    source.lines.flatMap((line, index) => {
      const [, indent = '', number] = /^(\s*)([+-]?\d{1,9})\s*\S/.exec(line) ?? [];
      return number === undefined ? [] : [[Number(number), place(source, index + 1, indent.length + 1)] as const];
    }),
  );
};
