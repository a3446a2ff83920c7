/** Finds the changes of a batch that had no effect, by comparing what is there with what should be there (pure). */
import { keyText } from '../address.js';
import { diff } from '../diff.js';
import type { Change, FailedChange, ServiceKey, Table } from '../model.js';
import { normaliseChange } from '../normalise.js';

const keyOf = (change: Change): ServiceKey => ('service' in change ? change.service.key : change.key);

/** What a change is about: one service, or one destination of a service. */
const subjectOf = (asked: Change): string => {
  const change = normaliseChange(asked);
  const key = keyText(keyOf(change));
  return 'destination' in change ? `${key} -> ${change.destination.address} ${change.destination.port}` : key;
};

/**
 * Those of `changes` whose subject is not as in `expected`. When several are about the same subject only the last one
 * counts: what the earlier ones did is no longer visible.
 */
export const unfulfilled = (
  changes: readonly Change[],
  expected: Table,
  actual: Table,
  reason: (change: Change) => string,
): readonly FailedChange[] => {
  const missing = new Set(diff(actual, expected).map(subjectOf));
  const lastOf = new Map(changes.map((change) => [subjectOf(change), change]));
  return [...lastOf]
    .filter(([subject]) => missing.has(subject))
    .map(([, change]) => ({ change, reason: reason(change) }));
};
