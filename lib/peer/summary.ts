/** What an ldirectord says of itself in short, for the other node. Pure. */
import type { LiveStatus, RealStatus, VirtualStatus } from '../ldirectord/live-status.js';
import { fitDirector } from './format.js';
import {
  type Age,
  type DirectorReport,
  type LoadReport,
  MAX_REPORT,
  type RealReport,
  type VirtualReport,
} from './report.js';

/** Some room is left for what else its node has to tell. */
export const MAX_SUMMARY = (MAX_REPORT * 3) / 4;

const ageAt = (written: number, iso: string | null): Age =>
  iso === null ? null : Math.max(0, written - Date.parse(iso));

const loadReport = ({ connections }: RealStatus, written: number): LoadReport | null =>
  connections === null || connections === undefined
    ? null
    : { active: connections.active, inactive: connections.inactive, readAge: ageAt(written, connections.at) };

const realReport = (real: RealStatus, written: number): RealReport => {
  const { server, state, since, weight, lastCheck } = real;
  return {
    ...{ server, state, stateFor: ageAt(written, since), weight },
    ...{ cause: lastCheck?.cause ?? null, connections: loadReport(real, written) },
  };
};

const virtualReport = ({ id, up, reals, fallback }: VirtualStatus, written: number): VirtualReport => ({
  ...{ id, total: reals.length, up, fallback: fallback?.active ?? null },
  reals: reals.map((real) => realReport(real, written)),
});

/** Never longer than {@link MAX_SUMMARY} bytes on the wire. */
export const directorSummary = (name: string, live: LiveStatus): DirectorReport => {
  const written = Date.parse(live.written);
  const virtuals = live.virtuals.map((virtual) => virtualReport(virtual, written));
  return fitDirector({ name, problem: null, virtuals, virtualsLeft: 0 }, MAX_SUMMARY);
};
