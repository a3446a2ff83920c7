/** Turns the configuration into what the machine must know, and says which media this version can use. */
import type { ClusterSettings } from '../cluster/interface.js';
import type { HaConfig, Medium, ResourceGroup } from '../config/model.js';
import type { Identity } from './identity.js';

/** Media that reach other nodes over IP. */
export type UsableMedium = Extract<Medium, { kind: 'bcast' | 'mcast' | 'mcast6' | 'ucast' | 'ucast6' }>;

/** Single ping nodes. */
export type PingMedium = Extract<Medium, { kind: 'ping' | 'ping6' }>;

/** The media that are acted on; the others are accepted with a warning when the file is read. */
export const usableMedia = (config: HaConfig): readonly UsableMedium[] =>
  config.media.flatMap(({ value }) =>
    value.kind === 'bcast' || value.kind === 'mcast' || value.kind === 'ucast' ? [value] : [],
  );

export const pingMedia = (config: HaConfig): readonly PingMedium[] =>
  config.media.flatMap(({ value }) => (value.kind === 'ping' ? [value] : []));

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

export interface SettingsInput {
  readonly self: string;
  readonly config: HaConfig;
  readonly groups: readonly ResourceGroup[];
  readonly mayHaveLeftovers: boolean;
  readonly identity: Identity;
  readonly pid: number;
  readonly seed: number;
}

/** Two media on one device share a link name and are one link (heartbeat reference 3.9). */
export const clusterSettings = (input: SettingsInput): ClusterSettings => {
  const { self, config, groups, mayHaveLeftovers, identity, pid, seed } = input;
  const keysOf = (wanted: boolean): readonly string[] =>
    groups.filter(({ node }) => (node === self) === wanted).flatMap(({ resources }) => resources[0]?.word ?? []);
  const local = keysOf(true);
  const foreign = keysOf(false);
  return {
    self,
    nodes: unique(config.nodes.map(({ value }) => value)),
    pingNodes: unique(pingMedia(config).map(({ name }) => name)),
    links: unique(usableMedia(config).map(({ name }) => name)),
    keepalive: config.keepalive,
    deadtime: config.deadtime,
    warntime: config.warntime,
    initdead: config.initdead,
    deadping: config.deadping,
    autoFailback: config.autoFailback,
    hopfudge: config.hopfudge,
    maxRexmitDelay: config.maxRexmitDelay,
    uuid: identity.uuid,
    generation: identity.generation,
    hasLocalGroups: local.length > 0,
    hasForeignGroups: foreign.length > 0,
    localKeys: local,
    foreignKeys: foreign,
    mayHaveLeftovers,
    pid,
    seed,
  };
};
