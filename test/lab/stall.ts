/** Stops a daemon for a while, as a machine does that has no time for it, and reads what the daemon says of it. */
import type { HeartbeatNode } from '../../lib/lab/heartbeat-node.js';

/** Wall clock in milliseconds. */
export interface Stall {
  readonly stopped: number;
  readonly woken: number;
}

/** Stops the daemon of a node for `duration` milliseconds, or a little longer on a slow machine. */
export const stall = async ({ host }: HeartbeatNode, duration: number): Promise<Stall> => {
  const pid = (await host.read('/run/heartbeat.pid')).trim();
  const script = `date +%s%3N; kill -STOP ${pid}; sleep ${duration / 1000}; date +%s%3N; kill -CONT ${pid}`;
  const [stopped, woken] = (await host.get(['sh', '-c', script])).split('\n').map(Number);
  if (stopped === undefined || woken === undefined) throw new Error('date(1) said nothing');
  return { stopped, woken };
};

/** How late a daemon says that it was, each time (milliseconds). */
export const toldLateness = (log: readonly string[]): readonly number[] =>
  log.flatMap((line) => {
    const [, late] = /WARN: This node was late by (\d+) ms/.exec(line) ?? [];
    return late === undefined ? [] : [Number(late)];
  });

/** The next heartbeat was due some time after the stop, and the wake-up takes a moment. */
const SLACK = 1000;

/** Whether a told lateness is the length of that stall. */
export const isLengthOf = ({ stopped, woken }: Stall, late: number): boolean =>
  Math.abs(late - (woken - stopped)) < SLACK;
