/** Wiring: brings the real table into line, one batch at a time; what fails is tried again, nothing is forgotten. */
import { setTimeout as sleep } from 'node:timers/promises';
import { printChange } from '../../ipvs/grammar/print-command.js';
import type { Change, Engine, Table } from '../../ipvs/model.js';
import type { Log } from '../../log.js';
import type { Director, Settled } from '../director.js';
import { only, type PlannedChange, plan, type Scope, vanishedFrom, withVanished } from '../plan.js';
import { backoff, FIRST_RETRY, foreseen, joinScopes, outcomeOf, settledBy } from '../retry.js';

export interface TableWorker {
  /** Asks for a batch; what is asked for while one is under way goes into the next. */
  readonly want: (scope: Scope) => void;
  /**
   * Runs `act` with the table as it is, between two batches; then brings everything into line. When the table cannot be
   * read `act` runs without it, and once more when it can be. Nothing happens after `finish`.
   */
  readonly adopt: (act: (actual: Table | undefined) => void) => void;
  /** Resolves when nothing is asked for or under way; a change that failed and waits for its next try is not waited for. */
  readonly idle: () => Promise<void>;
  /** Ends the work: waits for the batch under way, then makes the last changes. False: the table could not be cleaned. */
  readonly finish: (last: (actual: Table) => readonly PlannedChange[]) => Promise<boolean>;
}

export interface TableWorkerOptions {
  readonly engine: () => Promise<Engine>;
  readonly director: () => Director;
  /** Called with what became of a batch; answers with the members that have to be looked at again at once. */
  readonly onSettled: (settled: Settled) => ReadonlySet<string>;
  /** Called with the changes of a batch that were made, in order: it logs them. */
  readonly onDone: (changes: readonly PlannedChange[]) => void;
  readonly log: Log;
}

/**
 * How old, in milliseconds, a table may be from which changes of single members are planned. While servers change state by
 * the hundred, every batch would otherwise read what the one before it has just read; a change that does not fit what is
 * there fails, and is planned again.
 */
const RECENT = 1000;

/** Whether a scope is about single members: a start, a reload and a regular look want to see what others have done. */
const isRoutine = (scope: Scope): boolean => scope !== 'all' && scope.virtuals.size === 0 && scope.members.size > 0;

