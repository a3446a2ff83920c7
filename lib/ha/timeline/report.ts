/** A timeline for a person at a terminal, and for programs. Pure. */

import { clockTime, daemonText, happeningText, isBad, reasonText } from '../../events/event-text.js';
import { columns } from '../../text/columns.js';
import { type Paint, painter } from '../../text/paint.js';
import { visible } from '../../text/visible.js';
import { type Entry, type Incident, secondsText } from './incidents.js';
import type { Machine } from './merge.js';
import { TIMELINE_VERSION, type Timeline } from './timeline.js';

/** `+1.046 s`, counted from the beginning of an incident. */
export const afterText = (milliseconds: number): string => `+${secondsText(milliseconds)}`;

/** How the clock of a machine differs from that of the first one. */
export const clockText = ({ name, ahead, error, messages }: Machine): string => {
  if (ahead === null)
    return `No cluster message tells how the clock of ${name} differs: its times are taken as they are.`;
  const direction = ahead < 0 ? 'behind' : 'ahead';
  const exact = error === null ? 'messages went one way only' : `±${secondsText(error)}`;
  return `The clock of ${name} is ${secondsText(Math.abs(ahead))} ${direction} (${exact}; ${messages} cluster message${messages === 1 ? '' : 's'}).`;
};

/** The way from the trouble to its end: `lb1 dead +0.000 s -> lb2 takes over +0.001 s`. */
export const wayText = ({ milestones, begin }: Incident): string =>
  milestones.map(({ name, at }) => `${name} ${afterText(at - begin)}`).join(' -> ');

/** What an entry says, and why. */
export const entryText = ({ event }: Entry): string => {
  const why = reasonText(event);
  return `${happeningText(event)}${why === '' ? '' : ` [${why}]`}`;
};

/** `2026-11-27 20:15:03.123 to 2026-11-27 20:16:10.002`. */
export const spanOf = ({ span }: Timeline): string =>
  span === null ? '' : `${clockTime(span.from)} to ${clockTime(span.to)}`;

const entryLines = ({ entries, begin }: Incident, paint: Paint): readonly string[] => {
  const rows = entries.map((entry) => [
    afterText(entry.at - begin).padStart(11),
    visible(entry.machine),
    visible(daemonText(entry.event)),
    visible(entryText(entry)),
  ]);
  return columns(rows).map((line, index) => {
    const entry = entries[index];
    return `  ${entry !== undefined && isBad(entry.event) ? paint(line, 'red') : line}`;
  });
};

const incidentLines = (incident: Incident, number: number, paint: Paint): readonly string[] => {
  const way = wayText(incident);
  return [
    '',
    paint(visible(`${number}. ${clockTime(incident.begin)}  ${incident.summary}`), 'bold'),
    ...(way === '' ? [] : [`  ${visible(way)}`]),
    '',
    ...entryLines(incident, paint),
  ];
};

/** Ends with a newline. */
export const timelineText = (timeline: Timeline, coloured: boolean): string => {
  const { machines, incidents, others, span } = timeline;
  if (span === null && incidents.length === 0) return 'Nothing has happened then, as far as the journals tell.\n';
  const paint = painter(coloured);
  const [first, ...rest] = machines;
  const by = rest.length === 0 ? '' : `, by the clock of ${first?.name}`;
  const lines = [
    visible(`${machines.map(({ name }) => name).join(' and ')}, ${spanOf(timeline)}${by}`),
    ...rest.map((machine) => visible(clockText(machine))),
    ...incidents.flatMap((incident, index) => incidentLines(incident, index + 1, paint)),
    '',
    incidents.length === 0
      ? `No incident; ${others} other events, which ha events shows.`
      : `${others} other events, which ha events shows.`,
  ];
  return `${lines.join('\n')}\n`;
};

const incidentJson = ({ entries, begin, end, milestones, addresses, summary }: Incident) => ({
  ...{ begin, end, summary },
  milestones: milestones.map(({ name, at }) => ({ name, after: at - begin })),
  addresses,
  events: entries.map(({ event, machine, at, because }) => ({ machine, at, after: at - begin, because, event })),
});

/** One JSON document. */
export const timelineJson = ({ machines, incidents, others, span }: Timeline): string =>
  `${JSON.stringify({ version: TIMELINE_VERSION, machines, span, incidents: incidents.map(incidentJson), others })}\n`;
