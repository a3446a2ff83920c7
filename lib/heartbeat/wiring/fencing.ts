/** Resets dead nodes through the fencing devices of cluster-glue: its command stonith(8) (heartbeat reference 5.5). */
import type { Log } from '../../log.js';
import { type ExecResult, findProgram, run } from '../../platform/exec.js';
import { type Millis, seconds } from '../../time.js';
import type { FencingDevice } from '../config/model.js';

/** As genuine: a failed reset is tried again after this long, until it works. */
export const RETRY: Millis = seconds(5);
/** Some devices take minutes; one that never answers must not stop the trying. */
const LIMIT: Millis = seconds(300);

export interface Fencing {
  /** Resets the node, as often as it takes. */
  readonly start: (node: string) => void;
  /** The node lives: no further try. */
  readonly cancel: () => void;
}

export interface FencingOptions {
  readonly device: FencingDevice;
  readonly log: Log;
  readonly onFenced: (node: string) => void;
  /** For tests. */
  readonly reset?: (args: readonly string[]) => Promise<ExecResult>;
  readonly later?: (delay: Millis, act: () => void) => () => void;
}

/** The arguments of stonith(8). */
export const resetArguments = (device: FencingDevice, node: string): readonly string[] => [
  ...['-t', device.type],
  ...(device.file === undefined ? ['-p', device.parameters] : ['-F', device.file]),
  ...['-T', 'reset', node],
];

const callStonith = async (args: readonly string[]): Promise<ExecResult> => {
  const program = findProgram('stonith');
  const missing = { code: undefined, killedBy: undefined, timedOut: false, stdout: '', stderr: '' };
  return program === undefined
    ? { ...missing, startError: 'the program stonith (package cluster-glue) is not installed' }
    : run(program, args, { timeout: LIMIT });
};

const after = (delay: Millis, act: () => void): (() => void) => {
  const timer = setTimeout(act, delay);
  return () => clearTimeout(timer);
};

const reasons = ({ stderr, startError, timedOut, code }: ExecResult): readonly string[] => {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > 0) return lines.slice(-5);
  return [startError ?? (timedOut ? 'the device does not answer' : `stonith returned ${code ?? 'nothing'}`)];
};

/** An order to reset a node; a later one for the same node is another one: it may have come up and died again meanwhile. */
interface Order {
  readonly node: string;
}

/** One call of the device at a time, and always for the latest order. */
export const createFencing = (options: FencingOptions): Fencing => {
  const { device, log, onFenced, reset = callStonith, later = after } = options;
  let wanted: Order | undefined;
  let busy = false;
  let forget = (): void => {};

  const attempt = async (order: Order): Promise<void> => {
    const { node } = order;
    busy = true;
    log('info', `Resetting node ${node} with [${device.type}]`);
    const result = await reset(resetArguments(device, node));
    busy = false;
    if (result.code === 0) log('info', `node ${node} now reset.`);
    else {
      for (const reason of reasons(result)) log('ERROR', `glib: ${reason}`);
      log('ERROR', `Host ${node} not reset!`);
    }
    if (wanted !== order) {
      // What this call has done or not says nothing about a death after it began.
      if (wanted !== undefined) void attempt(wanted);
      return;
    }
    if (result.code === 0) {
      wanted = undefined;
      onFenced(node);
      return;
    }
    log('ERROR', `STONITH of ${node} failed.  Retrying...`);
    forget = later(RETRY, () => void attempt(order));
  };

  return {
    start: (node) => {
      forget();
      const order: Order = { node };
      wanted = order;
      if (!busy) void attempt(order);
    },
    cancel: () => {
      forget();
      wanted = undefined;
    },
  };
};
