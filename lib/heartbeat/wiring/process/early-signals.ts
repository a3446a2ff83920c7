/**
 * Signals to a program that has just become the daemon (`-R`): they are kept until the daemon can answer them. Imported
 * before everything else, because until then each of them would end the process, and leave the resources to nobody.
 */

const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGUSR2'] as const;

const received: NodeJS.Signals[] = [];
const note = (signal: NodeJS.Signals): void => void received.push(signal);

if (process.argv.includes('-R')) for (const signal of SIGNALS) process.on(signal, note);

/** Ends the keeping; to be called when the daemon's own handlers are there. Gives what came meanwhile, in order. */
export const earlySignals = (): readonly NodeJS.Signals[] => {
  for (const signal of SIGNALS) process.removeListener(signal, note);
  return received.splice(0);
};
