/** What this node tells the other one of itself, and when. Pure. */
import { type DirectorReport, type FileReport, NOTHING_LEFT, type NodeReport } from '../peer/report.js';
import type { Millis } from '../time.js';
import { REPORT_EVERY } from './cluster/told.js';
import type { HeartbeatSnapshot } from './snapshot.js';

/** After a change it is told again at the earliest after this time. */
export const REPORT_PAUSE = 1_000 as Millis;

export interface ReportParts {
  readonly number: number;
  /** Name and version of what runs here. */
  readonly suite: string;
  readonly snapshot: HeartbeatSnapshot;
  readonly directors: readonly DirectorReport[];
  /** The number of the key that the digests are made with. */
  readonly key: number;
  readonly files: readonly FileReport[];
}

/** The report; it may still be longer than what is sent. */
export const ownReport = ({ number, suite, snapshot, directors, key, files }: ReportParts): NodeReport => {
  const { cluster, groups, since, written, node } = snapshot;
  const heldSince = since[`holding ${node}`];
  return {
    ...{ number, suite, directors, key, files, left: NOTHING_LEFT },
    links: (cluster?.nodes ?? [])
      .filter(({ self }) => !self)
      .flatMap(({ name, links }) =>
        links.map((link) => ({ node: name, link: link.name, status: link.status, heardAge: link.heardAge })),
      ),
    groups: groups
      .filter(({ place }) => place === 'here' || place === 'both')
      .map((group) => ({
        prefers: group.node,
        group: group.resources[0] ?? '',
        heldFor: heldSince === undefined ? null : written - heldSince,
      })),
  };
};

/** What is told or was told last, and when. */
export interface ToldLast {
  /** To whom; in a new life it knows nothing of what its former one was told. */
  readonly to: string;
  readonly substance: string;
  readonly at: Millis;
}

/** Whether a report of that substance is to be told at that instant. `last` is undefined before the first. */
export const isDue = (last: ToldLast | undefined, { to, substance, at }: ToldLast): boolean => {
  if (last === undefined || last.to !== to) return true;
  const age = at - last.at;
  return age >= REPORT_EVERY || (age >= REPORT_PAUSE && substance !== last.substance);
};
