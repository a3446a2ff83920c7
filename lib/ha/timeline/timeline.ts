/** The whole timeline: machines with their clocks, incidents, and how much happened besides. Pure. */
import type { HaEvent } from '../../events/event.js';
import type { Range } from '../instant.js';
import { type Incident, incidentsOf } from './incidents.js';
import { type Machine, merge } from './merge.js';

/** Raised when a field changes its meaning or goes away; new fields may come at any time. */
export const TIMELINE_VERSION = 1;

export interface Timeline {
  /** All times are by the clock of the first one. */
  readonly machines: readonly Machine[];
  /** Those that touch the range, each of them whole. */
  readonly incidents: readonly Incident[];
  /** Events in the range that belong to none of them. */
  readonly others: number;
  /** The first and the last event in the range; null: there is none. */
  readonly span: Range | null;
}

/**
 * @param events of all machines, in any order
 * @param own the machine whose clock counts, for the range too; undefined: that of the first event
 */
export const timelineOf = (events: readonly HaEvent[], own: string | undefined, { from, to }: Range): Timeline => {
  // What lies outside of the range still tells of the clocks, and of who held what.
  const merged = merge(events, own);
  const inside = merged.moments.filter(({ at }) => at >= from && at <= to);
  const incidents = incidentsOf(merged).filter(({ begin, end }) => end >= from && begin <= to);
  const told = new Set(incidents.flatMap(({ entries }) => entries.map(({ event }) => event)));
  const [first, last] = [inside[0], inside.at(-1)];
  return {
    machines: merged.machines,
    incidents,
    others: inside.filter(({ event }) => !told.has(event)).length,
    span: first === undefined || last === undefined ? null : { from: first.at, to: last.at },
  };
};
