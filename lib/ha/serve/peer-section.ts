/** What the other node has told of itself on the page. Pure. */
import type { PeerSnapshot, PeerTold } from '../../heartbeat/snapshot.js';
import { spanText } from '../../ldirectord/cli/status-table.js';
import type { Age, DirectorReport, LoadReport, RealReport, VirtualReport } from '../../peer/report.js';
import { type Html, html } from '../../text/html.js';
import { differingFiles, leftOut, linkName, loadText } from '../status/peer-told.js';
import { mark, REAL_TONES, row, virtualTone } from './marks.js';

/** What the other node has told, and how many milliseconds ago the daemon here has passed it on. */
export interface PeerView {
  readonly peer: PeerSnapshot;
  readonly later: number;
}

const ageText = (age: Age): string => (age === null ? 'unknown' : `${spanText(age)} ago`);
const spanOf = (age: Age): string => (age === null ? 'unknown' : `for ${spanText(age)}`);

/** How old it is, and that it is stale when it is. */
const toldLine = (node: string, age: number, stale: boolean): Html =>
  stale
    ? html`<p class="age">${mark('bad', 'STALE')} ${node} does not tell any more; what follows was true ${spanText(age)} ago.</p>`
    : html`<p class="age">As ${node} told ${spanText(age)} ago.</p>`;

const filesText = (told: PeerTold): Html => {
  if (told.files.length === 0) return html`unknown`;
  const differing = differingFiles(told);
  return differing === undefined ? mark('good', 'the same as here') : mark('odd', `not the same as here: ${differing}`);
};

const toldCard = (node: string, told: PeerTold): Html => {
  const links = told.links.map(
    (link) => html`<li><strong>${linkName(link)}</strong> ${mark(link.status === 'up' ? 'good' : 'bad', link.status)}
      <span class="quiet">heard ${ageText(link.heardAge)}</span></li>`,
  );
  const groups = told.groups.map(
    ({ group, heldFor }) => html`<li>${group} <span class="quiet">${spanOf(heldFor)}</span></li>`,
  );
  const left = leftOut(told);
  return html`<article class="card"><h3>${node} <span class="quiet">(as it says itself)</span></h3>
    <dl>${row('Version', html`${told.suite}`)}
    ${row('Holds', groups.length === 0 ? html`no group` : html`<ul class="links">${groups}</ul>`)}
    ${row('Files', filesText(told))}
    ${left === undefined ? '' : row('Left out', html`${left}`)}</dl>
    ${links.length === 0 ? '' : html`<h4>Links from ${node}</h4><ul class="links">${links}</ul>`}
  </article>`;
};

/** The node itself: its links, what it holds, and whether its files are ours. */
export const peerNodePart = (view: PeerView | undefined): Html => {
  if (view === undefined) return html``;
  const { peer, later } = view;
  if (peer.told === null) return html`<p>What ${peer.node} says of itself: unknown (${peer.problem}).</p>`;
  return html`${toldLine(peer.node, peer.age + later, peer.stale)}<div class="cards">${toldCard(peer.node, peer.told)}</div>`;
};

const connectionsCell = (load: LoadReport | null): Html =>
  load === null ? html`unknown` : html`${loadText(load)}<span class="quiet">, ${ageText(load.readAge)}</span>`;

const realRow = ({
  server,
  state,
  stateFor,
  weight,
  cause,
  connections,
}: RealReport): Html => html`<tr><th scope="row" data-label="Real">${server}</th>
  <td data-label="State">${mark(REAL_TONES[state], state)}</td>
  <td data-label="Since">${spanOf(stateFor)}</td>
  <td data-label="Weight">${weight}</td>
  <td data-label="Connections">${connectionsCell(connections)}</td>
  <td data-label="Check">${cause ?? 'good'}</td></tr>`;

const virtualPart = ({ id, total, up, fallback, reals }: VirtualReport): Html => {
  const fallbackLine = fallback === true ? html`<p>Fallback: ${mark('bad', 'stands in')}</p>` : html``;
  const rest =
    total === reals.length ? html`` : html`<p>${total - reals.length} more did not fit into the message.</p>`;
  return html`<h4>${id} ${mark(virtualTone(up, total), `${up} of ${total} up`)}</h4>${fallbackLine}<table><thead><tr><th scope="col">Real</th><th scope="col">State</th><th scope="col">Since</th><th scope="col">Weight</th><th scope="col">Connections</th><th scope="col">Check</th></tr></thead>
    <tbody>${reals.map(realRow)}</tbody></table>${rest}`;
};

const directorPart = (node: string, { name, problem, virtuals, virtualsLeft }: DirectorReport): Html => {
  const head = html`<h3>ldirectord ${name} <span class="quiet">on ${node}</span></h3>`;
  if (problem !== null) return html`${head}<p>${mark('bad', problem)}</p>`;
  const rest =
    virtualsLeft === 0 ? html`` : html`<p>${virtualsLeft} more virtual services did not fit into the message.</p>`;
  return html`${head}${virtuals.map(virtualPart)}${rest}`;
};

/** Its virtual services. */
export const peerDirectorsPart = ({ peer, later }: PeerView): Html => {
  const { node, told } = peer;
  if (told === null) return html`<p>On ${node}: unknown (${peer.problem}).</p>`;
  const age = toldLine(node, peer.age + later, peer.stale);
  if (told.directors.length === 0) return html`<p>No ldirectord runs on ${node}.</p>${age}`;
  return html`${age}${told.directors.map((director) => directorPart(node, director))}`;
};
