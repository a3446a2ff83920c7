/** Walks through the bytes of a pattern. */

export interface Scanner {
  readonly offset: () => number;
  readonly done: () => boolean;
  /** The character at the current place; empty at the end. */
  readonly peek: () => string;
  readonly next: () => string;
  /** Whether the rest begins with `text`; if so it is passed over. */
  readonly take: (text: string) => boolean;
  /** Passes over what a sticky expression matches here. */
  readonly match: (expression: RegExp) => RegExpExecArray | undefined;
}

/** `text` holds one byte per character. */
export const createScanner = (text: string): Scanner => {
  let at = 0;
  return {
    offset: () => at,
    done: () => at >= text.length,
    peek: () => text.charAt(at),
    next: () => text.charAt(at++),
    take: (part) => {
      const found = text.startsWith(part, at);
      if (found) at += part.length;
      return found;
    },
    match: (expression) => {
      const sticky = new RegExp(expression.source, 'y');
      sticky.lastIndex = at;
      const found = sticky.exec(text) ?? undefined;
      if (found !== undefined) at += found[0].length;
      return found;
    },
  };
};
