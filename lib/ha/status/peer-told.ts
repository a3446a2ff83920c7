/** What the other node has told of itself, in the words of a person. Pure. */
import type { PeerSnapshot, PeerTold } from '../../heartbeat/snapshot.js';
import { spanText } from '../../ldirectord/cli/status-table.js';
import type { FileComparison } from '../../peer/files.js';
import type { Age, DirectorReport, LinkReport, LoadReport, RealReport, VirtualReport } from '../../peer/report.js';
import { columns } from '../../text/columns.js';
import type { Paint } from '../../text/paint.js';

const ageText = (age: Age, words: (span: string) => string): string => (age === null ? '' : words(spanText(age)));

/** `lb2:eth0`. */
export const linkName = ({ node, link }: LinkReport): string => `${node}:${link}`;

const VERDICTS: Readonly<Record<FileComparison['is'], string | undefined>> = {
  same: undefined,
  differs: '',
  'only here': ' (only here)',
  'only there': ' (only there)',
  unknown: ' (not told of)',
};

/** The files that are not the same on both nodes, in one line; undefined: there are none. */
export const differingFiles = ({ files }: PeerTold): string | undefined => {
  const names = files.flatMap(({ name, is }) => {
    const note = VERDICTS[is];
    return note === undefined ? [] : [`${name}${note}`];
  });
  return names.length === 0 ? undefined : names.join(', ');
};

/** What did not fit into the message, in one line; undefined: everything did. */
export const leftOut = ({ left, directors }: PeerTold): string | undefined => {
  const virtuals = directors.reduce((sum, one) => sum + one.virtualsLeft, 0);
  const shown = directors.flatMap((one) => one.virtuals);
  const reals = shown.reduce((sum, { total, reals: told }) => sum + total - told.length, 0);
  const counts = Object.entries({
    ...{ links: left.links, groups: left.groups, files: left.files, ldirectords: left.directors },
    ...{ 'virtual services': virtuals, 'real servers': reals },
  })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`);
  return counts.length === 0 ? undefined : counts.join(', ');
};

const directorTroubles = ({ name, problem, virtuals }: DirectorReport): readonly string[] => [
  ...(problem === null ? [] : [`ldirectord ${name}: ${problem}`]),
  ...virtuals.flatMap(({ id, total, up, reals }) => [
    ...(up === 0 && total > 0 ? [`${id} has no server that is up`] : []),
    ...reals.filter(({ state }) => state === 'down').map(({ server }) => `${server} of ${id} is down`),
  ]),
];

/** What the other node says is not as it should be there. What is old is no news. */
export const peerTroubles = (peer: PeerSnapshot | null | undefined): readonly string[] =>
  peer === null || peer === undefined || peer.told === null || peer.stale
    ? []
    : peer.told.directors.flatMap(directorTroubles).map((trouble) => `${peer.node} says: ${trouble}`);

/** `3 active, 1 inactive`. */
export const loadText = ({ active, inactive }: LoadReport): string => `${active} active, ${inactive} inactive`;

const realRow = ({ server, weight, state, stateFor, cause, connections }: RealReport): readonly string[] => [
  server,
  `weight ${weight}`,
  connections === null ? 'connections unknown' : loadText(connections),
  state,
  ageText(stateFor, (span) => `for ${span}`),
  cause ?? '',
];

const paintedReal = (line: string, { state }: RealReport, paint: Paint): string =>
  state === 'down' ? paint(line, 'red') : line;

const virtualLines = ({ id, total, up, fallback, reals }: VirtualReport, paint: Paint): readonly string[] => {
  const rows = columns(reals.map(realRow));
  return [
    `    ${id}, ${up} of ${total} up${fallback === true ? ', the fallback stands in' : ''}`,
    ...rows.map((line, index) => {
      const real = reals[index];
      return `      ${real === undefined ? line : paintedReal(line, real, paint)}`;
    }),
  ];
};

const directorLines = ({ name, problem, virtuals }: DirectorReport, paint: Paint): readonly string[] =>
  problem === null
    ? [`  ldirectord ${name}`, ...virtuals.flatMap((virtual) => virtualLines(virtual, paint))]
    : [`  ${paint(`ldirectord ${name}: ${problem}`, 'red')}`];

const toldLines = (told: PeerTold, paint: Paint): readonly string[] => {
  const links = columns(
    told.links.map((link) => [
      `hears ${linkName(link)}`,
      link.status,
      link.heardAge === null ? 'never' : `${spanText(link.heardAge)} ago`,
    ]),
  );
  const groups = columns(
    told.groups.map(({ group, prefers, heldFor }) => [
      `holds ${group}`,
      `prefers ${prefers}`,
      ageText(heldFor, (span) => `for ${span}`),
    ]),
  );
  const differing = differingFiles(told);
  const left = leftOut(told);
  return [
    ...links.map((line, index) => `  ${told.links[index]?.status === 'dead' ? paint(line, 'red') : line}`),
    ...groups.map((line) => `  ${line}`),
    ...told.directors.flatMap((director) => directorLines(director, paint)),
    ...(differing === undefined ? [] : [`  ${paint(`files that differ from those here: ${differing}`, 'yellow')}`]),
    ...(left === undefined ? [] : [`  left out of the message: ${left}`]),
  ];
};

/** The other node's half for a terminal; nothing where there is none. `later`: since the snapshot was written. */
export const peerLines = (peer: PeerSnapshot | null | undefined, later: number, paint: Paint): readonly string[] => {
  if (peer === null || peer === undefined) return [];
  if (peer.told === null) return ['', `What ${peer.node} says of itself: unknown (${peer.problem})`];
  const age = spanText(peer.age + later);
  const head = `What ${peer.node} said of itself ${age} ago (${peer.told.suite})`;
  const first = peer.stale ? paint(`${head}: STALE`, 'red') : paint(head, 'bold');
  return ['', first, ...toldLines(peer.told, paint)];
};
