/**
 * One ldirectord on one node of a rehearsal: the decisions of the daemon, driven as lib/ldirectord/daemon.ts and its wiring
 * drive them, with a table, a clock and real servers that are only imagined.
 */
import { applyChanges } from '../ipvs/apply.js';
import { printChange } from '../ipvs/grammar/print-command.js';
import type { Table } from '../ipvs/model.js';
import type { Verdict } from '../ldirectord/checks/verdict.js';
import { connectsAfter } from '../ldirectord/combined.js';
import type { DirectorConfig } from '../ldirectord/config/model.js';
import {
  adopt,
  checkIntervals,
  type Director,
  fallbackCalls,
  healthOf,
  hear,
  type Member,
  type Settled,
  settle,
} from '../ldirectord/director.js';
import { MAINTENANCE } from '../ldirectord/maintenance.js';
import type { MaintenanceMode } from '../ldirectord/maintenance-note.js';
import { only, type PlannedChange, plan, type Scope } from '../ldirectord/plan.js';
import { foreseen, joinScopes, outcomeOf, settledBy } from '../ldirectord/retry.js';
import { type Round, roundOf } from '../ldirectord/round.js';
import { due, EMPTY_SCHEDULE, nextWake, scheduleFor, started } from '../ldirectord/schedule.js';
import { withArguments } from '../ldirectord/shell-line.js';
import { stopPlan } from '../ldirectord/stop-plan.js';
import type { Millis } from '../time.js';
import { inVain, type Outcome, type Target } from './real-servers.js';

/** What the node gives an ldirectord. */
export interface Surroundings {
  readonly now: () => Millis;
  /** Calls once, after so many milliseconds, later where the node stands still then. */
  readonly after: (delay: number, run: () => void) => void;
  readonly table: { readonly read: () => Table; readonly write: (table: Table) => void };
  /** Begins a check. */
  readonly check: (target: Target, round: Round) => Outcome;
  /** Whether a file in the maintenance directory names a member; never asked where there is no such directory. */
  readonly isInMaintenance: (member: Member) => boolean;
  readonly log: (text: string) => void;
}

export interface PlayedDirector {
  /** What it knows now. */
  readonly director: () => Director;
  /** Every real server has had its first answer. */
  readonly isSettled: () => boolean;
  /** The files in the maintenance directory are others now. */
  readonly lookAtMaintenance: () => void;
  /** Ends it in good order: its table is cleaned. */
  readonly stop: () => void;
  /** It is no more; what it has put into the table stays. */
  readonly vanish: () => void;
}

