/** Colours on a terminal. */

const CODES = {
  ...{ bold: '\x1b[1m', faint: '\x1b[2m' },
  ...{ red: '\x1b[31m', green: '\x1b[32m', yellow: '\x1b[33m', cyan: '\x1b[36m' },
} as const;

export type Colour = keyof typeof CODES;

/** A piece of text in a colour; undefined: as it is. */
export type Paint = (text: string, colour: Colour | undefined) => string;

/** Paints where the terminal shows colours, and leaves everything as it is elsewhere. */
export const painter =
  (coloured: boolean): Paint =>
  (text, colour) =>
    coloured && colour !== undefined ? `${CODES[colour]}${text}\x1b[0m` : text;
