/** What the heartbeat daemon tells of itself: the machine's snapshot with times, groups and the process around it. */
import type { Happening } from '../events/event.js';
import { comparedFiles, type Digests, type FileComparison } from '../peer/files.js';
import type { NodeReport } from '../peer/report.js';
import type { Millis } from '../time.js';
import type { ClusterSnapshot, Place } from './cluster/snapshot.js';
import type { Told } from './cluster/told.js';
import type { AuthKeys, ResourceGroup } from './config/model.js';

/** Raised when a field changes its meaning or goes away; new fields may come at any time. */
export const SNAPSHOT_VERSION = 1;

export interface GroupSnapshot {
  /** The node that has it when both are well. */
  readonly node: string;
  readonly resources: readonly string[];
  /** `/etc/ha.d/haresources:3`. */
  readonly line: string;
  readonly place: Place;
}

/** What the other node has told of itself, with the ages of now. */
export type PeerTold = Omit<NodeReport, 'number' | 'key' | 'files'> & {
  /** Its configuration files beside ours. */
  readonly files: readonly FileComparison[];
};

export type PeerSnapshot =
  | {
      readonly node: string;
      readonly told: PeerTold;
      /** Milliseconds since it was told. */
      readonly age: number;
      /** Too old to be taken for the present, or told by a node that is gone. */
      readonly stale: boolean;
    }
  | { readonly node: string; readonly told: null; readonly problem: string };

export interface HeartbeatSnapshot {
  readonly version: number;
  readonly program: 'heartbeat';
  readonly node: string;
  readonly pid: number;
  /** Wall-clock milliseconds: when this daemon began, and when this was written. */
  readonly started: number;
  readonly written: number;
  readonly cluster: ClusterSnapshot | null;
  readonly groups: readonly GroupSnapshot[];
  /** Since when (wall-clock milliseconds) something is as it is: `node lb2`, `link lb2:eth0`, `holding lb1`. */
  readonly since: Readonly<Record<string, number>>;
  /** How late this daemon was last, and when; null: never. */
  readonly late: { readonly duration: number; readonly at: number } | null;
  /** The other node's half; null: there is no other node. Earlier versions have no such field. */
  readonly peer?: PeerSnapshot | null;
}

/** The name under which `since` has what an event is about; undefined: it changes no state. */
export const subjectOf = (happening: Happening): string | undefined => {
  switch (happening.type) {
    case 'node':
    case 'holding':
      return `${happening.type} ${happening.name}`;
    case 'link':
      return `link ${happening.name}:${happening.link}`;
    case 'health':
    case 'standby':
      return happening.type;
    default:
      return undefined;
  }
};

const placeOf = (group: ResourceGroup, cluster: ClusterSnapshot): Place => {
  const isLocal = group.node === cluster.self;
  const key = group.resources[0]?.word ?? '';
  if (cluster.heldKeys !== null) {
    if (cluster.heldKeys.includes(key)) return 'here';
    // Legacy nodes do not say group by group what they hold.
    const { local, foreign } = cluster.groups;
    return (isLocal ? local : foreign) === 'there' ? 'there' : 'unknown';
  }
  return isLocal ? cluster.groups.local : cluster.groups.foreign;
};

export interface SnapshotScene {
  readonly node: string;
  readonly pid: number;
  readonly started: Millis;
  readonly wall: Millis;
  /** Undefined before the first step of the machine. */
  readonly cluster: ClusterSnapshot | undefined;
  /** The groups of haresources that concern the nodes of this cluster. */
  readonly groups: readonly ResourceGroup[];
  readonly since: ReadonlyMap<string, number>;
  readonly late: HeartbeatSnapshot['late'];
  /** Undefined: there is no other node. */
  readonly told: Told | undefined;
  /** Our configuration files, and the keys that those of the other node are told under. */
  readonly files: { readonly digests: Digests; readonly keys: Pick<AuthKeys, 'keys'> };
}

const peerSnapshot = (told: Told, { digests, keys }: SnapshotScene['files']): PeerSnapshot => {
  if (told.report === null) return { node: told.node, told: null, problem: told.problem };
  const { number, key, files, ...rest } = told.report;
  const compared = comparedFiles(digests, told.report, keys);
  return { node: told.node, told: { ...rest, files: compared }, age: told.age, stale: told.stale };
};

export const heartbeatSnapshot = (scene: SnapshotScene): HeartbeatSnapshot => ({
  version: SNAPSHOT_VERSION,
  program: 'heartbeat',
  node: scene.node,
  pid: scene.pid,
  started: scene.started,
  written: scene.wall,
  cluster: scene.cluster ?? null,
  groups: scene.groups.map((group) => ({
    node: group.node,
    resources: group.resources.map(({ word }) => word),
    line: `${group.at.file}:${group.at.line}`,
    place: scene.cluster === undefined ? 'unknown' : placeOf(group, scene.cluster),
  })),
  since: Object.fromEntries(scene.since),
  late: scene.late,
  peer: scene.told === undefined ? null : peerSnapshot(scene.told, scene.files),
});
