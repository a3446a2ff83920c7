/** Drives the machine of each `[notify NAME]`: one timer, one notification under way at a time. */
import type { NotifyConfig, NotifyWay } from '../config/notify.js';
import type { HaEvent } from '../events/event.js';
import type { Log } from '../log.js';
import type { Millis } from '../time.js';
import { NOTHING_HAPPENED, type NotifyEvent, type NotifyState, notifyWakeAt, stepNotify } from './machine.js';
import type { Digest } from './text.js';

export interface NotifierMeans {
  readonly mono: () => Millis;
  /** Calls back at the monotonic instant; the answer cancels it. */
  readonly at: (instant: Millis, act: () => void) => () => void;
  /** Resolves with why it did not arrive; never rejects. */
  readonly send: (way: NotifyWay, digest: Digest) => Promise<string | undefined>;
  readonly log: Log;
}

export interface Notifier {
  readonly hear: (event: HaEvent) => void;
  /** Sends what waits, at once and once; resolves when that has arrived or has failed. */
  readonly finish: () => Promise<void>;
}

/** One section. */
export const createNotifier = (config: NotifyConfig, { mono, at, send, log }: NotifierMeans): Notifier => {
  let state: NotifyState = NOTHING_HAPPENED;
  let cancel = (): void => {};
  let underWay: Promise<void> = Promise.resolve();

  const feed = (event: NotifyEvent): void => {
    const step = stepNotify(state, config, event, mono());
    state = step.state;
    for (const effect of step.effects) {
      if (effect.type === 'log') log(effect.priority, effect.text);
      else
        underWay = send(config.way, { events: effect.events, dropped: effect.dropped }).then((problem) =>
          feed({ type: 'sent', problem }),
        );
    }
    cancel();
    const wake = notifyWakeAt(state);
    if (wake !== undefined) cancel = at(wake, () => feed({ type: 'wake' }));
  };

  return {
    hear: (event) => feed({ type: 'happened', event }),
    finish: async () => {
      await underWay;
      cancel();
      const { waiting, dropped } = state;
      state = NOTHING_HAPPENED;
      if (waiting.length === 0) return;
      const problem = await send(config.way, { events: waiting, dropped });
      if (problem !== undefined)
        log('WARN', `notify ${config.name}: ${problem}; ${waiting.length} events are not told`);
    },
  };
};
