/** `ha status` for a person at a terminal. Pure. */

import type { ClusterSnapshot, NodeSnapshot, Place } from '../../heartbeat/cluster/snapshot.js';
import type { HeartbeatSnapshot } from '../../heartbeat/snapshot.js';
import { spanText, statusTable } from '../../ldirectord/cli/status-table.js';
import { columns } from '../../text/columns.js';
import { type Paint, painter } from '../../text/paint.js';
import { peerLines } from './peer-told.js';
import type { DirectorStatus, MachineStatus } from './status.js';

const since = (snapshot: HeartbeatSnapshot, subject: string): string => {
  const at = snapshot.since[subject];
  return at === undefined ? '' : `for ${spanText(snapshot.written - at)}`;
};

const ageText = (age: number | null): string => (age === null ? 'never heard' : `heard ${spanText(age)} ago`);

const linksText = ({ links }: NodeSnapshot): string => links.map(({ name, status }) => `${name} ${status}`).join(', ');

const clockText = ({ clockAhead }: NodeSnapshot): string => {
  // The wire has whole seconds: a difference of one is none.
  if (clockAhead === null || Math.abs(clockAhead) < 2) return '';
  return `clock ${Math.abs(clockAhead)} s ${clockAhead > 0 ? 'ahead' : 'behind'}`;
};

const nodeRow = (snapshot: HeartbeatSnapshot, node: NodeSnapshot): readonly string[] => [
  node.name,
  node.status,
  since(snapshot, `node ${node.name}`),
  node.self ? 'this node' : ageText(node.heardAge),
  node.type === 'ping' ? 'ping node' : node.holds === null ? 'holds ?' : `holds ${node.holds}`,
  linksText(node),
  [node.health === null ? '' : `monitors: ${node.health}`, clockText(node)].filter((text) => text !== '').join(', '),
];

const placeText = (place: Place, group: string, { self, nodes }: ClusterSnapshot): string => {
  const other = nodes.find((node) => node.type === 'normal' && !node.self)?.name ?? 'the other node';
  switch (place) {
    case 'here':
      return self === group ? `on ${self}` : `on ${self}, in place of ${group}`;
    case 'there':
      return other === group ? `on ${other}` : `on ${other}, in place of ${group}`;
    case 'both':
      return 'ON BOTH NODES';
    case 'nowhere':
      return 'ON NO NODE';
    case 'unknown':
      return 'unknown';
  }
};

const painted = (line: string, isGood: boolean, isBad: boolean, paint: Paint): string =>
  isBad ? paint(line, 'red') : isGood ? paint(line, 'green') : line;

const heartbeatLines = (snapshot: HeartbeatSnapshot, paint: Paint): readonly string[] => {
  const { cluster, node, pid, groups } = snapshot;
  const running = `heartbeat on ${node} runs with pid ${pid} for ${spanText(snapshot.written - snapshot.started)}`;
  if (cluster === null) return [paint(`${running}: it has not begun yet`, 'bold')];
  const moving = cluster.quiet ? '' : ', resources are moving';
  const nodes = columns(cluster.nodes.map((one) => nodeRow(snapshot, one)));
  const places = columns(
    groups.map((group) => [
      placeText(group.place, group.node, cluster),
      `prefers ${group.node}`,
      group.resources.join(' '),
    ]),
  );
  return [
    paint(`${running}: ${cluster.status}, auto_failback ${cluster.autoFailback}${moving}`, 'bold'),
    '',
    ...nodes.map((line, index) => {
      const one = cluster.nodes[index];
      return `  ${painted(line, one?.status === 'active' || one?.status === 'ping', one?.status === 'dead', paint)}`;
    }),
    ...(groups.length === 0 ? [] : ['']),
    ...places.map((line, index) => {
      const place = groups[index]?.place;
      return `  ${painted(line, false, place === 'nowhere' || place === 'both', paint)}`;
    }),
  ];
};

const directorLines = ({ name, heard }: DirectorStatus, paint: Paint): readonly string[] => {
  if (heard.snapshot === null) return ['', paint(`ldirectord ${name}: ${heard.problem}`, 'red')];
  const { snapshot: live } = heard;
  const table = statusTable({ version: live.version, state: 'running', config: live.config, pid: live.pid, live });
  const [first = '', ...rest] = table.trimEnd().split('\n');
  return ['', paint(first, 'bold'), ...rest];
};

/** Ends with a newline. */
export const statusText = ({ heartbeat, directors, troubles }: MachineStatus, coloured: boolean): string => {
  const paint = painter(coloured);
  const own =
    heartbeat.snapshot === null
      ? [paint(`heartbeat: ${heartbeat.problem}`, 'red')]
      : heartbeatLines(heartbeat.snapshot, paint);
  const last =
    troubles.length === 0 ? [paint('All is well.', 'green')] : troubles.map((trouble) => paint(`! ${trouble}`, 'red'));
  const other = heartbeat.snapshot === null ? [] : peerLines(heartbeat.snapshot.peer, heartbeat.age, paint);
  return `${[...own, ...directors.flatMap((one) => directorLines(one, paint)), ...other, '', ...last].join('\n')}\n`;
};
