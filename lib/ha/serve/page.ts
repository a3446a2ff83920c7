/** The status page as HTML: one document that needs nothing else, and its sections for those who watch it. Pure. */
import { createHash } from 'node:crypto';
import type { HaEvent } from '../../events/event.js';
import { happeningText, isBad } from '../../events/event-text.js';
import { type Html, html } from '../../text/html.js';
import type { MachineStatus } from '../status/status.js';
import { groupsSection, nodesSection, peerViewOf } from './cluster-sections.js';
import { directorsSection } from './director-section.js';
import { instant, mark } from './marks.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';
import type { View } from './view.js';

/** So many of the newest events are shown. */
export const SHOWN_EVENTS = 30;

/** Without scripts a page is asked for again after so many seconds. */
const REFRESH = 10;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Value of the header Content-Security-Policy: nothing but what the page itself brings, and its news. */
export const CONTENT_POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(STYLE)}`,
  `script-src ${hashOf(SCRIPT)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const nodeName = ({ heartbeat }: MachineStatus, events: readonly HaEvent[]): string =>
  heartbeat.snapshot?.node ?? events.at(-1)?.node ?? 'this machine';

const peerName = ({ heartbeat }: MachineStatus): string | undefined =>
  heartbeat.snapshot?.cluster?.nodes.find((node) => node.type === 'normal' && !node.self)?.name;

const headSection = ({ status, events }: View): Html => {
  const { troubles, at } = status;
  const verdict =
    troubles.length === 0
      ? mark('good', 'All is well')
      : mark(
          'bad',
          troubles.length === 1
            ? '1 thing is not as it should be'
            : `${troubles.length} things are not as they should be`,
        );
  const list = troubles.length === 0 ? html`` : html`<ul>${troubles.map((one) => html`<li>${one}</li>`)}</ul>`;
  return html`<h1>${nodeName(status, events)}: ${verdict}</h1>${list}<p class="quiet">As of ${instant(at)}.</p>`;
};

const eventItem = (event: HaEvent): Html => {
  const { wall, node, program, instance, cause, decidedBy } = event;
  const who = instance === '' ? program : `${program}(${instance})`;
  const why = [cause, decidedBy].filter((part) => part !== undefined).join('; ');
  const what = isBad(event) ? mark('bad', happeningText(event)) : html`${happeningText(event)}`;
  return html`<li>${instant(wall)} <span class="quiet">${node} ${who}</span> ${what}${why === '' ? '' : html` <span class="quiet">because: ${why}</span>`}</li>`;
};

const eventsSection = (events: readonly HaEvent[]): Html => {
  const newest = events.slice(-SHOWN_EVENTS).toReversed();
  const list =
    newest.length === 0 ? html`<p>Nothing is known.</p>` : html`<ul class="events">${newest.map(eventItem)}</ul>`;
  return html`<h2>Last transitions</h2>${list}`;
};

export type SectionName = 'head' | 'nodes' | 'groups' | 'directors' | 'events';

/** The inside of every section, by the id of its element. */
export const sectionsOf = (view: View): Readonly<Record<SectionName, string>> => {
  const { status, events, lateness } = view;
  return {
    head: headSection(view).html,
    nodes: nodesSection(status.heartbeat, lateness).html,
    groups: groupsSection(status.heartbeat).html,
    directors: directorsSection(status.directors, peerName(status), peerViewOf(status.heartbeat)).html,
    events: eventsSection(events).html,
  };
};

/** The whole document. */
export const pageOf = (view: View): string => {
  const { status, events } = view;
  const inner = sectionsOf(view);
  const section = (name: Exclude<SectionName, 'head'>): string => `<section id="${name}">${inner[name]}</section>`;
  const title = html`<title>${nodeName(status, events)}: status</title>`.html;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
${title}<link rel="icon" href="data:,"><noscript><meta http-equiv="refresh" content="${REFRESH}"></noscript>
<style>${STYLE}</style></head><body>
<header><p id="lost" class="notice" role="alert" hidden></p><div id="head">${inner.head}</div></header>
<main>${section('nodes')}${section('groups')}${section('directors')}${section('events')}</main>
<footer><p class="quiet">For programs: <a href="status.json">status.json</a>, <a href="metrics">metrics</a>.</p></footer>
<script>${SCRIPT}</script></body></html>
`;
};
