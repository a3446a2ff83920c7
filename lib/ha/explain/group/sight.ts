/** What is looked at to tell where a group is, and what every answer may say: whose it is, what moves, what failed. Pure. */
import type { ClusterSnapshot, NodeSnapshot } from '../../../heartbeat/cluster/snapshot.js';
import type { HeartbeatSnapshot } from '../../../heartbeat/snapshot.js';
import type { Part, Subject } from '../explanation.js';
import { ago, decisionsOf, failedStart, type Group, heartbeatEvents, type Scene } from '../scene.js';

/** A group, under the name that was asked for, and what is known around it. */
export interface Sight {
  readonly scene: Scene;
  readonly snapshot: HeartbeatSnapshot;
  readonly cluster: ClusterSnapshot;
  readonly group: Group;
  readonly subject: Subject;
}

/** Who has the group, and who could have it; undefined: there is no such node in the snapshot. */
export interface Sides extends Sight {
  readonly holder: string;
  readonly other: NodeSnapshot | undefined;
}

/** Whose group it is by haresources. */
export const order = ({ group }: Sight): Part => ({
  because: [`${group.node} stands first in its line of haresources: it has it when both nodes are well.`],
  decidedBy: [group.decision],
});

/** How far a hand-over is (heartbeat reference 6.5), seen from here. */
const HAND_OVER: Readonly<Record<'me' | 'other' | 'done', string>> = {
  me: 'this node gives away',
  other: 'the other node stops what this one is to have',
  done: 'the node that gets it starts it',
};

/** Something moves just now; nothing when it does not. */
export const moving = ({ cluster }: Sight): Part => {
  if (cluster.jobs === 0 && cluster.standby === 'not') return {};
  const what =
    cluster.standby === 'not'
      ? `${cluster.jobs} resource ${cluster.jobs === 1 ? 'job is' : 'jobs are'} under way on ${cluster.self}`
      : `a hand-over is under way, and ${HAND_OVER[cluster.standby]}`;
  return {
    because: [`Something moves just now: ${what}.`],
    wouldChange: ['Wait until nothing moves; ha events --follow shows it.'],
  };
};

/** The start of one of its resources failed here, at `failedAt` (wall-clock milliseconds); nothing when none did. */
export const failure = ({ scene, group, cluster }: Sight): Part & { readonly failedAt?: number } => {
  const event = failedStart(
    heartbeatEvents(scene),
    group.resources.map(({ word }) => word),
  );
  if (event === undefined) return {};
  const { resource, wall, cause } = event;
  const [agent = '', ...args] = resource.split('::');
  const script = /^\d/.test(resource) ? `IPaddr ${resource}` : [agent, ...args].join(' ');
  return {
    failedAt: wall,
    because: [
      `${resource} could not be started on ${cluster.self} ${ago(scene, wall)}${cause === undefined ? '' : ` (${cause})`}, so its group was given up there; half a minute later it is offered to the other node, if that is up.`,
    ],
    decidedBy: decisionsOf(scene.files, event, 'group'),
    wouldChange: [
      `Try it by hand on ${cluster.self} (/etc/ha.d/resource.d/${script} start), repair what it says, then hb_standby and hb_takeover move the group.`,
    ],
  };
};
