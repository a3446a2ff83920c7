/** A daemon killed at any moment and started again comes to the right table, and harms no healthy server on the way. */
import { findingsOf } from '../support/director-world/findings.js';

const told = findingsOf('./director-crash-inside.js', import.meta.url, 300_000);

interface Round {
  readonly kind: string;
  readonly batch: string;
  readonly edited: boolean;
  readonly settled: boolean;
  readonly stays: boolean;
  readonly harmed: readonly string[];
}
const rounds = (): readonly Round[] => told('rounds') as readonly Round[];

test('every kind of moment was met: start, check, reload, stop, and the middle of a batch', () => {
  const seed = told('seed');
  expect({ seed, kinds: new Set(rounds().map(({ kind }) => kind)).size }).toEqual({ seed, kinds: 5 });
  expect({ seed, cut: rounds().some(({ batch }) => batch !== 'none') }).toEqual({ seed, cut: true });
  expect({ seed, edited: rounds().some(({ edited }) => edited) }).toEqual({ seed, edited: true });
});

test('after each the table is the wanted one: nothing missing, no dropped virtual left, foreign ones untouched', () => {
  const seed = told('seed');
  expect({ seed, wrong: rounds().filter(({ settled, stays }) => !settled || !stays) }).toEqual({ seed, wrong: [] });
});

test('on the way no healthy server is taken out or set to weight 0, and no wanted virtual deleted', () => {
  const seed = told('seed');
  expect({ seed, harmed: rounds().filter(({ harmed }) => harmed.length > 0) }).toEqual({ seed, harmed: [] });
});

test('a stop in good order leaves nothing behind', () => {
  expect(told('after a stop')).toEqual({ table: ['TCP  10.9.9.9:99 rr'], left: '' });
});
