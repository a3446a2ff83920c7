/** The resource agents that we have ourselves. */
import { readAddresses } from '../platform/addresses.js';
import { prepareAnnouncer } from '../platform/announce.js';
import { readRoutes } from '../platform/routes.js';
import type { Agent } from './agent.js';
import { type Announcer, inProcessAnnouncer } from './announcer.js';
import { DESCRIPTIONS } from './descriptions.js';
import { createIpaddr } from './ipaddr.js';
import { createIpaddr2 } from './ipaddr2.js';
import { ldirectord } from './ldirectord.js';
import { metaDataXml } from './meta-data.js';
import { createSyncDaemon, type SyncDaemonSettings } from './sync-daemon.js';

export interface AgentSettings {
  readonly announcer: Announcer;
  readonly engine: SyncDaemonSettings['engine'];
}

/** `[ipvs] engine` as far as the environment decides it (design, "one vocabulary"). */
export const engineFromEnvironment = (value = process.env.HA_SUITE_IPVS_ENGINE): SyncDaemonSettings['engine'] =>
  value === 'kernel' || value === 'nft' ? value : 'auto';

const described = (agent: Agent): Agent => ({
  name: agent.name,
  run: async (verb, args, context) => {
    const description = DESCRIPTIONS[agent.name];
    if (verb !== 'meta-data' || description === undefined) return agent.run(verb, args, context);
    return { code: 0, output: metaDataXml(description) };
  },
});

/** Our agents by the name of their script. */
export const createAgents = ({ announcer, engine }: AgentSettings): ReadonlyMap<string, Agent> =>
  new Map(
    [createIpaddr(announcer), createIpaddr2(announcer), ldirectord, createSyncDaemon({ engine })].map((agent) => [
      agent.name,
      described(agent),
    ]),
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
