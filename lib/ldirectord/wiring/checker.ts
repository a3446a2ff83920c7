/** Wiring: runs all checks in time, concurrently, each under its own deadline, and hands on their verdicts. */
import type { Log } from '../../log.js';
import type { Millis } from '../../time.js';
import { alwaysDown, alwaysUp } from '../checks/always.js';
import type { Check, Target, TimedCheck, TlsVerify } from '../checks/check.js';
import { connectCheck } from '../checks/connect.js';
import { type RunningCheck, startCheck } from '../checks/deadline.js';
import { externalCheck, externalPerlCheck } from '../checks/external.js';
import { negotiationOf } from '../checks/negotiate.js';
import { pingCheck } from '../checks/ping.js';
import type { Verdict } from '../checks/verdict.js';
import { connectsAfter } from '../combined.js';
import type { Virtual } from '../config/model.js';
import { checkIntervals, type Director } from '../director.js';
import { checkPortOf } from '../identity.js';
import { type Round, roundOf } from '../round.js';
import { due, EMPTY_SCHEDULE, nextWake, type Schedule, scheduleFor, started } from '../schedule.js';
import { createEcho } from './ping.js';

/** The check of each round; negotiate has one for each service, and ping is made with what opens its sockets. */
const CHECKS: Readonly<Record<Exclude<Round['does'], 'negotiate' | 'ping'>, Check>> = {
  connect: connectCheck,
  external: externalCheck,
  'external-perl': externalPerlCheck,
  on: alwaysUp,
  off: alwaysDown,
};

const timedCheck = (virtual: Virtual, { does, deadline }: Round, ping: Check): TimedCheck => {
  if (does === 'negotiate') return negotiationOf(virtual);
  return { check: does === 'ping' ? ping : CHECKS[does], deadline };
};

export interface Checker {
  /** Takes up the checks of a director; those that did not change keep their beat. */
  readonly follow: (director: Director) => void;
  /** Makes these checks now and not only at their next beat; one that runs is not made twice. */
  readonly checkNow: (probes: Iterable<string>) => void;
  /** Ends all checks that run and starts no more. */
  readonly stop: () => void;
}

export interface CheckerOptions {
  readonly mono: () => Millis;
  readonly verify: TlsVerify;
  readonly log: Log;
  /** Called with the probe that members of the director share. */
  readonly onVerdict: (probe: string, verdict: Verdict) => void;
  readonly onStart: (probe: string) => void;
  /** The answer of a check that is not to be made; undefined: it is. */
  readonly answerFor?: (probe: string) => Verdict | undefined;
}

export const createChecker = ({
  mono,
  verify,
  log,
  onVerdict,
  onStart,
  answerFor = () => undefined,
}: CheckerOptions): Checker => {
  const ping = pingCheck(createEcho(log));
  const running = new Map<string, RunningCheck>();
  const connectsLeft = new Map<string, number>();
  let targets = new Map<string, Target>();
  let schedule: Schedule = EMPTY_SCHEDULE;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const start = (probe: string, target: Target): void => {
    const answer = answerFor(probe);
    if (answer !== undefined) {
      onVerdict(probe, answer);
      return;
    }
    const { checkType } = target.virtual;
    const left = connectsLeft.get(probe) ?? 0;
    onStart(probe);
    const check = startCheck(timedCheck(target.virtual, roundOf(target.virtual, left), ping), target);
    running.set(probe, check);
    void check.verdict.then((verdict) => {
      running.delete(probe);
      if (checkType.kind === 'combined')
        connectsLeft.set(probe, connectsAfter(left, checkType.connects, verdict.state === 'up'));
      // Meanwhile the daemon may have stopped, or a reload may have dropped this server.
      if (!stopped && targets.has(probe)) onVerdict(probe, verdict);
    });
  };

  const wake = (): void => {
    timer = undefined;
    const step = due(schedule, running, mono());
    schedule = step.schedule;
    for (const probe of step.start) {
      const target = targets.get(probe);
      if (target !== undefined) start(probe, target);
    }
    if (step.start.length > 0) schedule = started(schedule, mono());
    arm();
  };
  const arm = (): void => {
    clearTimeout(timer);
    const next = nextWake(schedule);
    if (next !== undefined && !stopped) timer = setTimeout(wake, Math.max(0, next - mono()));
  };

  return {
    follow: (director) => {
      targets = new Map();
      // reference 4.2: a check that several virtuals share is made with the first one's settings.
      for (const [probe, [member]] of director.membersByProbe) {
        if (member === undefined) continue;
        const { virtual, real } = member;
        targets.set(probe, { virtual, real, port: checkPortOf(virtual, real), verify });
      }
      for (const probe of connectsLeft.keys()) if (!targets.has(probe)) connectsLeft.delete(probe);
      schedule = scheduleFor(checkIntervals(director), schedule, mono());
      wake();
    },
    checkNow: (probes) => {
      for (const probe of probes) {
        const target = targets.get(probe);
        if (target !== undefined && !running.has(probe) && !stopped) start(probe, target);
      }
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      for (const { end } of running.values()) end();
    },
  };
};
