/** Imports files and reads the result with the suite's own parsers, as the daemons would. */
import { builtinAgents } from '../../lib/agents/registry.js';
import { resourceAdvice } from '../../lib/agents/resource-advice.js';
import type { Diagnostic } from '../../lib/config/diagnostic.js';
import { sourceOf } from '../../lib/config/source.js';
import { parseSuite, type SuiteConfig } from '../../lib/config/suite.js';
import { type ConfigurationResult, readConfiguration } from '../../lib/heartbeat/config/configuration.js';
import type { Environment } from '../../lib/heartbeat/config/environment.js';
import { mentionedIn } from '../../lib/heartbeat/config/environment.js';
import { type Imported, importFiles } from '../../lib/import/import.js';
import type { ImportOptions } from '../../lib/import/plan.js';
import { plainFacts } from '../../lib/ldirectord/config/facts.js';
import type { DirectorConfig } from '../../lib/ldirectord/config/model.js';
import { parseDirectorConfig } from '../../lib/ldirectord/config/parse.js';

export const OPTIONS: ImportOptions = {
  node: 'lb1',
  peer: 'lb2',
  peerIp: undefined,
  device: undefined,
  addresses: [],
  haproxy: 'auto',
};

/** Imports texts by name; fails when one of them cannot be understood. */
export const imported = (texts: Readonly<Record<string, string>>, options: Partial<ImportOptions> = {}): Imported => {
  const inputs = Object.entries(texts).map(([path, text]) => ({ path, text }));
  const result = importFiles(inputs, { ...OPTIONS, ...options });
  if (!('files' in result)) throw new Error(result.map(({ message }) => message).join('\n'));
  return result;
};

/** The text of a generated file; undefined: there is none. */
export const textIn = ({ files }: Imported, name: string): string | undefined =>
  files.find((file) => file.name === name)?.text;

/** What the generated files mean. */
export interface Meaning {
  /** Undefined where there is no cluster. */
  readonly cluster: ConfigurationResult | undefined;
  readonly directors: Readonly<Record<string, DirectorConfig>>;
  readonly suite: SuiteConfig;
  /** Everything that the parsers and `ha-heartbeat --check` complain about. */
  readonly diagnostics: readonly Diagnostic[];
}

const environmentFor = (haCf: string, nodeName: string): Environment => {
  const { devices, hosts } = mentionedIn(haCf);
  return {
    nodeName,
    devices: new Map(devices.map((device) => [device, { ipv4: true }])),
    udpServices: new Map([['ha-cluster', 694]]),
    users: new Set(),
    groups: new Set(),
    files: new Map(),
    hosts: new Map(hosts.map((host) => [host, '192.0.2.1'])),
  };
};

/** The devices that haresources names are taken to be there. */
const devicesIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/::[^\s/]+\/\d+\/([\w.@-]+)/g)].map(([, device = '']) => device));

/** Reads all generated files as the machine called `nodeName` would. */
export const meaningOf = (result: Imported, nodeName = 'lb1'): Meaning => {
  const haCf = textIn(result, 'ha.cf');
  const resources = textIn(result, 'haresources');
  const authKeys = result.files.find(({ name }) => name === 'authkeys');
  const cluster =
    haCf === undefined
      ? undefined
      : readConfiguration(
          {
            haCf: { path: 'ha.cf', text: haCf },
            authKeys: { path: 'authkeys', text: authKeys?.text, mode: authKeys?.mode ?? 0 },
            haResources: { path: 'haresources', text: resources },
          },
          environmentFor(haCf, nodeName),
        );
  const advice = resourceAdvice(cluster?.groups ?? [], sourceOf('haresources', resources ?? ''), {
    agents: new Set(builtinAgents.keys()),
    devices: devicesIn(resources ?? ''),
  });
  const directors = result.files
    .filter(({ name }) => name.startsWith('ldirectord'))
    .map(
      ({ name, text }) => [name, parseDirectorConfig(text, name, { ...plainFacts, host: () => '192.0.2.2' })] as const,
    );
  const suite = parseSuite(textIn(result, 'ha-suite.ini') ?? '', 'ha-suite.ini');
  return {
    cluster,
    directors: Object.fromEntries(directors.map(([name, { value }]) => [name, value])),
    suite: suite.value,
    diagnostics: [
      ...(cluster?.diagnostics ?? []),
      ...advice,
      ...directors.flatMap(([, { diagnostics }]) => diagnostics),
      ...suite.diagnostics,
    ],
  };
};

/** The remarks as `line kind keyword`. */
export const remarksOf = ({ remarks }: Imported): readonly string[] =>
  remarks.map(({ at, kind, statement }) => `${at.line} ${kind} ${statement.split(' ')[0]}`);
