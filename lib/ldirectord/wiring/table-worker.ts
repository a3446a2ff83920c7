/** Wiring: brings the real table into line, one batch at a time; what fails is tried again, nothing is forgotten. */
import { printChange } from '../../ipvs/grammar/print-command.js';
import type { Change, Engine, Table } from '../../ipvs/model.js';
import type { Log } from '../../log.js';
import type { Director, Settled } from '../director.js';
import { only, type PlannedChange, plan, type Scope, vanishedFrom, withVanished } from '../plan.js';
import { backoff, joinScopes, outcomeOf, settledBy } from '../retry.js';

export interface TableWorker {
  /** Asks for a batch; what is asked for while one is under way goes into the next. */
  readonly want: (scope: Scope) => void;
  /** Runs `act` with the table as it is, between two batches; then brings everything into line. */
  readonly adopt: (act: (actual: Table | undefined) => void) => void;
  /** Ends the work: waits for the batch under way, then makes the last changes. */
  readonly finish: (last: (actual: Table) => readonly PlannedChange[]) => Promise<void>;
}

export interface TableWorkerOptions {
  readonly engine: () => Promise<Engine>;
  readonly director: () => Director;
  /** Called with what became of a batch; answers with the members that have to be looked at again at once. */
  readonly onSettled: (settled: Settled) => ReadonlySet<string>;
  readonly log: Log;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const createTableWorker = ({ engine, director, onSettled, log }: TableWorkerOptions): TableWorker => {
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

  const carryOut = async (planned: readonly PlannedChange[], scope: Scope): Promise<void> => {
    if (planned.length === 0) return;
    const changes = planned.map(({ change }) => change);
    for (const change of changes) log('debug', `Running system(ipvsadm ${printChange(change).join(' ')})`);
    const outcome = outcomeOf(planned, await (await engine()).apply(changes), scope);
    for (const { message, change } of outcome.done) {
      log('info', message);
      reported.delete(printChange(change).join(' '));
    }
    for (const { change, reason } of outcome.failed) reportFailed(change, reason);
    const again = onSettled(settledBy(outcome));
    if (again.size > 0) want(only(new Map([...again].map((id) => [id, { entering: false }]))));
    if (outcome.again === undefined) failures = 0;
    else retrySoon(outcome.again);
  };

  const batch = async (): Promise<void> => {
    const scope = adoptions.length > 0 ? 'all' : joinScopes(wanted);
    const acts = adoptions;
    wanted = [];
    adoptions = [];
    if (scope === undefined) return;
    try {
      const actual = await (await engine()).read();
      if (acts.length > 0) reported.clear();
      for (const act of acts.splice(0)) act(actual);
      const vanished = vanishedFrom(director(), actual);
      if (scope !== 'all')
        for (const id of vanished)
          if (!missing.has(id)) log('WARN', `Virtual server ${id} is gone from the table: putting it back`);
      missing = vanished;
      const whole = withVanished(scope, vanished);
      await carryOut(plan(director(), actual, whole), whole);
      unreachable = undefined;
    } catch (error) {
      reportUnreachable(reasonOf(error));
      // Checks go on meanwhile, and a configuration is taken up without knowing the table.
      for (const act of acts) act(undefined);
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
      adoptions.push(act);
      kick();
    },
    finish: async (last) => {
      finishing = true;
      clearTimeout(retryTimer);
      await busy;
      try {
        await carryOut(last(await (await engine()).read()), 'all');
      } catch (error) {
        log('ERROR', `Can not clean the virtual server table: ${reasonOf(error)}`);
      }
    },
  };
};
