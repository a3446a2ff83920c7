/** Wiring: brings the real table into line, one batch at a time; what fails is tried again, nothing is forgotten. */
import { printChange } from '../../ipvs/grammar/print-command.js';
import type { Engine, Table } from '../../ipvs/model.js';
import type { Log } from '../../log.js';
import type { Director } from '../director.js';
import { serviceId } from '../names.js';
import { type PlannedChange, plan, type Scope, withVanished } from '../plan.js';
import { backoff, joinScopes, outcomeOf } from '../retry.js';

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
  /** Called with the virtuals that have left the table for good. */
  readonly onRetired: (virtualIds: ReadonlySet<string>) => void;
  readonly log: Log;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const createTableWorker = ({ engine, director, onRetired, log }: TableWorkerOptions): TableWorker => {
  let wanted: Scope[] = [];
  let retryLater: Scope | undefined;
  let adoptions: ((actual: Table | undefined) => void)[] = [];
  let busy: Promise<void> | undefined;
  let retryTimer: NodeJS.Timeout | undefined;
  let failures = 0;
  let finishing = false;
  /** Failures that have been logged, so that a lasting one is one line. */
  let reported = new Set<string>();

  const report = (text: string, seen: Set<string>): void => {
    seen.add(text);
    if (!reported.has(text)) log('ERROR', text);
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
    for (const { message } of outcome.done) log('info', message);
    const seen = new Set<string>();
    for (const { change, reason } of outcome.failed)
      report(`system(ipvsadm ${printChange(change).join(' ')}) failed: ${reason}`, seen);
    reported = seen;
    onRetired(
      new Set(outcome.done.flatMap(({ change }) => (change.kind === 'delete-service' ? [serviceId(change.key)] : []))),
    );
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
      for (const act of acts.splice(0)) act(actual);
      const whole = withVanished(director(), actual, scope);
      await carryOut(plan(director(), actual, whole), whole);
    } catch (error) {
      const seen = new Set<string>();
      report(`Can not reach the virtual server table: ${reasonOf(error)}`, seen);
      reported = seen;
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
