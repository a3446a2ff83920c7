/**
 * Loaded into a daemon under measurement (`NODE_OPTIONS=--import …`): notes once a second how late its event loop was and
 * when it began to connect, as lines of JSON in the file that HA_SUITE_BENCH_WATCH names.
 */
import { appendFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** One second of a daemon. */
export interface Second {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** The longest that a timer had to wait for its turn, in milliseconds. */
  readonly late: number;
  readonly starts: readonly Start[];
}

/** A connection that was begun, so many milliseconds before the end of its second. */
export interface Start {
  readonly host: string;
  readonly before: number;
}

const PERIOD_MS = 1000;
const RESOLUTION_MS = 10;

/** The host of connect(options) and of connect([options, listener]), which is how node:net calls it itself. */
const hostOf = (options: unknown): string => {
  const [first] = Array.isArray(options) ? options : [options];
  return typeof first === 'object' && first !== null && 'host' in first ? String(first.host) : '';
};

/** All starts that a watch file tells of, with their wall-clock times. */
export const startsIn = (text: string): readonly { readonly host: string; readonly at: number }[] =>
  secondsIn(text).flatMap(({ at, starts }) => starts.map(({ host, before }) => ({ host, at: at - before })));

/** The seconds that a watch file tells of. */
export const secondsIn = (text: string): readonly Second[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Second => JSON.parse(line));

const watch = (file: string): void => {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let starts: { readonly host: string; readonly time: number }[] = [];
  const connect = Socket.prototype.connect;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
    const host = hostOf(args[0]);
    // A socket of this machine, which has no host, is no check.
    if (host !== '') starts.push({ host, time: Date.now() });
    return Reflect.apply(connect, this, args) as Socket;
  };
  setInterval(() => {
    const at = Date.now();
    const late = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
    const second: Second = { at, late, starts: starts.map(({ host, time }) => ({ host, before: at - time })) };
    appendFileSync(file, `${JSON.stringify(second)}\n`);
    delay.reset();
    starts = [];
  }, PERIOD_MS).unref();
};

const file = process.env.HA_SUITE_BENCH_WATCH;
// The command that only starts the daemon, and the daemon's own programs, are not of interest.
if (file !== undefined && process.argv.includes('start')) watch(file);
