/** Turns the configuration into what the machine must know, and tells links to nodes from ping nodes. */
import type { MonitorConfig } from '../../config/monitor.js';
import { type Millis, millis } from '../../time.js';
import type { ClusterSettings, Holding, PeerSeen } from '../cluster/interface.js';
import type { HaConfig, Medium, ResourceGroup } from '../config/model.js';
import { groupsOfConcern } from '../resources/scope.js';
import type { Identity } from './files/identity.js';

/** Media that reach other nodes. */
export type LinkMedium = Extract<Medium, { kind: 'bcast' | 'mcast' | 'mcast6' | 'ucast' | 'ucast6' | 'serial' }>;

/** Ping nodes: single ones and groups. */
export type PingMedium = Exclude<Medium, LinkMedium>;

const isPing = (medium: Medium): medium is PingMedium =>
  medium.kind === 'ping' || medium.kind === 'ping6' || medium.kind === 'ping_group';

/** The media that other nodes are heard on, in the order of ha.cf. */
export const linkMedia = (config: HaConfig): readonly LinkMedium[] =>
  config.media.flatMap(({ value }) => (isPing(value) ? [] : [value]));

export const pingMedia = (config: HaConfig): readonly PingMedium[] =>
  config.media.flatMap(({ value }) => (isPing(value) ? [value] : []));

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

export interface SettingsInput {
  readonly self: string;
  readonly config: HaConfig;
  readonly groups: readonly ResourceGroup[];
  readonly monitors?: readonly MonitorConfig[];
  readonly mayHaveLeftovers: boolean;
  readonly kept?: Holding | undefined;
  readonly identity: Identity;
  readonly peersSeen?: readonly PeerSeen[];
  readonly pid: number;
  readonly seed: number;
}

/** The longest hold-down of the monitors that decide about resources; undefined when none does. */
const holddownOf = (monitors: readonly MonitorConfig[]): Millis | undefined => {
  const decisive = monitors.filter(({ onfail }) => onfail === 'standby');
  return decisive.length === 0 ? undefined : millis(Math.max(...decisive.map(({ holddown }) => holddown)));
};

/** Two media on one device share a link name and are one link (heartbeat reference 3.9). */
export const clusterSettings = (input: SettingsInput): ClusterSettings => {
  const { self, config, monitors = [], mayHaveLeftovers, kept, identity, peersSeen, pid, seed } = input;
  const holddown = holddownOf(monitors);
  const nodes = unique(config.nodes.map(({ value }) => value));
  const groups = groupsOfConcern(input.groups, nodes, self);
  const keysOf = (wanted: boolean): readonly string[] =>
    groups.filter(({ node }) => (node === self) === wanted).flatMap(({ resources }) => resources[0]?.word ?? []);
  const local = keysOf(true);
  const foreign = keysOf(false);
  return {
    self,
    nodes,
    pingNodes: unique(pingMedia(config).map(({ name }) => name)),
    links: unique(linkMedia(config).map(({ name }) => name)),
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
    ...(peersSeen === undefined ? {} : { peersSeen }),
    fences: config.fencing !== undefined,
    hasLocalGroups: local.length > 0,
    hasForeignGroups: foreign.length > 0,
    localKeys: local,
    foreignKeys: foreign,
    mayHaveLeftovers,
    ...(holddown === undefined ? {} : { holddown }),
    ...(kept === undefined ? {} : { kept }),
    pid,
    seed,
  };
};
