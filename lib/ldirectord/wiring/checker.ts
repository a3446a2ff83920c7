/** Wiring: runs all checks in time, concurrently, each under its own deadline, and hands on their verdicts. */
import { echoOnce } from '../../platform/icmp.js';
import { type Millis, millis } from '../../time.js';
import { alwaysDown, alwaysUp } from '../checks/always.js';
import type { Check, Target, TimedCheck, TlsVerify } from '../checks/check.js';
import { connectCheck } from '../checks/connect.js';
import { runCheck } from '../checks/deadline.js';
import { externalCheck, externalPerlCheck } from '../checks/external.js';
import { httpCheck } from '../checks/http/check.js';
import { pingCheck } from '../checks/ping.js';
import type { Verdict } from '../checks/verdict.js';
import { connectsAfter, roundKind } from '../combined.js';
import type { CheckService, Virtual } from '../config/model.js';
import { checkIntervals, type Director } from '../director.js';
import { checkPortOf } from '../identity.js';
import { due, nextWake, type Schedule, scheduleFor } from '../schedule.js';

/** The negotiate checks that exist. A service that is missing here gets a connect check instead. */
const NEGOTIATE: ReadonlyMap<CheckService, Check> = new Map([
  ['http', httpCheck],
  ['https', httpCheck],
  ['http_proxy', httpCheck],
  ['none', alwaysUp],
]);

/** The outer deadline of a program is a little later than its own, so that the verdict can name the program. */
const PROGRAM_GRACE = 300;

const ping = pingCheck(async (address, options) => (await echoOnce(address, options)).ok);

const connectOrPing = (virtual: Virtual): TimedCheck =>
  virtual.key.protocol === 'udp'
    ? // reference 4.1: connect on udp is a ping, of checkcount attempts.
      { check: ping, deadline: millis(virtual.checkTimeout * virtual.checkCount) }
    : { check: connectCheck, deadline: virtual.checkTimeout };

/** Services whose negotiate check is made as it should be. */
export const negotiateServices: readonly CheckService[] = [...NEGOTIATE.keys()];

const negotiate = (virtual: Virtual): TimedCheck => {
  const check = NEGOTIATE.get(virtual.service);
  return check === undefined ? connectOrPing(virtual) : { check, deadline: virtual.negotiateTimeout };
};

/** Which check a round of this virtual makes; `connectsLeft` only matters for checktype=N. */
const checkFor = (virtual: Virtual, connectsLeft: number): TimedCheck => {
  const program = millis(virtual.checkTimeout + PROGRAM_GRACE);
  switch (virtual.checkType.kind) {
    case 'connect':
      return connectOrPing(virtual);
    case 'negotiate':
      return negotiate(virtual);
    case 'combined':
      return roundKind(connectsLeft) === 'connect' ? connectOrPing(virtual) : negotiate(virtual);
    case 'ping':
      return { check: ping, deadline: millis(virtual.checkTimeout * virtual.checkCount) };
    case 'external':
      return { check: externalCheck, deadline: program };
    case 'external-perl':
      return { check: externalPerlCheck, deadline: program };
    case 'on':
      return { check: alwaysUp, deadline: virtual.checkTimeout };
    case 'off':
      return { check: alwaysDown, deadline: virtual.checkTimeout };
  }
};

export interface Checker {
  /** Takes up the checks of a director; those that did not change keep their beat. */
  readonly follow: (director: Director) => void;
  /** Ends all checks that run and starts no more. */
  readonly stop: () => void;
}

export interface CheckerOptions {
  readonly mono: () => Millis;
  readonly verify: TlsVerify;
  readonly onVerdict: (identity: string, verdict: Verdict) => void;
  readonly onStart: (identity: string) => void;
}

export const createChecker = ({ mono, verify, onVerdict, onStart }: CheckerOptions): Checker => {
  const stopped = new AbortController();
  const running = new Set<string>();
  const connectsLeft = new Map<string, number>();
  let targets = new Map<string, Target>();
  let schedule: Schedule = new Map();
  let timer: NodeJS.Timeout | undefined;

  const start = async (identity: string, target: Target): Promise<void> => {
    const { checkType } = target.virtual;
    const left = connectsLeft.get(identity) ?? 0;
    running.add(identity);
    onStart(identity);
    const verdict = await runCheck(checkFor(target.virtual, left), target, stopped.signal);
    running.delete(identity);
    if (checkType.kind === 'combined')
      connectsLeft.set(identity, connectsAfter(left, checkType.connects, verdict.state === 'up'));
    // Meanwhile the daemon may have stopped, or a reload may have dropped this server.
    if (!stopped.signal.aborted && targets.has(identity)) onVerdict(identity, verdict);
  };

  const wake = (): void => {
    timer = undefined;
    const step = due(schedule, running, mono());
    schedule = step.schedule;
    for (const identity of step.start) {
      const target = targets.get(identity);
      if (target !== undefined) void start(identity, target);
    }
    arm();
  };
  const arm = (): void => {
    clearTimeout(timer);
    const next = nextWake(schedule);
    if (next !== undefined && !stopped.signal.aborted) timer = setTimeout(wake, Math.max(0, next - mono()));
  };

  return {
    follow: (director) => {
      // reference 4.2: a check that several virtuals share is made with the first one's settings.
      targets = new Map(
        [...director.membersByIdentity].flatMap(([identity, [member]]) =>
          member === undefined
            ? []
            : [
                [
                  identity,
                  {
                    virtual: member.virtual,
                    real: member.real,
                    port: checkPortOf(member.virtual, member.real),
                    verify,
                  },
                ],
              ],
        ),
      );
      for (const identity of connectsLeft.keys()) if (!targets.has(identity)) connectsLeft.delete(identity);
      schedule = scheduleFor(checkIntervals(director), schedule, mono());
      wake();
    },
    stop: () => {
      stopped.abort();
      clearTimeout(timer);
    },
  };
};
