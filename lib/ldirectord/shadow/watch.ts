/** What a shadow makes of each look at the true table (pure). */
import { diff } from '../../ipvs/diff.js';
import type { Table } from '../../ipvs/model.js';
import {
  type Differences,
  type EndedDifference,
  interrupted,
  noDifferences,
  type OpenDifference,
  observe,
} from '../../shadow/differences.js';
import { type Millis, millis, type Now } from '../../time.js';
import { serviceId } from '../names.js';
import { compareTables, type Mismatch, subjectOf } from './compare.js';
import { type Counts, type GenuineState, NO_COUNTS } from './model.js';

export interface Watch {
  readonly counts: Counts;
  readonly differences: Differences<Mismatch>;
  /** The newest of those that were told and are over, oldest first. */
  readonly past: readonly EndedDifference<Mismatch>[];
  /** The true table at the last look; undefined: it could not be compared then. */
  readonly last: { readonly table: Table; readonly at: Millis } | undefined;
  /** Virtuals (by id) that the configuration has dropped and that the true table still had. */
  readonly dropped: ReadonlySet<string>;
  /** Why nothing is compared now, as it was told; undefined: nothing of the kind was told. */
  readonly idle: string | undefined;
}

export const NO_WATCH: Watch = {
  counts: NO_COUNTS,
  differences: noDifferences(),
  past: [],
  last: undefined,
  dropped: new Set(),
  idle: undefined,
};

/** What is to be told after a look, in this order. */
export interface News {
  /** Nothing is compared from now on, and why. */
  readonly idle?: string;
  /** Something is compared again. */
  readonly resumed?: boolean;
  readonly ended: readonly EndedDifference<Mismatch>[];
  readonly begun: readonly OpenDifference<Mismatch>[];
}

export interface Step {
  readonly watch: Watch;
  readonly news: News;
}

/** One look. */
export interface Look {
  /** The configured virtuals, by id. */
  readonly configured: ReadonlySet<string>;
  readonly genuine: GenuineState;
  readonly theirs: Table;
  readonly ours: Table;
  /** How long a difference in a virtual (by id) may last now. */
  readonly toleranceFor: (virtualId: string) => Millis;
  readonly now: Now;
}

/** So many are kept for `status`; the log and the journal have all. */
const KEPT = 50;

const NO_NEWS: News = { ended: [], begun: [] };

const NOBODY = 'no ldirectord runs for this configuration, and the table has none of its virtual servers';

/** Nothing can be compared, for this reason; it is told once. */
export const cannotLook = (watch: Watch, why: string): Step => ({
  watch: { ...watch, last: undefined, idle: why, differences: interrupted(watch.differences) },
  news: watch.idle === why ? NO_NEWS : { ...NO_NEWS, idle: why },
});

/**
 * A configuration is in force that no longer has these virtuals. Genuine reads the file at another instant, so what was
 * not told yet begins anew.
 */
export const reconfigured = (watch: Watch, gone: Iterable<string>, configured: ReadonlySet<string>): Watch => ({
  ...watch,
  dropped: new Set([...watch.dropped, ...gone].filter((id) => !configured.has(id))),
  differences: interrupted(watch.differences),
});

const within = (table: Table, ids: ReadonlySet<string>): Table => ({
  services: table.services.filter(({ key }) => ids.has(serviceId(key))),
});

const counted = ({ counts, last }: Watch, theirs: Table, owned: ReadonlySet<string>, at: Millis): Counts =>
  last === undefined
    ? counts
    : {
        ...counts,
        compared: millis(counts.compared + at - last.at),
        tableChanges: counts.tableChanges + diff(within(last.table, owned), within(theirs, owned)).length,
      };

/** Takes in one look at the tables. */
export const looked = (watch: Watch, { configured, genuine, theirs, ours, toleranceFor, now }: Look): Step => {
  const present = new Set(theirs.services.map(({ key }) => serviceId(key)));
  const owned = new Set([...configured, ...watch.dropped]);
  // On the node that stands by, nobody keeps a table: that is no difference.
  if (genuine === 'absent' && ![...owned].some((id) => present.has(id))) return cannotLook(watch, NOBODY);
  const found = new Map(compareTables(owned, theirs, ours).map((one) => [subjectOf(one), one]));
  const seen = observe(watch.differences, found, ({ virtualId }) => toleranceFor(virtualId), now);
  const { ended, begun } = seen;
  return {
    watch: {
      counts: counted(watch, theirs, owned, now.mono),
      differences: seen.differences,
      past: [...watch.past, ...ended].slice(-KEPT),
      last: { table: theirs, at: now.mono },
      // Whoever adds such a virtual later owns it.
      dropped: new Set([...watch.dropped].filter((id) => present.has(id))),
      idle: undefined,
    },
    news: watch.idle === undefined ? { ended, begun } : { resumed: true, ended, begun },
  };
};
