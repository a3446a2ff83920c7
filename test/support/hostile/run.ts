/** Makes checks of hostile servers in a process of its own and reports how they ended and what they left behind. */
import { readdirSync } from 'node:fs';
import { connectCheck } from '../../../lib/ldirectord/checks/connect.js';
import { runCheck } from '../../../lib/ldirectord/checks/deadline.js';
import { negotiationOf } from '../../../lib/ldirectord/checks/negotiate.js';
import { causeText } from '../../../lib/ldirectord/checks/verdict.js';
import { limitBacktracking } from '../../../lib/ldirectord/wiring/regexp-limit.js';
import { millis } from '../../../lib/time.js';
import { real, virtual } from '../../ldirectord/build.js';
import { KINDS } from './kinds.js';
import type { Meeting } from './servers.js';

export interface Order {
  readonly meetings: readonly Meeting[];
  /** Deadline of the checks of the first round, which meets everybody once, in milliseconds. */
  readonly deadline: number;
  /** How many checks the memory is measured over, their deadline, and how many run at once. */
  readonly count: number;
  readonly shortDeadline: number;
  readonly atOnce: number;
}

export interface Memory {
  /** Bytes, after a collection of garbage. */
  readonly heap: number;
  readonly rss: number;
  readonly external: number;
}

export interface Report {
  /** For each meeting: `up`, or the cause; and how long it took in milliseconds. */
  readonly verdicts: readonly (readonly [verdict: string, took: number])[];
  /** Sockets and timers after the first round that were not there before. */
  readonly left: readonly string[];
  readonly descriptors: { readonly before: number; readonly after: number };
  readonly memory: { readonly before: Memory; readonly after: Memory };
  readonly checks: number;
  /** Milliseconds for all checks of the second part. */
  readonly took: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const check = async (meeting: Meeting, deadline: number): Promise<readonly [string, number]> => {
  const kind = KINDS[meeting.kind];
  if (kind === undefined) throw new Error(`no kind ${meeting.kind}`);
  const limits = { checkTimeout: millis(deadline), negotiateTimeout: millis(deadline) };
  const one = real('127.0.0.1', meeting.port);
  const plain = virtual('10.0.0.3:80', [one], { ...kind.settings, ...limits });
  const on = plain.key.protocol === 'fwm' ? plain : { ...plain, key: { ...plain.key, protocol: kind.protocol } };
  const timed =
    on.checkType.kind === 'connect' ? { check: connectCheck, deadline: limits.checkTimeout } : negotiationOf(on);
  const start = performance.now();
  const verdict = await runCheck(timed, { virtual: on, real: one, port: meeting.port, verify: kind.verify });
  return [verdict.state === 'up' ? 'up' : causeText(verdict), performance.now() - start];
};

/** Runs checks one after the other in each of so many lanes. */
const inLanes = async (count: number, lanes: number, act: (index: number) => Promise<void>): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await act(next - 1);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
};

const resources = (): readonly string[] =>
  process.getActiveResourcesInfo().filter((name) => /TCP|TLS|UDP|Timeout|Process/.test(name));

/** What is in `after` more often than in `before`. */
const surplus = (before: readonly string[], after: readonly string[]): readonly string[] => {
  const counted = [...before];
  return after.filter((name) => {
    const at = counted.indexOf(name);
    if (at >= 0) counted.splice(at, 1);
    return at < 0;
  });
};

/** Waits until nothing is left over, for a while: a socket is closed some turns after its end. */
const leftOver = async (before: readonly string[]): Promise<readonly string[]> => {
  const end = performance.now() + 5_000;
  while (surplus(before, resources()).length > 0 && performance.now() < end) await pause(50);
  return surplus(before, resources());
};

const measure = async (): Promise<Memory> => {
  for (let count = 0; count < 4; count += 1) {
    globalThis.gc?.();
    await pause(100);
  }
  const { heapUsed, rss, external } = process.memoryUsage();
  return { heap: heapUsed, rss, external };
};

const descriptors = (): number => readdirSync('/proc/self/fd').length;

const run = async ({ meetings, deadline, count, shortDeadline, atOnce }: Order): Promise<Report> => {
  limitBacktracking();
  const before = resources();
  const verdicts: (readonly [string, number])[] = [];
  await inLanes(meetings.length, 40, async (index) => {
    const meeting = meetings[index];
    if (meeting !== undefined) verdicts[index] = await check(meeting, deadline);
  });
  const left = await leftOver(before);
  const some = async (checks: number): Promise<void> =>
    inLanes(checks, atOnce, async (index) => {
      const meeting = meetings[(index * 7) % meetings.length];
      if (meeting !== undefined) await check(meeting, shortDeadline);
    });
  // Everything that is loaded, compiled and cached once is there before the first measurement.
  await some(Math.ceil(count / 10));
  await leftOver(before);
  const [memoryBefore, descriptorsBefore] = [await measure(), descriptors()];
  const start = performance.now();
  await some(count);
  const took = performance.now() - start;
  await leftOver(before);
  return {
    verdicts,
    left,
    descriptors: { before: descriptorsBefore, after: descriptors() },
    memory: { before: memoryBefore, after: await measure() },
    checks: count,
    took,
  };
};

process.once('message', (order) => {
  void run(order as Order).then((report) => process.send?.(report, () => process.exit(0)));
});
