/** Nodes, links and groups on the page. Pure. */
import type { ClusterSnapshot, NodeSnapshot, Place } from '../../heartbeat/cluster/snapshot.js';
import type { GroupSnapshot, HeartbeatSnapshot } from '../../heartbeat/snapshot.js';
import { spanText } from '../../ldirectord/cli/status-table.js';
import { type Html, html } from '../../text/html.js';
import { type Heard, NO_HEARTBEAT } from '../status/status.js';
import { instant, mark, row, since, type Tone } from './marks.js';
import { type Lateness, linkKey } from './memory.js';
import { type PeerView, peerNodePart } from './peer-section.js';
import { sparkline } from './sparkline.js';

/** The line above everything that one daemon has said: how old it is, and that it is stale when it is. */
export const ageLine = (age: number, stale: boolean): Html =>
  stale
    ? html`<p class="age">${mark('bad', 'STALE')} The daemon does not answer; what follows was true ${spanText(age)} ago.</p>`
    : html`<p class="age">As the daemon said ${spanText(age)} ago.</p>`;

const nodeTone = ({ status }: NodeSnapshot): Tone =>
  status === 'dead' ? 'bad' : ['active', 'ping', 'up'].includes(status) ? 'good' : 'odd';

const fitness = (health: NodeSnapshot['health'], failing: readonly string[]): Html => {
  if (health === null) return html`unknown`;
  const names = failing.length === 0 ? '' : ` (failing: ${failing.join(', ')})`;
  return mark(health === 'bad' ? 'bad' : health === 'good' ? 'good' : 'odd', `${health}${names}`);
};

const clock = ({ clockAhead }: NodeSnapshot): string => {
  if (clockAhead === null) return 'unknown';
  // The wire has whole seconds: a difference of one is none.
  if (Math.abs(clockAhead) < 2) return 'as here';
  return `${Math.abs(clockAhead)} s ${clockAhead > 0 ? 'ahead' : 'behind'}`;
};

const linkItems = (
  { name, links, deadAfter }: NodeSnapshot,
  snapshot: HeartbeatSnapshot,
  lateness: Lateness,
): readonly Html[] =>
  links.map(
    (link) => html`<li><strong>${link.name}</strong> ${mark(link.status === 'up' ? 'good' : 'bad', link.status)}
      <span class="quiet">${since(snapshot.since[`link ${name}:${link.name}`], snapshot.written)}</span><br>
      ${sparkline(lateness.get(linkKey(name, link.name)) ?? [], deadAfter)}</li>`,
  );

const holdsRow = (snapshot: HeartbeatSnapshot, { name, holds }: NodeSnapshot): Html =>
  holds === null
    ? html`unknown`
    : html`${holds} <span class="quiet">${since(snapshot.since[`holding ${name}`], snapshot.written)}</span>`;

const nodeCard = (node: NodeSnapshot, snapshot: HeartbeatSnapshot, lateness: Lateness): Html => {
  const { self, type, name } = node;
  const failing = self ? (snapshot.cluster?.failing ?? []) : [];
  const heard =
    node.heardAge === null ? 'never' : `${spanText(node.heardAge)} ago; dead after ${spanText(node.deadAfter)}`;
  const cluster = html`
    ${row('Holds', holdsRow(snapshot, node))}
    ${row('Monitors', fitness(node.health, failing))}
    ${row('Clock', html`${clock(node)}`)}
    ${row('Runs', html`${node.kind === 'unknown' ? 'unknown' : node.kind === 'ha-suite' ? 'ha-suite' : 'another heartbeat'}`)}`;
  const links = linkItems(node, snapshot, lateness);
  return html`<article class="card"><h3>${name} <span class="quiet">${self ? '(this node)' : type === 'ping' ? '(ping node)' : '(other node)'}</span></h3>
    <dl>${row('Status', html`${mark(nodeTone(node), node.status)} <span class="quiet">${since(snapshot.since[`node ${name}`], snapshot.written)}</span>`)}
    ${self ? '' : row('Heard', html`${heard}`)}
    ${type === 'ping' ? '' : cluster}</dl>
    ${links.length === 0 ? '' : html`<h4>Links to ${name}</h4><ul class="links">${links}</ul>`}
  </article>`;
};

