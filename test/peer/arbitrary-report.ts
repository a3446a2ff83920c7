/** Reports as a node may make them, before they are cut to their size. */
import fc from 'fast-check';
import type {
  DirectorReport,
  FileReport,
  GroupReport,
  LinkReport,
  NodeReport,
  RealReport,
  VirtualReport,
} from '../../lib/peer/report.js';
import { visible } from '../../lib/text/visible.js';

/** What a reader takes as it stands. */
const word = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => visible(text).slice(0, 200));
const age = fc.option(fc.nat());
const count = fc.nat({ max: 1000 });

const link: fc.Arbitrary<LinkReport> = fc.record({
  ...{ node: word, link: word, heardAge: age },
  status: fc.constantFrom('up' as const, 'dead' as const),
});
const group: fc.Arbitrary<GroupReport> = fc.record({ prefers: word, group: word, heldFor: age });
const real: fc.Arbitrary<RealReport> = fc.record({
  ...{ server: word, stateFor: age, weight: count, cause: fc.option(word) },
  connections: fc.option(fc.record({ active: count, inactive: count, readAge: age })),
  state: fc.constantFrom(
    'up' as const,
    'down' as const,
    'unknown' as const,
    'maintenance' as const,
    'drained' as const,
  ),
});
const virtual: fc.Arbitrary<VirtualReport> = fc
  .record({ id: word, more: count, fallback: fc.option(fc.boolean()), reals: fc.array(real, { maxLength: 40 }) })
  .map(({ more, reals, ...rest }) => ({
    ...rest,
    ...{ total: reals.length + more, up: reals.filter(({ state }) => state === 'up').length, reals },
  }));

export const director: fc.Arbitrary<DirectorReport> = fc.record({
  ...{ name: word, problem: fc.option(word), virtualsLeft: count },
  virtuals: fc.array(virtual, { maxLength: 30 }),
});

const digest = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
const file: fc.Arbitrary<FileReport> = fc.record({ name: word, digest });

export const report: fc.Arbitrary<NodeReport> = fc.record({
  ...{ number: fc.nat(), suite: word, key: fc.nat({ max: 15 }) },
  links: fc.array(link, { maxLength: 40 }),
  groups: fc.array(group, { maxLength: 40 }),
  directors: fc.array(director, { maxLength: 4 }),
  files: fc.array(file, { maxLength: 40 }),
  left: fc.record({ links: count, groups: count, directors: count, files: count }),
});
