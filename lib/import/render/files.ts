/** The plan as files of heartbeat and ldirectord; every stanza says where it comes from. */
import type { GroupPlan, ImportOptions, Line, Plan, VirtualPlan } from '../plan.js';
import { timeText } from '../values.js';
import { renderDirector } from './director.js';
import { noted, placeText, type Sources } from './noted.js';
import { renderSuite } from './suite.js';

export interface GeneratedFile {
  readonly name: string;
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

const PUBLIC = 0o644;
const SECRET = 0o600;

const renderHaCf = ({ cluster }: Plan, { node, peer }: ImportOptions, { head }: Sources): string | undefined => {
  if (cluster === undefined) return undefined;
  const { keepalive, deadtime, initdead, timing, media, autoFailback } = cluster;
  return [
    ...head('The same on both nodes, but for the interface and, in ucast lines, the address of the other node.'),
    'logfacility daemon',
    '',
    ...noted([
      { text: `keepalive ${timeText(keepalive)}`, from: timing },
      { text: `deadtime ${timeText(deadtime)}`, from: timing },
      ...(initdead === undefined ? [] : [{ text: `initdead ${timeText(initdead)}`, from: undefined }]),
    ]),
    '',
    ...noted(media),
    '',
    ...noted([{ text: `auto_failback ${autoFailback.value}`, from: autoFailback.from }]),
    '# As uname -n prints them.',
    `node ${node} ${peer}`,
    '',
  ].join('\n');
};

/** Which file of ldirectord has the services of a group. */
interface Director {
  readonly name: string;
  readonly virtuals: readonly VirtualPlan[];
}

/** One file for each group that has services; the first one is ldirectord.cf, which also has those of no group. */
const directorsOf = ({ groups, virtuals }: Plan): ReadonlyMap<GroupPlan | undefined, Director> => {
  const owner = ({ address }: VirtualPlan): GroupPlan | undefined =>
    groups.find(({ addresses }) => address !== undefined && addresses.includes(address)) ?? groups[0];
  const directors = new Map<GroupPlan | undefined, Director>();
  for (const group of groups.length === 0 ? [undefined] : groups) {
    const own = virtuals.filter((virtual) => owner(virtual) === group);
    if (own.length === 0) continue;
    const name = directors.size === 0 ? 'ldirectord.cf' : `ldirectord-${directors.size + 1}.cf`;
    directors.set(group, { name, virtuals: own });
  }
  return directors;
};

const renderHaResources = (
  { groups }: Plan,
  directors: ReadonlyMap<GroupPlan | undefined, Director>,
  { head }: Sources,
): string | undefined => {
  if (groups.length === 0) return undefined;
  const stanzas = groups.flatMap((group) => {
    const director = directors.get(group);
    const balancing: readonly Line[] =
      director === undefined ? [] : [{ text: `ldirectord::${director.name}`, from: director.virtuals[0]?.from }];
    const resources = [...group.before, ...balancing, ...group.after];
    const last = resources.length - 1;
    return [
      '',
      `# ${placeText(group.from)}${/^[\w.-]+$/.test(group.name) ? ` ${group.name}` : ''}`,
      ...resources.map(({ text, from }) => `#   ${from === undefined ? '' : `${placeText(from)} `}${text}`),
      ...resources.map(
        ({ text }, index) => `${index === 0 ? `${group.node} ` : '    '}${text}${index === last ? '' : ' \\'}`,
      ),
    ];
  });
  return [
    ...head(
      'The same on both nodes. Where their interfaces have different names, leave prefix and interface out: the one',
      'whose network fits is taken.',
    ).slice(0, -1),
    ...stanzas,
    '',
  ].join('\n');
};

const renderAuthKeys = ({ cluster }: Plan, { head }: Sources): string | undefined => {
  if (cluster === undefined) return undefined;
  const { method, text, from } = cluster.key;
  const advice =
    method === 'crc'
      ? 'There was no secret: crc trusts everybody in the network. Write one: 1 sha1 SECRET'
      : 'A longer secret is better: VRRP used eight characters of it at most, and sent them in the clear.';
  return [
    ...head('The same on both nodes, mode 0600.', advice),
    'auth 1',
    ...noted([{ text: text === '' ? `1 ${method}` : `1 ${method} ${text}`, from }]),
    '',
  ].join('\n');
};

/** The files that have something to say, in the order in which an administrator reads them. */
export const renderFiles = (plan: Plan, options: ImportOptions, sources: Sources): readonly GeneratedFile[] => {
  const directors = directorsOf(plan);
  const file = (name: string, text: string | undefined, mode = PUBLIC): readonly GeneratedFile[] =>
    text === undefined ? [] : [{ name, text, mode }];
  return [
    ...file('ha.cf', renderHaCf(plan, options, sources)),
    ...file('haresources', renderHaResources(plan, directors, sources)),
    ...file('authkeys', renderAuthKeys(plan, sources), SECRET),
    ...[...directors.values()].flatMap(({ name, virtuals }) =>
      file(name, renderDirector(virtuals, plan.directorGlobals, sources)),
    ),
    ...file('ha-suite.ini', renderSuite(plan, sources)),
  ];
};
