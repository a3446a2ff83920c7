/** Virtual services and real servers on the page. Pure. */
import { spanText } from '../../ldirectord/cli/status-table.js';
import { connectionsText, unknownWhy, weightText } from '../../ldirectord/connections-text.js';
import type { LiveStatus, RealStatus, VirtualStatus } from '../../ldirectord/live-status.js';
import { type Html, html } from '../../text/html.js';
import type { DirectorStatus } from '../status/status.js';
import { ageLine } from './cluster-sections.js';
import { instant, mark, REAL_TONES, since, virtualTone } from './marks.js';
import { type PeerView, peerDirectorsPart } from './peer-section.js';

const stateCell = (real: RealStatus): Html => {
  const failing = real.state === 'up' && real.failures > 0 ? `, failure ${real.failures} of ${real.failureCount}` : '';
  const refused = real.refused ? ', refused by the engine' : '';
  return mark(REAL_TONES[real.state], `${real.state}${failing}${refused}`);
};

const checkCell = ({ lastCheck, check }: RealStatus, written: number): Html => {
  if (lastCheck === null) return html`${check}: not checked yet`;
  const cause = lastCheck.cause === null ? 'good' : lastCheck.cause;
  return html`${check}: ${cause}, ${spanText(written - Date.parse(lastCheck.at))} ago in ${lastCheck.durationMs} ms`;
};

const failureCell = ({ lastFailure }: RealStatus): Html =>
  lastFailure === null
    ? html`none known`
    : html`${instant(Date.parse(lastFailure.at))}: <strong>${lastFailure.cause}</strong> ${lastFailure.text}`;

/** With how old it is, as everything here. */
const connectionsCell = (real: RealStatus, live: LiveStatus, written: number): Html => {
  if (unknownWhy(live) !== undefined) return html`unknown`;
  const at = real.connections?.at;
  return html`${connectionsText(real)}${at === undefined ? '' : `, ${spanText(written - Date.parse(at))} ago`}`;
};

const realRow = (
  real: RealStatus,
  live: LiveStatus,
  written: number,
): Html => html`<tr><th scope="row" data-label="Real">${real.server}</th>
  <td data-label="State">${stateCell(real)}</td>
  <td data-label="Since">${real.since === null ? html`unknown` : html`${instant(Date.parse(real.since))} (${spanText(written - Date.parse(real.since))})`}</td>
  <td data-label="Weight">${weightText(real)} ${real.method}</td>
  <td data-label="Connections">${connectionsCell(real, live, written)}</td>
  <td data-label="Check">${checkCell(real, written)}</td>
  <td data-label="Last failure">${failureCell(real)}</td></tr>`;

const fallbackLine = ({ fallback }: VirtualStatus): Html =>
  fallback === null
    ? html``
    : html`<p>Fallback ${fallback.server} (${fallback.method}): ${fallback.active ? mark('bad', 'stands in') : html`not needed`}</p>`;

const virtualPart = (virtual: VirtualStatus, live: LiveStatus, written: number): Html => {
  const { up, reals, name } = virtual;
  const head = html`<h4>${virtual.protocol} ${virtual.service} ${name ?? ''} ${mark(virtualTone(up, reals.length), `${up} of ${reals.length} up`)}
    <span class="quiet">${virtual.scheduler}</span></h4>`;
  return html`${head}${fallbackLine(virtual)}<table><thead><tr><th scope="col">Real</th><th scope="col">State</th><th scope="col">Since</th><th scope="col">Weight</th><th scope="col">Connections</th><th scope="col">Check</th><th scope="col">Last failure</th></tr></thead>
    <tbody>${reals.map((real) => realRow(real, live, written))}</tbody></table>`;
};

const unknownLine = (live: LiveStatus): Html => {
  const why = unknownWhy(live);
  return why === undefined ? html`` : html`<p>Connections: ${mark('odd', `unknown, ${why}`)}</p>`;
};

const livePart = (live: LiveStatus): Html => {
  const written = Date.parse(live.written);
  return html`<p>Runs with pid ${live.pid} ${since(Date.parse(live.started), written)}: ${live.status}; ${live.config} was read at ${instant(Date.parse(live.loaded))}.</p>
    ${unknownLine(live)}${live.virtuals.map((virtual) => virtualPart(virtual, live, written))}`;
};

const directorPart = ({ name, heard }: DirectorStatus): Html => {
  const head = html`<h3>ldirectord ${name}</h3>`;
  if (heard.snapshot === null) return html`${head}<p>${mark('bad', heard.problem)}</p>`;
  return html`${head}${ageLine(heard.age, heard.stale)}${livePart(heard.snapshot)}`;
};

/** What every ldirectord of this machine knows, and what the other node has told of its own; `peer` is its name. */
export const directorsSection = (
  directors: readonly DirectorStatus[],
  peer: string | undefined,
  told: PeerView | undefined,
): Html => {
  const own = directors.length === 0 ? html`<p>No ldirectord runs on this machine.</p>` : html``;
  const unknown = peer === undefined ? html`` : html`<p>On ${peer}: unknown; its own page shows it.</p>`;
  const other = told === undefined ? unknown : peerDirectorsPart(told);
  return html`<h2>Virtual services</h2>${own}${directors.map(directorPart)}${other}`;
};
