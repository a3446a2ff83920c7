/** What will fail when the groups of haresources are started: genuine says so only then, a check says it now. Pure. */
import type { Diagnostic } from '../config/diagnostic.js';
import { diagnosticAt, type Finding, type Source, type Word } from '../config/source.js';
import { suggest } from '../config/suggest.js';
import type { ResourceGroup, ResourceSpec } from '../heartbeat/config/model.js';
import { addressBytes } from '../platform/socket-address.js';
import { parseAddressArgument } from './address-argument.js';
import { parseMask } from './netmask.js';
import { SERVICE_DESCRIPTIONS } from './service-descriptions.js';

/** What a check must know of this machine. */
export interface ResourceFacts {
  /** Names of all scripts that would be found, and of our own agents. */
  readonly agents: ReadonlySet<string>;
  /** Names of the network interfaces. */
  readonly devices: ReadonlySet<string>;
}

const noScript = (agent: string, { agents }: ResourceFacts): Finding => ({
  code: 'haresources/no-script',
  message: `there is no script ${agent} in /etc/ha.d/resource.d or /etc/init.d: this group cannot be started`,
  suggestion: suggest(agent, [...agents]),
});

const addressFindings = ({ agent, args }: ResourceSpec, { devices }: ResourceFacts): readonly Finding[] => {
  const [written = ''] = args;
  if (written === '') return [{ code: 'haresources/no-address', message: `${agent} needs an address` }];
  const { address, mask, device, broadcast } = parseAddressArgument(written);
  const bytes = addressBytes(address);
  const findings: Finding[] = [];
  if (bytes === undefined) {
    // `::` separates arguments in this file, so that it cannot stand in an address.
    const hint = args.length > 1 ? ' (write an IPv6 address without ::, as in fd00:0:0:0:0:0:0:1)' : '';
    findings.push({ code: 'haresources/bad-address', message: `${address} is not an address${hint}` });
  }
  if (mask !== undefined && mask !== '' && parseMask(mask, bytes?.length === 16 ? 128 : 32) === undefined)
    findings.push({ code: 'haresources/bad-mask', message: `${mask} is not a mask (e.g. 24 or 255.255.255.0)` });
  if (device !== undefined && !devices.has(device))
    findings.push({
      code: 'haresources/no-interface',
      message: `there is no interface ${device}`,
      suggestion: suggest(device, [...devices]),
    });
  if (broadcast !== undefined && addressBytes(broadcast) === undefined)
    findings.push({ code: 'haresources/bad-broadcast', message: `${broadcast} is not a broadcast address` });
  return findings;
};

/** Only where none may be left out: what an argument must look like is seen when it is used. */
const argumentFindings = ({ agent, args }: ResourceSpec): readonly Finding[] => {
  const needed = (SERVICE_DESCRIPTIONS[agent]?.parameters ?? []).filter(({ required }) => required);
  if (args.length >= needed.length) return [];
  const words = [agent, ...needed.map(({ short }) => short.toUpperCase())].join('::');
  return [{ code: 'haresources/missing-argument', message: `${agent} is written ${words}` }];
};

const findingsFor = (resource: ResourceSpec, facts: ResourceFacts): readonly Finding[] => {
  if (!facts.agents.has(resource.agent)) return [noScript(resource.agent, facts)];
  return ['IPaddr', 'IPaddr2', 'IPv6addr'].includes(resource.agent)
    ? addressFindings(resource, facts)
    : argumentFindings(resource);
};

/** Warnings, in the order of the file; the daemon starts all the same, as genuine does. */
export const resourceAdvice = (
  groups: readonly ResourceGroup[],
  source: Source,
  facts: ResourceFacts,
): readonly Diagnostic[] =>
  groups
    .flatMap(({ resources }) => resources)
    .flatMap((resource) => {
      const under: Word = { value: resource.word, at: resource.at };
      return findingsFor(resource, facts).map((finding) => diagnosticAt(source, 'warning', under, finding));
    });
