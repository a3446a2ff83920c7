/** What a process that serves is given beside `World`. */
import type { Parsed } from '../../config/diagnostic.js';
import type { SuiteConfig } from '../../config/suite.js';
import type { HttpHandler, HttpOptions, HttpServer } from '../../platform/http-server.js';

export interface ServePlace {
  /** /etc/ha.d/ha-suite.ini. */
  readonly suite: () => Parsed<SuiteConfig>;
  /** Rejects with the system's error. */
  readonly listen: (options: HttpOptions, handle: HttpHandler) => Promise<HttpServer>;
  /** Monotonic milliseconds. */
  readonly mono: () => number;
  /** Gives up root; what could not be done. */
  readonly stepBack: () => string | undefined;
  /** Tells the administrator: in the log of the daemon that has started us, or on standard error. */
  readonly tell: (text: string) => void;
  /** Resolves when everything is told. */
  readonly close: () => Promise<void>;
}
