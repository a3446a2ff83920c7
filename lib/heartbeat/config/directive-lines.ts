/** Where the directives of ha.cf stand, for whoever tells which line decided something. */

/** The number of the last line (from 1) of each directive, as the last one is in force. */
export const directiveLines = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text.split('\n').flatMap((line, index) => {
      const [, directive] = /^\s*([A-Za-z_]\w*)/.exec(line) ?? [];
      return directive === undefined ? [] : [[directive, index + 1] as const];
    }),
  );
