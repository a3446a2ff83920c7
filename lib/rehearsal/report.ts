/** A rehearsal in words: for people at a terminal, and as JSON. Pure. */
import { painter } from '../text/paint.js';
import type { Rehearsal, TimelineEntry } from './rehearse.js';
import type { ServiceAccount } from './service-account.js';

export interface Told {
  readonly story: readonly string[];
  readonly seed: number;
  readonly rehearsal: Rehearsal;
}

const seconds = (time: number): string => `${(time / 1000).toFixed(3)} s`;

const aligned = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
};

const timelineLine = ({ at, node, text }: TimelineEntry, nameWidth: number, coloured: boolean): string => {
  const colour = node === undefined ? 'bold' : /^(ERROR|CRIT)/.test(text) ? 'red' : undefined;
  return `${(at / 1000).toFixed(3).padStart(10)} s  ${(node ?? '').padEnd(nameWidth)}  ${painter(coloured)(text, colour)}`;
};

const verdict = ({ passed, addresses, services }: Rehearsal): string => {
  if (passed)
    return `Every address has one owner in the end${services.length === 0 ? '' : ', and every service a server that answers'}.`;
  return [
    ...addresses
      .filter(({ owners }) => owners.length !== 1)
      .map(
        ({ address, owners }) =>
          `${address} ends ${owners.length === 0 ? 'without an owner' : `on ${owners.join(' and ')}`}.`,
      ),
    ...services.filter(({ served }) => !served).map(({ service }) => `${service} ends without a server that answers.`),
  ].join('\n');
};

const inTheEnd = ({ owners, servers, served }: ServiceAccount): string => {
  if (owners.length === 0) return 'nobody';
  const count = `${servers.length} ${servers.length === 1 ? 'server' : 'servers'}`;
  return `${count} on ${owners.join(' and ')}${served || servers.length === 0 ? '' : ', dead'}`;
};

/** What became of the clients of each virtual service. */
const serviceTable = (services: readonly ServiceAccount[]): readonly string[] => {
  const rows = services.map((one) => [
    one.service,
    seconds(one.outage),
    seconds(one.longest),
    seconds(one.fallback),
    seconds(one.dead),
    `${(one.lost * 100).toFixed(1)}%`,
    inTheEnd(one),
  ]);
  const head = ['service', 'no answer', 'longest', 'on fallback', 'sent to the dead', 'requests lost', 'in the end'];
  return aligned([head, ...rows]);
};

/** Timeline, outages and verdict; ends with a newline. */
export const reportText = ({ story, seed, rehearsal }: Told, coloured: boolean): string => {
  const { timeline, addresses, services, duration } = rehearsal;
  const nameWidth = Math.max(0, ...timeline.map(({ node }) => (node ?? '').length));
  const rows = [
    ['address', 'outage', 'longest', 'two owners', 'in the end'],
    ...addresses.map(({ address, outage, longest, double, owners }) => [
      address,
      seconds(outage),
      seconds(longest),
      seconds(double),
      owners.length === 0 ? 'nobody' : owners.join(' and '),
    ]),
  ];
  return [
    `Rehearsed: ${story.join('; ')} (${(duration / 1000).toFixed(0)} s, seed ${seed})`,
    '',
    ...timeline.map((entry) => timelineLine(entry, nameWidth, coloured)),
    '',
    ...(addresses.length === 0 ? ['There is no address in haresources.'] : aligned(rows)),
    ...(services.length === 0 ? [] : ['', ...serviceTable(services)]),
    verdict(rehearsal),
    '',
  ].join('\n');
};

/** The same for machines; times in milliseconds. Ends with a newline. */
export const reportJson = ({ story, seed, rehearsal }: Told): string =>
  `${JSON.stringify({ version: 1, story, seed, ...rehearsal }, null, 2)}\n`;
