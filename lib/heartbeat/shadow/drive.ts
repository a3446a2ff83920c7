/** Lets the cluster machine decide, with nothing behind it: nothing is sent, and every job is at its end as soon as it is asked for. */
import type { Now } from '../../time.js';
import { happenings, type Observed } from '../cluster/happenings.js';
import type { ClusterEvent, NodeName } from '../cluster/interface.js';
import { clusterMachine } from '../cluster/machine.js';
import type { ClusterState } from '../cluster/state.js';

export interface Driven {
  readonly cluster: ClusterState;
  /** What has happened, in order. */
  readonly happened: readonly Observed[];
  /** What the daemon would have logged. */
  readonly said: readonly string[];
  /** How many messages the daemon would have sent. */
  readonly unsent: number;
  /** Nodes that the daemon would have had reset. */
  readonly fences: readonly NodeName[];
}

/**
 * One event, and everything that follows from it. A job is answered with success at once: what is compared is what is
 * decided, and how long the scripts of the other program take is allowed for by who compares.
 */
export const drive = (before: ClusterState, first: ClusterEvent, now: Now): Driven => {
  const queue: ClusterEvent[] = [first];
  const happened: Observed[] = [];
  const said: string[] = [];
  const fences: NodeName[] = [];
  let unsent = 0;
  let cluster = before;
  for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
    const step = clusterMachine.step(cluster, event, now);
    happened.push(...happenings(cluster, step.state, event, now.mono));
    cluster = step.state;
    for (const effect of step.effects) {
      switch (effect.type) {
        case 'job':
          queue.push({ type: 'jobDone', job: effect.job, outcome: 'done' });
          break;
        case 'log':
          said.push(effect.text);
          break;
        case 'send':
          unsent += 1;
          break;
        case 'fence':
          if (effect.wanted) fences.push(effect.node);
          break;
        case 'dismissClients':
          queue.push({ type: 'clientsGone' });
          break;
        default:
          // Clients, scripts, files and the end of a process: none of that is ours.
          break;
      }
    }
  }
  return { cluster, happened, said, unsent, fences };
};
