/** Finds what a word means, and explains it. Pure. */

import { parseAddressArgument } from '../../agents/address-argument.js';
import { isAddress } from '../../agents/announce-held.js';
import { suggest } from '../../config/suggest.js';
import { normaliseAddress } from '../../ipvs/address.js';
import { directorsOf, type Server, type Service, serversOf, servicesOf, wordOf } from './director.js';
import type { Explanation } from './explanation.js';
import { explainGroup } from './group.js';
import { explainNode } from './node.js';
import { type Group, groupsOf, type Scene } from './scene.js';
import { explainServer } from './server.js';
import { explainFallback, explainService } from './service.js';

/** Nothing has that name. */
export interface NotKnown {
  /** The name that was probably meant. */
  readonly suggestion: string | undefined;
  /** All names that could be asked for. */
  readonly names: readonly string[];
}

const normal = (address: string): string => normaliseAddress(address)?.address ?? address;

/** The address of an address with a port; IPv6 in brackets. */
const hostOf = (endpoint: string): string => {
  const [, host = endpoint] = /^(.*):[^:]*$/.exec(endpoint) ?? [];
  return normal(host.replace(/^\[(.*)\]$/, '$1'));
};

const addressesOf = ({ resources }: Group): readonly string[] =>
  resources.filter(isAddress).map(({ args }) => normal(parseAddressArgument(args.join('::')).address));

const groupNames = (group: Group): readonly string[] => [
  ...addressesOf(group),
  ...group.resources.map(({ word }) => word),
];

const groupMatches = (scene: Scene, word: string): readonly Explanation[] => {
  const address = normal(word);
  return groupsOf(scene).flatMap((group) => {
    if (addressesOf(group).includes(address)) return [explainGroup(scene, group, { kind: 'address', name: address })];
    const resource = group.resources.find((one) => one.word === word || one.agent === word);
    return resource === undefined ? [] : [explainGroup(scene, group, { kind: 'resource', name: resource.word })];
  });
};

const nodesOf = ({ status, files }: Scene): readonly string[] => {
  const { snapshot } = status.heartbeat;
  const live = snapshot?.cluster?.nodes.map(({ name }) => name) ?? [];
  return live.length > 0 ? live : (files.config?.nodes ?? []).map(({ value }) => value);
};

const nodeMatches = (scene: Scene, word: string): readonly Explanation[] => {
  // A link is explained with its node.
  const name = word.toLowerCase().replace(/:[a-z][\w./-]*$/, '');
  if (!nodesOf(scene).includes(name)) return [];
  const { heartbeat } = scene.status;
  const snapshot = heartbeat.snapshot;
  const node = snapshot?.cluster?.nodes.find((one) => one.name === name);
  if (snapshot === null || node === undefined) {
    const problem = heartbeat.snapshot === null ? heartbeat.problem : 'it has not begun yet';
    return [
      {
        subject: { kind: 'node', name },
        what: `How ${name} is cannot be said from here.`,
        because: [`heartbeat: ${problem}.`],
        notElsewhere: [],
        decidedBy: [],
        wouldChange: ['If heartbeat does not run here, start it (ha-heartbeat, or the service of this machine).'],
      },
    ];
  }
  return [explainNode(scene, snapshot, node)];
};

const serviceMatches = ({ id, name, written, live }: Service, word: string): boolean => {
  const label = written?.serviceName ?? live?.name ?? undefined;
  return [id, name, label].includes(word) || (id.startsWith('fwm') ? false : hostOf(name) === normal(word));
};

const serverMatches = (scene: Scene, server: Server, word: string): boolean => {
  const written = wordOf(scene.files, server);
  const host = written?.replace(/:[^:\]]*$/, '');
  return [server.name, written, host].includes(word) || hostOf(server.name) === normal(word);
};

/** All that is known under this name: a word may be an address of heartbeat and of ldirectord. */
export const explain = (scene: Scene, word: string): readonly Explanation[] | NotKnown => {
  const services = directorsOf(scene).flatMap(servicesOf);
  const servers = services.flatMap(serversOf);
  const moved = new Set(groupsOf(scene).flatMap(addressesOf));
  const matching = servers.filter((server) => serverMatches(scene, server, word));
  const found = [
    ...groupMatches(scene, word),
    ...nodeMatches(scene, word),
    ...services
      .filter((service) => serviceMatches(service, word))
      .map((service) => explainService(scene, service, moved.has(hostOf(service.name)))),
    ...matching.map((server) => explainServer(scene, server, servers)),
    ...services.flatMap((service) => {
      const fallback = service.live?.fallback ?? undefined;
      const isMeant = fallback !== undefined && (fallback.server === word || hostOf(fallback.server) === normal(word));
      return isMeant ? [explainFallback(scene, service, fallback)] : [];
    }),
  ];
  if (found.length > 0) return found;
  const names = [
    ...groupsOf(scene).flatMap(groupNames),
    ...nodesOf(scene),
    ...services.map(({ name }) => name),
    ...servers.map(({ name }) => name),
  ];
  return { suggestion: suggest(word, names), names: [...new Set(names)] };
};
