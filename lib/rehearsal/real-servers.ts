/** The real servers of a rehearsal: how each of them is, and what a check of it comes to. Pure. */
import { checkArguments, judgeExit } from '../ldirectord/checks/external.js';
import { cannotConnect } from '../ldirectord/checks/socket.js';
import { type Cause, type Down, down, up, type Verdict } from '../ldirectord/checks/verdict.js';
import type { Real, Virtual } from '../ldirectord/config/model.js';
import { checkPortOf } from '../ldirectord/identity.js';
import { type Round, roundOf } from '../ldirectord/round.js';
import { type Millis, millis } from '../time.js';

/** How a real server is. */
export type Condition =
  | { readonly is: 'well' | 'silent' | 'refusing' | 'wrong' }
  /** It answers after so long. */
  | { readonly is: 'slow'; readonly by: Millis };

/** A server or, with a port, one service on it. */
export interface Place {
  readonly address: string;
  readonly port?: number;
}

/** A real server on behalf of a virtual service. */
export interface Target {
  readonly virtual: Virtual;
  readonly real: Real;
}

/** A check in the making: what it will say, and after how many milliseconds. */
export interface Outcome {
  readonly after: number;
  readonly verdict: Verdict;
}

const WELL: Condition = { is: 'well' };
/** A server that is well answers so fast, in milliseconds. */
const ANSWER_TIME = 2;

/** Of several that hold for one port the worst counts: a server that is silent refuses nothing. */
const GRAVITY: readonly Condition['is'][] = ['well', 'slow', 'wrong', 'refusing', 'silent'];
const worse = (one: Condition, other: Condition): Condition =>
  GRAVITY.indexOf(other.is) > GRAVITY.indexOf(one.is) ? other : one;

/** How all of them are, by the names that a story has for them. */
export class RealServers {
  private readonly conditions = new Map<string, Condition>();
  private readonly maintained = new Set<string>();

  constructor(private readonly places: ReadonlyMap<string, Place>) {}

  set(name: string, condition: Condition): void {
    if (condition.is === 'well') this.conditions.delete(name);
    else this.conditions.set(name, condition);
  }

  /** Somebody puts a file into the maintenance directory of every node, or takes it away. */
  maintain(name: string, isOut: boolean): void {
    if (isOut) this.maintained.add(name);
    else this.maintained.delete(name);
  }

  /** Whether such a file names a server or its port. */
  isInMaintenance({ address, port }: Pick<Real, 'address' | 'port'>): boolean {
    return [...this.maintained].some((name) => {
      const place = this.places.get(name);
      return place?.address === address && (place.port === undefined || place.port === port);
    });
  }

  /** How a port is; without a port: the machine itself, as a ping finds it. */
  at(address: string, port?: number): Condition {
    let found = WELL;
    for (const [name, condition] of this.conditions) {
      const place = this.places.get(name);
      if (place?.address !== address) continue;
      if (place.port === undefined || place.port === port) found = worse(found, condition);
    }
    return found;
  }

  /** Whether clients of a virtual service get what they want of a real server, sooner than its check would give up. */
  serves({ virtual, real }: Target): boolean {
    const condition = this.at(real.address, real.port);
    return condition.is === 'well' || (condition.is === 'slow' && condition.by < roundOf(virtual, 0).deadline);
  }

  /** What a check that begins now comes to; `reached`: a cable leads there. */
  check(target: Target, round: Round, reached: boolean): Outcome {
    return outcomeOf(reached ? this.seenBy(target, round) : { is: 'silent' }, target, round);
  }

  private seenBy({ virtual, real }: Target, { does }: Round): Condition {
    switch (does) {
      case 'ping':
        return this.at(real.address);
      case 'external':
      case 'external-perl':
        // Wherever it looks, it shall know that server.
        return this.at(real.address, real.port);
      default:
        return this.at(real.address, checkPortOf(virtual, real));
    }
  }
}

/** Services whose verdicts carry the text of genuine. */
const isHttp = ({ service }: Virtual): boolean => service.startsWith('http');

const unconnected = (cause: Cause, { virtual, real }: Target, { does }: Round, why: string): Down =>
  down(
    cause,
    does === 'connect' || isHttp(virtual) ? cannotConnect(real.address, checkPortOf(virtual, real), why) : '',
  );

const programFailed = (target: Target, timedOut: boolean): Verdict => {
  const { checkCommand, checkTimeout } = target.virtual;
  const ended = { killedBy: undefined, stdout: '', stderr: '', startError: undefined };
  const result = { ...ended, code: timedOut ? undefined : 1, timedOut };
  return judgeExit(result, [checkCommand, ...checkArguments(target)].join(' '), checkTimeout / 1000);
};

/** What a check says that has waited in vain until its deadline; `connected`: somebody took the connection, no more. */
export const inVain = (target: Target, round: Round, connected = false): Verdict => {
  const { virtual } = target;
  switch (round.does) {
    case 'ping':
      return down('L3TIMEOUT');
    case 'external':
    case 'external-perl':
      return programFailed(target, true);
    case 'negotiate':
      if (connected || virtual.key.protocol === 'udp' || virtual.service === 'radius')
        return down('L7TIMEOUT', isHttp(virtual) ? '500 Timeout Alarm' : '');
      return unconnected('L4TIMEOUT', target, round, 'Connection timed out');
    default:
      return unconnected('L4TIMEOUT', target, round, 'Connection timed out');
  }
};

const wrongAnswer = (target: Target, { does }: Round): Verdict => {
  if (does !== 'negotiate') return programFailed(target, false);
  return isHttp(target.virtual)
    ? down('L7STATUS', '503 Service Unavailable', { detail: '503' })
    : down('L7RESPONSE', '', { detail: 'a wrong answer' });
};

const outcomeOf = (condition: Condition, target: Target, round: Round): Outcome => {
  const { does, deadline } = round;
  if (does === 'off') return { after: 0, verdict: down('OFF') };
  if (does === 'on' || (does === 'negotiate' && target.virtual.service === 'none')) return { after: 0, verdict: up() };
  // A program that is asked for a silent server waits as long as it is let.
  const patience = does.startsWith('external') ? target.virtual.checkTimeout : deadline;
  const timeout = (connected: boolean): Outcome => ({
    after: patience,
    verdict: inVain(target, round, connected),
  });
  const answer = (verdict: Verdict): Outcome => ({ after: ANSWER_TIME, verdict });
  switch (condition.is) {
    case 'well':
      return answer(up());
    case 'silent':
      return timeout(false);
    case 'slow':
      return condition.by >= patience ? timeout(true) : { after: millis(condition.by), verdict: up() };
    case 'refusing':
      // A machine whose service refuses is there all the same.
      if (does === 'ping') return answer(up());
      if (does === 'external' || does === 'external-perl') return answer(programFailed(target, false));
      return answer(unconnected('L4REFUSED', target, round, 'Connection refused'));
    case 'wrong':
      return answer(does === 'ping' || does === 'connect' ? up() : wrongAnswer(target, round));
  }
};
