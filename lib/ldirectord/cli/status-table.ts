/** `status --table`: the live state for a person at a terminal. */
import { columns } from '../../text/columns.js';
import { connectionsText, unknownWhy, weightText } from '../connections-text.js';
import type { LiveStatus, RealStatus, StatusReport, VirtualStatus } from '../live-status.js';

/** `4 s`, `12 min`, `3 h`, `5 d`: as much as one needs to know. */
export const spanText = (milliseconds: number): string => {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
};

/** Server texts may hold anything; a terminal gets only what it can show. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').trim();

const spanSince = (iso: string, { written }: LiveStatus): string => spanText(Date.parse(written) - Date.parse(iso));

/** A count that is older than the time between two of them is said to be old, in milliseconds. */
const OLD = 5000;

const isOld = (iso: string, { written }: LiveStatus): boolean => Date.parse(written) - Date.parse(iso) > OLD;

/** The words of a failure that its cause does not say already. */
const whyText = ({ lastCheck, lastFailure, state }: RealStatus): string => {
  const isFailing = lastCheck?.result === 'down';
  if (lastFailure === null || !isFailing || state === 'maintenance' || state === 'drained') return '';
  const { cause, text } = lastFailure;
  const [, detail = ''] = cause.split(/ (.*)/);
  const more = detail !== '' && text.startsWith(detail) ? text.slice(detail.length) : text.replace(/^500 /, ' ');
  return printable(`${cause}${more === '' ? '' : ` ${more.trim()}`}`);
};

/** Who has taken it out, until when, and why. */
const maintenanceText = ({ maintenance }: RealStatus): string => {
  if (maintenance === null) return '';
  const { by, deadline, reason } = maintenance;
  const parts = [by === null ? '' : `by ${by}`, deadline === null ? '' : `until ${deadline}`].filter(
    (part) => part !== '',
  );
  return printable(`${parts.join(' ')}${reason === null ? '' : `${parts.length > 0 ? ': ' : ''}${reason}`}`);
};

const failuresText = ({ state, failures, failureCount }: RealStatus): string =>
  state === 'up' && failures > 0 ? `failure ${failures}/${failureCount}` : '';

const realRow = (real: RealStatus, live: LiveStatus): readonly string[] => [
  real.server,
  `${real.method} ${weightText(real)}`,
  real.state,
  real.since === null ? '' : `for ${spanSince(real.since, live)}`,
  ...(unknownWhy(live) === undefined ? [connectionsText(real)] : []),
  real.lastCheck === null
    ? 'not checked yet'
    : `checked ${spanSince(real.lastCheck.at, live)} ago in ${real.lastCheck.durationMs} ms`,
  [failuresText(real), real.refused ? 'refused by the engine' : '', whyText(real), maintenanceText(real)]
    .filter((text) => text !== '')
    .join(', '),
];

const aligned = (rows: readonly (readonly string[])[]): readonly string[] => columns(rows).map((line) => `  ${line}`);

const heading = ({ protocol, service, scheduler, name, up, reals }: VirtualStatus): string =>
  `${protocol} ${service} ${scheduler}, ${up} of ${reals.length} up${name === null ? '' : `, ${printable(name)}`}`;

const virtualLines = (virtual: VirtualStatus, live: LiveStatus): readonly string[] => {
  const { fallback } = virtual;
  const rows = virtual.reals.map((real) => realRow(real, live));
  const last =
    fallback === null
      ? []
      : [[`fallback ${fallback.server}`, fallback.method, fallback.active ? 'active' : 'not needed']];
  return ['', heading(virtual), ...aligned(rows), ...last.map((row) => `  ${row.join('  ')}`)];
};

/** Said once; each server's own are in its line. A count as old as the answer needs no word. */
const countLines = (live: LiveStatus): readonly string[] => {
  const { table } = live;
  if (table === undefined) return [];
  if (table.at === null) return [printable(`connections: unknown, ${unknownWhy(live) ?? 'not read yet'}`)];
  return isOld(table.at, live) ? [`connections as they were ${spanSince(table.at, live)} ago`] : [];
};

/** Ends with a newline. */
export const statusTable = (report: StatusReport): string => {
  if (report.state !== 'running') {
    const stale = report.state === 'stale' ? ' (its pid file is left over)' : '';
    return `ldirectord is stopped for ${report.config}${stale}\n`;
  }
  const first = `ldirectord for ${report.config} is running with pid ${report.pid}`;
  if (report.live === null) return `${first}\n${report.problem}\n`;
  const { live } = report;
  const lines = [
    `${first} for ${spanSince(live.started, live)}: ${live.status}, configuration read ${spanSince(live.loaded, live)} ago`,
    ...countLines(live),
    ...live.virtuals.flatMap((virtual) => virtualLines(virtual, live)),
  ];
  return `${lines.join('\n')}\n`;
};
