/** What a process that notifies is given beside `World`. */
import type { Parsed } from '../config/diagnostic.js';
import type { SuiteConfig } from '../config/suite.js';
import type { Millis } from '../time.js';
import type { NotifierMeans } from './notifier.js';

export interface NotifyPlace extends NotifierMeans {
  /** /etc/ha.d/ha-suite.ini. */
  readonly suite: () => Parsed<SuiteConfig>;
  /** The name of this machine. */
  readonly host: string;
  /** Resolves after that time, or when the signal is aborted. */
  readonly sleep: (time: Millis, signal: AbortSignal) => Promise<void>;
  /** Resolves when everything is logged. */
  readonly close: () => Promise<void>;
}