/** Starts an ldirectord with this configuration. */
export const playDirector = (
  config: DirectorConfig,
  { now, after, table, check, isInMaintenance, log }: Surroundings,
): PlayedDirector => {
  log('Starting Linux Director v1.186-ha as daemon');
  let director = adopt(config, table.read());
  let schedule = EMPTY_SCHEDULE;
  let wanted: Scope[] = [];
  let isOver = false;
  const running = new Set<string>();
  const connectsLeft = new Map<string, number>();

  const covers = (member: Member): boolean => config.maintenanceDirectory !== undefined && isInMaintenance(member);
  const maintenanceMode = (member: Member): MaintenanceMode | undefined => (covers(member) ? 'disabled' : undefined);

  const later = (delay: number, run: () => void): void =>
    after(delay, () => {
      if (!isOver) run();
    });

  const updateFallbacks = (): void => {
    const step = fallbackCalls(director);
    director = step.director;
    for (const { command, args } of step.calls) log(`Running system(${withArguments(command, args).join(' ')})`);
  };

  /** All verdicts of an instant go into one batch, as in the daemon those of one turn of the event loop. */
  const want = (scope: Scope): void => {
    wanted.push(scope);
    if (wanted.length > 1) return;
    later(0, () => {
      const all = joinScopes(wanted);
      wanted = [];
      if (all !== undefined) bringIntoLine(all);
    });
  };

  const take = (settled: Settled): ReadonlySet<string> => {
    const step = settle(director, settled);
    director = step.director;
    return step.changed;
  };

  /** Makes changes in the table; those that the kernel refuses are not tried again: here it would refuse them for ever. */
  const carryOut = (planned: readonly PlannedChange[], scope: Scope): Settled => {
    const changes = planned.map(({ change }) => change);
    const { table: next, refused } = applyChanges(table.read(), changes);
    if (planned.length > refused.length) table.write(next);
    const outcome = outcomeOf(planned, refused, scope);
    for (const { message } of outcome.done) log(message);
    for (const { change, reason } of outcome.failed)
      log(`ERROR: system(ipvsadm ${printChange(change).join(' ')}) failed: ${reason}`);
    return settledBy(outcome);
  };

  const bringIntoLine = (scope: Scope): void => {
    const actual = table.read();
    let planned = plan(director, actual, scope);
    const beforehand = foreseen(director, planned, scope, (changes) => applyChanges(actual, changes).refused);
    if (beforehand !== undefined && take(beforehand).size > 0) planned = plan(director, actual, scope);
    const again = take(carryOut(planned, scope));
    if (again.size > 0) want(only(new Map([...again].map((id) => [id, { entering: false }]))));
  };

  const onVerdict = (probe: string, verdict: Verdict): void => {
    const heard = hear(director, probe, verdict, maintenanceMode);
    director = heard.director;
    for (const line of heard.log) log(line);
    if (heard.touched.size === 0) return;
    want(only(heard.touched));
    updateFallbacks();
  };

  const begin = (probe: string): void => {
    // reference 4.2: a check that several virtuals share is made with the first one's settings.
    const members = director.membersByProbe.get(probe) ?? [];
    const [target] = members;
    if (target === undefined) return;
    if (members.every(covers)) {
      onVerdict(probe, MAINTENANCE);
      return;
    }
    const left = connectsLeft.get(probe) ?? 0;
    const round = roundOf(target.virtual, left);
    const { after: duration, verdict } = check(target, round);
    const begun = now();
    running.add(probe);
    later(duration, () => {
      running.delete(probe);
      // The node stood still meanwhile: the timers of an event loop run before its sockets are read.
      const said = now() - begun > round.deadline ? inVain(target, round, true) : verdict;
      const { checkType } = target.virtual;
      if (checkType.kind === 'combined')
        connectsLeft.set(probe, connectsAfter(left, checkType.connects, said.state === 'up'));
      onVerdict(probe, said);
    });
  };

  const wake = (): void => {
    const step = due(schedule, running, now());
    schedule = step.schedule;
    for (const probe of step.start) begin(probe);
    if (step.start.length > 0) schedule = started(schedule, now());
    const next = nextWake(schedule);
    if (next !== undefined) later(Math.max(0, next - now()), wake);
  };

  const coveredNow = (): ReadonlySet<string> => new Set(director.members.filter(covers).map(({ id }) => id));
  let covered = coveredNow();
  const lookAtMaintenance = (): void => {
    const before = covered;
    covered = coveredNow();
    const news = director.members.filter(({ id }) => covered.has(id) !== before.has(id));
    for (const probe of new Set(news.map((member) => member.probe))) if (!running.has(probe)) begin(probe);
  };

  updateFallbacks();
  bringIntoLine('all');
  schedule = scheduleFor(checkIntervals(director), schedule, now());
  wake();

  return {
    director: () => director,
    isSettled: () => director.members.every((member) => healthOf(director, member).standing !== 'unknown'),
    lookAtMaintenance: () => later(0, lookAtMaintenance),
    stop: () => {
      isOver = true;
      carryOut(stopPlan(director, table.read()), 'all');
      log('Linux Director Daemon terminated on signal: TERM');
    },
    vanish: () => {
      isOver = true;
    },
  };
};
