/** What the signals to the daemon mean (heartbeat reference 8.5). */
import { earlySignals } from './early-signals.js';

export interface SignalActions {
  readonly stop: () => void;
  readonly hangUp: () => void;
  /** +1 or -1. */
  readonly debug: (step: number) => void;
}

/** Installs the handlers for the rest of the process's life. In the foreground an interrupt from the terminal stops. */
export const handleSignals = (actions: SignalActions, foreground: boolean): void => {
  process.on('SIGTERM', actions.stop);
  process.on('SIGINT', foreground ? actions.stop : () => {});
  process.on('SIGPIPE', () => {});
  process.on('SIGHUP', actions.hangUp);
  process.on('SIGUSR1', () => actions.debug(1));
  process.on('SIGUSR2', () => actions.debug(-1));
  for (const signal of earlySignals()) process.emit(signal, signal);
};
