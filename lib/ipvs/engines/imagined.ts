/** A table that exists in memory only: what would come of changes, without making them (pure but for its memory). */
import { applyChanges } from '../apply.js';
import type { Engine, Table } from '../model.js';

/** An engine that begins with a table and does to its own copy what the kernel would do to the true one. */
export const imaginedEngine = (beginning: Table): Engine => {
  let table = beginning;
  return {
    name: 'imagined',
    read: () => Promise.resolve(table),
    foresee: (actual, changes) => applyChanges(actual, changes).refused,
    apply: (changes) => {
      const step = applyChanges(table, changes);
      table = step.table;
      return Promise.resolve(step.refused);
    },
  };
};
