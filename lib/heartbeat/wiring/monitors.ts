/** Drives the monitor machine: one timer at the instant it asks for, looks taken by probes, and its log. */
import type { MonitorConfig } from '../../config/monitor.js';
import type { Log } from '../../log.js';
import type { Millis } from '../../time.js';
import type { MonitorEffect, MonitorEvent, Outcome } from '../monitor/interface.js';
import { createMonitors, monitorsWakeAt, stepMonitors } from '../monitor/machine.js';

export interface MonitorsOptions {
  readonly configs: readonly MonitorConfig[];
  readonly mono: () => Millis;
  /** Calls once at the monotonic instant or a little later; the answer cancels it. */
  readonly at: (instant: Millis, call: () => void) => () => void;
  /** Takes one look; never rejects, and ends at the monitor's timeout or when `signal` fires. */
  readonly probe: (config: MonitorConfig, signal: AbortSignal) => Promise<Outcome>;
  readonly onHealth: (health: Extract<MonitorEffect, { type: 'health' }>) => void;
  readonly log: Log;
}

export interface Monitors {
  /** Ends all looks under way and takes no more. */
  readonly close: () => void;
}

/** Begins at once. */
export const startMonitors = ({ configs, mono, at, probe, onHealth, log }: MonitorsOptions): Monitors => {
  let state = createMonitors(configs, mono());
  const over = new AbortController();
  let cancel = (): void => {};

  const look = async (name: string): Promise<void> => {
    const config = configs.find((one) => one.name === name);
    if (config === undefined) return;
    const outcome = await probe(config, over.signal);
    step({ type: 'ended', name, outcome });
  };

  const perform = (effect: MonitorEffect): void => {
    switch (effect.type) {
      case 'look':
        void look(effect.name);
        return;
      case 'log':
        log(effect.priority, effect.text);
        return;
      case 'health':
        onHealth(effect);
    }
  };

  const step = (event: MonitorEvent): void => {
    if (over.signal.aborted) return;
    const next = stepMonitors(state, event, mono());
    state = next.state;
    for (const effect of next.effects) perform(effect);
    cancel();
    const wake = monitorsWakeAt(state);
    if (wake !== undefined) cancel = at(wake, () => step({ type: 'wake' }));
  };

  step({ type: 'wake' });
  return {
    close: () => {
      over.abort();
      cancel();
    },
  };
};