/** How long the end of the work may be tried again, in milliseconds; an ipvsadm that hangs has had its time by then. */
const FINISH_PATIENCE = 5000;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const createTableWorker = ({ engine, director, onSettled, onDone, log }: TableWorkerOptions): TableWorker => {
  let wanted: Scope[] = [];
  let retryLater: Scope | undefined;
  let adoptions: ((actual: Table | undefined) => void)[] = [];
  let busy: Promise<void> | undefined;
  let retryTimer: NodeJS.Timeout | undefined;
  let failures = 0;
  let finishing = false;
  /** Failed changes with their reason as logged, so that a lasting failure is one line; a reload has them told anew. */
  const reported = new Map<string, string>();
  let unreachable: string | undefined;
  /** Virtuals that were not in the table when it was read last. */
  let missing: ReadonlySet<string> = new Set();
  /** What was adopted without seeing the table. */
  let unseen: ((actual: Table | undefined) => void) | undefined;

  const reportFailed = (change: Change, reason: string): void => {
    const text = printChange(change).join(' ');
    if (reported.get(text) === reason) return;
    reported.set(text, reason);
    log('ERROR', `system(ipvsadm ${text}) failed: ${reason}`);
  };
  const reportUnreachable = (reason: string): void => {
    if (unreachable === reason) return;
    unreachable = reason;
    log('ERROR', `Can not reach the virtual server table: ${reason}`);
  };

  const retrySoon = (scope: Scope): void => {
    retryLater = joinScopes([retryLater, scope]);
    failures += 1;
    if (retryTimer !== undefined || finishing) return;
    retryTimer = setTimeout(() => {
      retryTimer = undefined;
      const scopeNow = retryLater;
      retryLater = undefined;
      if (scopeNow !== undefined) want(scopeNow);
    }, backoff(failures));
  };

  /** Makes the changes; false: some of them could not be made. */
  const carryOut = async (planned: readonly PlannedChange[], scope: Scope): Promise<boolean> => {
    if (planned.length === 0) return true;
    const changes = planned.map(({ change }) => change);
    for (const change of changes) log('debug', `Running system(ipvsadm ${printChange(change).join(' ')})`);
    const outcome = outcomeOf(planned, await (await engine()).apply(changes), scope);
    if (outcome.done.length > 0) onDone(outcome.done);
    for (const { change } of outcome.done) reported.delete(printChange(change).join(' '));
    for (const { change, reason } of outcome.failed) reportFailed(change, reason);
    const again = onSettled(settledBy(outcome));
    if (again.size > 0) want(only(new Map([...again].map((id) => [id, { entering: false }]))));
    if (outcome.again === undefined) failures = 0;
    else retrySoon(outcome.again);
    return outcome.failed.length === 0;
  };

  /** The changes for a scope; members that the engine is bound to refuse are known as refused before the first batch. */
  const planFor = (actual: Table, scope: Scope, refuses: Engine['foresee']): readonly PlannedChange[] => {
    const planned = plan(director(), actual, scope);
    const settled = foreseen(director(), planned, scope, (changes) => refuses(actual, changes));
    return settled === undefined || onSettled(settled).size === 0 ? planned : plan(director(), actual, scope);
  };

  const batch = async (): Promise<void> => {
    const scope = adoptions.length > 0 ? 'all' : joinScopes(wanted);
    const acts = adoptions;
    wanted = [];
    adoptions = [];
    if (scope === undefined) return;
    try {
      const opened = await engine();
      const actual = await opened.read(isRoutine(scope) ? RECENT : 0);
      if (acts.length > 0) reported.clear();
      const due = unseen === undefined ? acts.splice(0) : [unseen, ...acts.splice(0)];
      unseen = undefined;
      for (const act of due) act(actual);
      const vanished = vanishedFrom(director(), actual);
      if (scope !== 'all')
        for (const id of vanished)
          if (!missing.has(id)) log('WARN', `Virtual server ${id} is gone from the table: putting it back`);
      missing = vanished;
      const whole = withVanished(scope, vanished);
      await carryOut(
        planFor(actual, whole, (table, changes) => opened.foresee(table, changes)),
        whole,
      );
      if (unreachable !== undefined) log('info', 'The virtual server table can be reached again');
      unreachable = undefined;
    } catch (error) {
      reportUnreachable(reasonOf(error));
      // Checks go on meanwhile, and a configuration is taken up without knowing the table.
      for (const act of acts) {
        act(undefined);
        unseen = act;
      }
      retrySoon(scope);
    }
  };

  const kick = (): void => {
    if (busy !== undefined) return;
    busy = batch().finally(() => {
      busy = undefined;
      if (!finishing && (wanted.length > 0 || adoptions.length > 0)) kick();
    });
  };
  const want = (scope: Scope): void => {
    if (finishing) return;
    wanted.push(scope);
    // All verdicts of this turn of the event loop go into one batch.
    setImmediate(kick);
  };

  return {
    want,
    adopt: (act) => {
      if (finishing) return;
      adoptions.push(act);
      kick();
    },
    idle: async () => {
      while (!finishing && (busy !== undefined || wanted.length > 0 || adoptions.length > 0)) {
        await busy;
        // What was asked for in this turn of the event loop begins in the next.
        await new Promise(setImmediate);
      }
    },
    finish: async (last) => {
      finishing = true;
      clearTimeout(retryTimer);
      await busy;
      const end = performance.now() + FINISH_PATIENCE;
      for (;;) {
        try {
          if (await carryOut(last(await (await engine()).read()), 'all')) return true;
        } catch (error) {
          log('ERROR', `Can not clean the virtual server table: ${reasonOf(error)}`);
        }
        if (performance.now() > end) return false;
        await sleep(FIRST_RETRY);
      }
    },
  };
};