const lateLine = ({ late }: HeartbeatSnapshot): Html =>
  late === null
    ? html``
    : html`<p>This daemon itself was last late by ${Math.round(late.duration)} ms, at ${instant(late.at)}.</p>`;

const clusterHead = ({ cluster, started, written, pid }: HeartbeatSnapshot): Html => {
  const running = html`Heartbeat runs with pid ${pid} ${since(started, written)}`;
  if (cluster === null) return html`<p>${running}: it has not begun yet.</p>`;
  const moving = cluster.quiet ? 'nothing moves' : `resources are moving (${cluster.jobs} under way)`;
  return html`<p>${running}: ${cluster.status}; auto_failback ${cluster.autoFailback}; ${moving}.</p>`;
};

/** What the other node has told; undefined: there is none, or the daemon here is an earlier version. */
export const peerViewOf = (heartbeat: Heard<HeartbeatSnapshot>): PeerView | undefined => {
  const peer = heartbeat.snapshot?.peer;
  if (heartbeat.snapshot === null || peer === null || peer === undefined) return undefined;
  if (peer.told === null || !heartbeat.stale) return { peer, later: heartbeat.age };
  return { peer: { ...peer, stale: true }, later: heartbeat.age };
};

/** Both nodes, ping nodes, and the links to them. */
export const nodesSection = (heartbeat: Heard<HeartbeatSnapshot>, lateness: Lateness): Html => {
  if (heartbeat.snapshot === null) {
    const tone = heartbeat.problem === NO_HEARTBEAT ? 'odd' : 'bad';
    return html`<h2>Nodes and links</h2><p>${mark(tone, `heartbeat: ${heartbeat.problem}`)}</p>`;
  }
  const { snapshot, age, stale } = heartbeat;
  const cards = (snapshot.cluster?.nodes ?? []).map((node) => nodeCard(node, snapshot, lateness));
  return html`<h2>Nodes and links</h2>${ageLine(age, stale)}${clusterHead(snapshot)}<div class="cards">${cards}</div>${lateLine(snapshot)}${peerNodePart(peerViewOf(heartbeat))}`;
};

const PLACES: Readonly<Record<Place, readonly [Tone, string]>> = {
  here: ['good', 'here'],
  there: ['good', 'on the other node'],
  both: ['bad', 'ON BOTH NODES'],
  nowhere: ['bad', 'ON NO NODE'],
  unknown: ['odd', 'unknown'],
};

const ownerOf = (place: Place, { self, nodes }: ClusterSnapshot): string | undefined => {
  if (place === 'here') return self;
  return place === 'there' ? nodes.find((node) => node.type === 'normal' && !node.self)?.name : undefined;
};

const groupRow = (group: GroupSnapshot, snapshot: HeartbeatSnapshot, cluster: ClusterSnapshot): Html => {
  const owner = ownerOf(group.place, cluster);
  const [tone, word] = PLACES[group.place];
  const sinceWhen = owner === undefined ? undefined : snapshot.since[`holding ${owner}`];
  return html`<tr><th scope="row" data-label="Group">${group.resources.join(' ')}</th>
    <td data-label="Where">${mark(tone, owner === undefined ? word : `on ${owner}`)}</td>
    <td data-label="Since">${sinceWhen === undefined ? html`unknown` : html`${instant(sinceWhen)} (${spanText(snapshot.written - sinceWhen)})`}</td>
    <td data-label="Prefers">${group.node}</td>
    <td data-label="Line">${group.line}</td></tr>`;
};

/** The groups of haresources: who has them, and since when his holding is as it is. */
export const groupsSection = (heartbeat: Heard<HeartbeatSnapshot>): Html => {
  if (heartbeat.snapshot === null) return html`<h2>Groups</h2><p>unknown</p>`;
  const { snapshot } = heartbeat;
  const { cluster, groups } = snapshot;
  if (cluster === null || groups.length === 0) return html`<h2>Groups</h2><p>There are none.</p>`;
  const stale = heartbeat.stale ? ageLine(heartbeat.age, true) : html``;
  return html`<h2>Groups</h2>${stale}<table><thead><tr><th scope="col">Group</th><th scope="col">Where</th><th scope="col">Since</th><th scope="col">Prefers</th><th scope="col">Line</th></tr></thead>
    <tbody>${groups.map((group) => groupRow(group, snapshot, cluster))}</tbody></table>`;
};
