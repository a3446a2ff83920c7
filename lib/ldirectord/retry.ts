/** What becomes of a batch: what is refused, what has to be tried again, and when. */
import { printChange } from '../ipvs/grammar/print-command.js';
import type { Change, FailedChange } from '../ipvs/model.js';
import { type Millis, millis } from '../time.js';
import type { Director, Settled } from './director.js';
import { serviceId } from './names.js';
import type { PlannedChange, Scope } from './plan.js';

/** Before the second try, in milliseconds. */
export const FIRST_RETRY = 1000;
const LONGEST = 30_000;

/** How long to wait before try number `failures` + 1: 1, 2, 4 … 30 s. */
export const backoff = (failures: number): Millis =>
  millis(Math.min(LONGEST, FIRST_RETRY * 2 ** Math.max(0, failures - 1)));

/** Several scopes as one; undefined: none. */
export const joinScopes = (scopes: readonly (Scope | undefined)[]): Scope | undefined => {
  const given = scopes.filter((scope) => scope !== undefined);
  if (given.length < 2) return given[0];
  const virtuals = new Set<string>();
  const members = new Map<string, { readonly entering: boolean }>();
  for (const scope of given) {
    if (scope === 'all') return 'all';
    for (const id of scope.virtuals) virtuals.add(id);
    for (const [id, { entering }] of scope.members)
      members.set(id, { entering: entering || (members.get(id)?.entering ?? false) });
  }
  return { virtuals, members };
};

export interface Outcome {
  readonly done: readonly PlannedChange[];
  readonly failed: readonly (PlannedChange & { readonly reason: string })[];
  /** The part of the scope that has to be planned again; undefined: everything worked. */
  readonly again: Scope | undefined;
}

/** Virtuals that a batch has taken out of the table, and members whose place it could or could not give them. */
export const settledBy = ({ done, failed }: Outcome): Settled => {
  const gone = done.flatMap(({ change }) => (change.kind === 'delete-service' ? [serviceId(change.key)] : []));
  const serves = (planned: readonly PlannedChange[]): ReadonlySet<string> =>
    new Set(planned.flatMap((one) => one.serves));
  return { gone: new Set(gone), granted: serves(done), refused: serves(failed) };
};

/** Sorts a batch into what worked and what did not. */
export const outcomeOf = (
  planned: readonly PlannedChange[],
  failures: readonly FailedChange[],
  scope: Scope,
): Outcome => {
  if (failures.length === 0) return { done: planned, failed: [], again: undefined };
  const textOf = (change: Change): string => printChange(change).join(' ');
  const reasons = new Map(failures.map(({ change, reason }) => [textOf(change), reason]));
  const done = planned.filter(({ change }) => !reasons.has(textOf(change)));
  const failed = planned.flatMap((one) => {
    const reason = reasons.get(textOf(one.change));
    return reason === undefined ? [] : [{ ...one, reason }];
  });
  if (failed.length === 0) return { done, failed, again: undefined };
  const isEntering = (id: string): boolean => scope === 'all' || (scope.members.get(id)?.entering ?? false);
  return {
    done,
    failed,
    again: {
      virtuals: new Set(failed.filter(({ members }) => members.length === 0).map(({ virtualId }) => virtualId)),
      members: new Map(failed.flatMap(({ members }) => members.map((id) => [id, { entering: isEntering(id) }]))),
    },
  };
};

/**
 * Members of virtuals with a fallback that the engine is bound to refuse, so that the fallback does not leave the table for a
 * server that never comes. `refuses` foresees a batch; undefined: nothing of it will be refused.
 */
export const foreseen = (
  { config }: Pick<Director, 'config'>,
  planned: readonly PlannedChange[],
  scope: Scope,
  refuses: (changes: readonly Change[]) => readonly FailedChange[],
): Settled | undefined => {
  const withFallback = new Set(
    config.virtuals.flatMap(({ key, fallback }) => (fallback === undefined ? [] : [serviceId(key)])),
  );
  const guarded = planned.filter(({ virtualId }) => withFallback.has(virtualId));
  const failures = refuses(guarded.map(({ change }) => change));
  if (failures.length === 0) return undefined;
  const { refused } = settledBy(outcomeOf(guarded, failures, scope));
  return { gone: new Set(), granted: new Set(), refused };
};
