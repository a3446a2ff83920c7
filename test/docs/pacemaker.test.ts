/** docs/pacemaker.md says the same to both shells of Pacemaker; that crmsh and the cluster understand it is for test/lab/pacemaker. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OCF_IPADDR2 } from '../../lib/agents/ocf-ipaddr2.js';
import { fencedBlock } from '../support/fenced-block.js';
import { projectRoot } from '../support/paths.js';

const page = readFileSync(join(projectRoot, 'docs', 'pacemaker.md'), 'utf8');
const linesOf = (language: string): readonly string[] =>
  fencedBlock(page, language)
    .replace(/\\\n\s*/g, '')
    .trimEnd()
    .split('\n');

type Pairs = Readonly<Record<string, string>>;
interface Primitive {
  readonly agent: string;
  readonly parameters: Pairs;
  readonly operations: Readonly<Record<string, Pairs>>;
}
interface Cluster {
  readonly primitives: Record<string, Primitive>;
  readonly groups: Record<string, string[]>;
  readonly defaults: Pairs;
  readonly properties: Pairs;
}

const pairs = (words: readonly string[]): Pairs => Object.fromEntries(words.map((word) => word.split('=', 2)));
/** `op start timeout=20s op stop …`; crmsh writes the interval of what is done once, pcs does not. */
const operations = (text: string): Primitive['operations'] =>
  Object.fromEntries(
    text
      .split(/\bop /)
      .slice(1)
      .map((part) => part.trim().split(/\s+/))
      .map(([name = '', ...words]) => [name, pairs(words.filter((word) => word !== 'interval=0'))]),
  );
const primitive = (agent: string, text: string): Primitive => ({
  agent,
  parameters: pairs(
    text
      .replace(/\bop .*/, '')
      .trim()
      .split(/\s+/),
  ),
  operations: operations(text),
});

const readCrm = (): Cluster => {
  const cluster: Cluster = { primitives: {}, groups: {}, defaults: {}, properties: {} };
  for (const line of linesOf('crm')) {
    const [kind, name = '', ...words] = line.split(/\s+/);
    if (kind === 'primitive') {
      const [agent = '', , ...rest] = words;
      cluster.primitives[name] = primitive(agent, rest.join(' '));
    } else if (kind === 'group') cluster.groups[name] = words;
    else if (kind === 'rsc_defaults') Object.assign(cluster.defaults, pairs([name, ...words]));
    else if (kind === 'property') Object.assign(cluster.properties, pairs([name, ...words]));
    else throw new Error(`a line of crmsh that this test does not know: ${line}`);
  }
  return cluster;
};

const readPcs = (): Cluster => {
  const cluster: Cluster = { primitives: {}, groups: {}, defaults: {}, properties: {} };
  for (const line of linesOf('pcs')) {
    const create = /^pcs resource create (\S+) (\S+) (.*) --group (\S+)$/.exec(line);
    const [, defaults] = /^pcs resource defaults update (.*)$/.exec(line) ?? [];
    const [, properties] = /^pcs property set (.*)$/.exec(line) ?? [];
    if (create !== null) {
      const [, name = '', agent = '', rest = '', group = ''] = create;
      cluster.primitives[name] = primitive(agent, rest);
      cluster.groups[group] = [...(cluster.groups[group] ?? []), name];
    } else if (defaults !== undefined) Object.assign(cluster.defaults, pairs(defaults.split(' ')));
    else if (properties !== undefined) Object.assign(cluster.properties, pairs(properties.split(' ')));
    else throw new Error(`a line of pcs that this test does not know: ${line}`);
  }
  return cluster;
};

test('crmsh and pcs are told the same', () => {
  const crm = readCrm();
  expect(Object.keys(crm.primitives)).toEqual(['address', 'gateway', 'director']);
  expect(readPcs()).toEqual(crm);
});

test('the parameters of addresses are those of our agent', () => {
  const known = OCF_IPADDR2.parameters.map(({ name }) => name);
  const addresses = [...page.matchAll(/ocf:ha-suite:IPaddr2 (?:\\\n\s*)?params ([^`\n\\]+)/g)].map(([, text = '']) =>
    text.trim(),
  );
  expect(addresses.length).toBeGreaterThan(2);
  for (const text of addresses) expect(known).toEqual(expect.arrayContaining(Object.keys(pairs(text.split(/\s+/)))));
});

test('every address is watched, and every action gets the time that the agent asks for', () => {
  for (const { operations: given } of Object.values(readCrm().primitives).filter(({ agent }) =>
    /IPaddr2/.test(agent),
  )) {
    for (const action of ['start', 'stop', 'monitor']) {
      const asked = OCF_IPADDR2.actions?.find(({ name }) => name === action)?.timeout ?? '';
      expect(Number.parseInt(given[action]?.timeout ?? '', 10)).toBeGreaterThanOrEqual(Number.parseInt(asked, 10));
    }
  }
});
