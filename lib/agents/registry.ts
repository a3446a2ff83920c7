/** The resource agents that we have ourselves. */
import { readAddresses } from '../platform/addresses.js';
import { prepareAnnouncer } from '../platform/announce.js';
import { readRoutes } from '../platform/routes.js';
import type { Agent } from './agent.js';
import { type Announcer, inProcessAnnouncer } from './announcer.js';
import { DESCRIPTIONS } from './descriptions.js';
import { OCF, wrapped } from './exit.js';
import { createIpaddr } from './ipaddr.js';
import { createIpaddr2 } from './ipaddr2.js';
import { ipsrcaddr } from './ipsrcaddr.js';
import { createIpv6addr } from './ipv6addr.js';
import { ldirectord } from './ldirectord.js';
import { metaDataXml } from './meta-data.js';
import { portblock } from './portblock.js';
import { realserver } from './realserver.js';
import { createSendArp } from './send-arp.js';
import { SERVICE_AGENTS } from './service-agents.js';
import { createSyncDaemon, type SyncDaemonSettings } from './sync-daemon.js';

export interface AgentSettings {
  readonly announcer: Announcer;
  readonly engine: SyncDaemonSettings['engine'];
}

/** `[ipvs] engine` as far as the environment decides it (design, "one vocabulary"). */
export const engineFromEnvironment = (value = process.env.HA_SUITE_IPVS_ENGINE): SyncDaemonSettings['engine'] =>
  value === 'kernel' || value === 'nft' ? value : 'auto';

/** Agents with one argument. haresources cuts an IPv6 address at its "::" into several words; an IPv4 address is one. */
const ONE_ARGUMENT: readonly string[] = ['IPaddr', 'IPv6addr', 'IPsrcaddr', 'SendArp'];

const isSurplus = (name: string, [first = '', ...more]: readonly string[]): boolean =>
  ONE_ARGUMENT.includes(name) && more.length > 0 && first.includes('.');

const described = (agent: Agent): Agent => ({
  name: agent.name,
  run: async (verb, args, context) => {
    const description = DESCRIPTIONS[agent.name];
    if (verb === 'meta-data' && description !== undefined) return { code: 0, output: metaDataXml(description) };
    if (!isSurplus(agent.name, args)) return agent.run(verb, args, context);
    context.log('ERROR', `${agent.name} has one argument, and no further one (${args.slice(1).join(' ')})`);
    // What cannot have been started is stopped.
    return wrapped(verb, verb === 'stop' ? OCF.success : OCF.generic);
  },
});

/** Our agents by the name of their script. */
export const createAgents = ({ announcer, engine }: AgentSettings): ReadonlyMap<string, Agent> =>
  new Map(
    [
      ...[createIpaddr(announcer), createIpaddr2(announcer), createIpv6addr(announcer), ipsrcaddr],
      ...[createSendArp(announcer), portblock, ldirectord, createSyncDaemon({ engine })],
      ...[realserver, ...SERVICE_AGENTS],
    ].map((agent) => [agent.name, described(agent)]),
  );

/** Does ahead of time what the first takeover would otherwise wait for: loads koffi, opens sockets, reads once. */
export const prepareAgents = async (): Promise<void> => {
  await prepareAnnouncer();
  await readAddresses();
  readRoutes('ipv4');
};

/** The agents with default settings, for use inside a daemon. */
export const builtinAgents: ReadonlyMap<string, Agent> = createAgents({
  announcer: inProcessAnnouncer(),
  engine: engineFromEnvironment(),
});
