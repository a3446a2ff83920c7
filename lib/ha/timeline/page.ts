/** A timeline as one page that needs nothing else, to be sent to whoever asks what happened. Pure. */
import { clockTime, daemonText, happeningText, isBad, reasonText } from '../../events/event-text.js';
import { type Html, html } from '../../text/html.js';
import { type AddressStory, type Entry, type Incident, secondsText } from './incidents.js';
import { afterText, clockText, spanOf } from './report.js';
import type { Timeline } from './timeline.js';

/** Light and dark as the reader has it; what is bad is told by a mark as well as by its colour. */
const STYLE: Html = {
  html: `
:root { color-scheme: light dark; --back: #fff; --text: #1c1e21; --dim: #5c6370; --line: #d8dbe0; --bad: #b3261e; --shade: #f5f6f8; }
@media (prefers-color-scheme: dark) {
  :root { --back: #16181c; --text: #e4e6ea; --dim: #9aa1ad; --line: #343941; --bad: #ff8a80; --shade: #1f2227; }
}
body { margin: 0 auto; max-width: 80rem; padding: 1.5rem; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p.dim, td.dim, th { color: var(--dim); }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td.time, th.time { white-space: nowrap; text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
tr.bad td { color: var(--bad); }
tr:target td { background: var(--shade); }
ol.way { display: flex; flex-wrap: wrap; gap: .4rem; list-style: none; padding: 0; }
ol.way li { background: var(--shade); border: 1px solid var(--line); border-radius: .4rem; padding: .1rem .6rem; }
a { color: inherit; }
`,
};

const anchor = (number: number, place: number): string => `i${number}e${place}`;

const because = ({ because: place }: Entry, incident: Incident, number: number): Html | undefined => {
  const cause = place === null ? undefined : incident.entries[place];
  if (place === null || cause === undefined) return undefined;
  return html` <a href="#${anchor(number, place)}">from ${afterText(cause.at - incident.begin)}</a>`;
};

const entryRow =
  (incident: Incident, number: number, machines: readonly string[]) =>
  (entry: Entry, place: number): Html => {
    const { event, machine, at } = entry;
    const isWrong = isBad(event);
    const why = reasonText(event);
    const told = html`${isWrong ? '! ' : ''}${happeningText(event)}`;
    const reason = why === '' ? undefined : html`<br>${why}`;
    return html`<tr id="${anchor(number, place)}" class="${isWrong ? 'bad' : ''}">
<td class="time">${afterText(at - incident.begin)}</td>
${machines.map((name) => (name === machine ? html`<td>${told}${reason}</td>` : html`<td></td>`))}
<td class="dim">${daemonText(event)}${because(entry, incident, number)}</td>
</tr>
`;
  };

const addressRow = ({ address, from, owners, outage, longest, double }: AddressStory): Html =>
  html`<tr><td>${address}</td><td>${from.join(', ')}</td><td>${owners.length === 0 ? 'nobody' : owners.join(', ')}</td><td class="time">${secondsText(outage)}</td><td class="time">${secondsText(longest)}</td><td class="time">${secondsText(double)}</td></tr>
`;

const addressTable = ({ addresses }: Incident): Html | undefined =>
  addresses.length === 0
    ? undefined
    : html`<table>
<thead><tr><th>Address</th><th>Before</th><th>After</th><th class="time">Without an answer</th><th class="time">At a stretch</th><th class="time">Answered twice</th></tr></thead>
<tbody>${addresses.map(addressRow)}</tbody>
</table>
`;

const section =
  (machines: readonly string[]) =>
  (incident: Incident, index: number): Html => {
    const number = index + 1;
    const { milestones, begin } = incident;
    const way = milestones.map(({ name, at }) => html`<li>${name} ${afterText(at - begin)}</li>`);
    return html`<section>
<h2>${number}. ${clockTime(begin)}</h2>
<p>${incident.summary}</p>
<ol class="way">${way}</ol>
${addressTable(incident)}<table>
<thead><tr><th>Time</th>${machines.map((name) => html`<th>${name}</th>`)}<th>Told by</th></tr></thead>
<tbody>
${incident.entries.map(entryRow(incident, number, machines))}</tbody>
</table>
</section>
`;
  };

/** What is no ASCII as a character reference, so that the page reads the same in every encoding. */
const ascii = (text: string): string =>
  text.replace(/[^\x00-\x7f]/gu, (char) => `&#x${(char.codePointAt(0) ?? 0xfffd).toString(16)};`);

/** The page. Nothing in it is fetched from anywhere, and nothing in it is run. */
export const timelinePage = (timeline: Timeline): string => {
  const { machines, incidents, others } = timeline;
  const names = machines.map(({ name }) => name);
  const title = `What happened on ${names.join(' and ')}`;
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<p>${spanOf(timeline)}${names.length < 2 ? '' : `, by the clock of ${names[0] ?? ''}`}</p>
${machines.slice(1).map(
  (machine) => html`<p class="dim">${clockText(machine)}</p>
`,
)}${incidents.map(section(names))}<p class="dim">${others} other events belong to no incident.</p>
</body>
</html>
`;
  return ascii(page.html);
};
