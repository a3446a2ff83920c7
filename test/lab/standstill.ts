/** How long this process, and with it most likely the whole machine, stood still: limits of time have to follow. */

const INTERVAL = 20;

export interface StandstillWatch {
  /** The longest time in milliseconds without a turn that ended after `instant` (wall clock). */
  readonly longest: (instant: number) => number;
  readonly stop: () => void;
}

export const watchStandstill = (): StandstillWatch => {
  const turns: { readonly at: number; readonly late: number }[] = [];
  let last = Date.now();
  const timer = setInterval(() => {
    const at = Date.now();
    turns.push({ at, late: Math.max(0, at - last - INTERVAL) });
    last = at;
  }, INTERVAL);
  return {
    longest: (instant) => Math.max(0, ...turns.filter(({ at }) => at > instant).map(({ late }) => late)),
    stop: () => clearInterval(timer),
  };
};
