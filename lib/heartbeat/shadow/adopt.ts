/** The cluster machine in the middle of a life: as if we had been in the place of the genuine daemon all the time. */
import type { Millis, Now } from '../../time.js';
import { contains } from '../cluster/holdings.js';
import { initialState } from '../cluster/initial.js';
import type { ClusterSettings, Holding, LinkName, NodeName } from '../cluster/interface.js';
import { clusterMachine } from '../cluster/machine.js';
import { partner } from '../cluster/partner.js';
import type { ClusterState, NodeState } from '../cluster/state.js';
import type { Message } from '../wire/message.js';

/** What is known of the cluster when the shadow begins to decide. */
export interface Standing {
  /** What this node holds, and what the other one holds, each seen from itself. */
  readonly hold: Holding;
  readonly otherHold: Holding;
  /** The last status message of each other node that lives, with the link it came in on. */
  readonly statuses: readonly { readonly message: Message; readonly link: LinkName }[];
  /** Nodes that are not there: silent for longer than their dead time, or gone with a goodbye. */
  readonly gone: readonly NodeName[];
}

const present = (before: ClusterState, gone: readonly NodeName[], now: Now): ReadonlyMap<NodeName, NodeState> =>
  new Map(
    [...before.nodes].map(([name, node]) => [
      name,
      { ...node, countFrom: now.mono, status: gone.includes(name) ? 'dead' : node.status },
    ]),
  );

/**
 * A state that is up, at rest, and holds what the genuine daemon holds. From the next event on it decides like any other.
 * The machine believes what it is told here: whether that was true is the business of whoever found it out.
 */
export const adopt = (settings: ClusterSettings, standing: Standing, now: Now): ClusterState => {
  const begun = initialState(settings, now);
  const up: ClusterState = {
    ...begun,
    startedAt: now.mono,
    status: 'active',
    statusDueAt: (now.mono + settings.keepalive) as Millis,
    communication: { phase: 'up', askAt: undefined },
    nodes: present(begun, standing.gone, now),
    resources: {
      ...begun.resources,
      phase: 'stable',
      hold: standing.hold,
      otherHold: standing.otherHold,
      otherStable: true,
      localDone: true,
      foreignDone: true,
      announced: true,
    },
  };
  const heard = standing.statuses.reduce(
    (sum, { message, link }) => clusterMachine.step(sum, { type: 'packet', message, link }, now).state,
    up,
  );
  const other = partner(heard);
  const alone = other !== undefined && standing.gone.includes(other.name);
  return {
    ...heard,
    resources: {
      ...heard.resources,
      hold: standing.hold,
      // Our own kind says it in every status.
      otherHold: other?.kin?.hold ?? standing.otherHold,
      otherStable: true,
      // It is no new life to us that would have to be asked what it holds.
      queryAt: undefined,
      orphanSince: undefined,
      conflictSince: undefined,
      // Who holds the groups of a node that is not there has taken them from it (heartbeat reference 6.3).
      failbackWanted: alone && contains(standing.hold, 'foreign'),
    },
  };
};
