/** Remembers what was read for the rest of this turn of the event loop: fifty agents in a row need not read it fifty times. */

export interface TurnMemory<T> {
  /** What was read in this turn, or what `read` gives now. */
  readonly get: (read: () => T) => T;
  /** It has changed: the next one reads again. */
  readonly forget: () => void;
}

/** An empty memory. Whatever waits for the outside world (a program, a timer, a packet) finds it empty again. */
export const turnMemory = <T>(): TurnMemory<T> => {
  let kept: { readonly value: T } | undefined;
  const forget = (): void => {
    kept = undefined;
  };
  return {
    get: (read) => {
      if (kept === undefined) {
        kept = { value: read() };
        setImmediate(forget);
      }
      return kept.value;
    },
    forget,
  };
};
