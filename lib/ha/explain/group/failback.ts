/** What brings a group back to the node that stands first: auto_failback, or somebody. Pure. */
import type { Part } from '../explanation.js';
import { haCfDecision } from '../files.js';
import type { Sides } from './sight.js';

/** The words of a job that brought a group to a node because somebody wanted it so. */
export const HANDED_OVER = 'a hand-over was asked for';

/** The commands that bring the group from its holder to the other node. */
export const moveBy = ({ group, holder, other, cluster }: Sides): string => {
  if (other === undefined) return `Nothing: there is no other node that could have it.`;
  if (cluster.autoFailback === 'legacy')
    return `Stop heartbeat on ${holder}: hb_standby does not work with auto_failback legacy.`;
  const given = group.node === holder ? 'local' : 'foreign';
  const taken = group.node === other.name ? 'local' : 'foreign';
  return `hb_standby ${given} on ${holder}, or hb_takeover ${taken} on ${other.name}, moves it to ${other.name}.`;
};

/** What auto_failback does when the node that stands first is well again. */
export const failbackWhenBack = ({ cluster, group, holder, scene }: Sides): Part => {
  const { autoFailback } = cluster;
  const decidedBy = [haCfDecision(scene.files, 'auto_failback')];
  switch (autoFailback) {
    case 'on':
      return { decidedBy, wouldChange: [`With auto_failback on it then goes back to ${group.node} by itself.`] };
    case 'off':
      return {
        decidedBy,
        wouldChange: [
          `With auto_failback off it stays on ${holder} even then, until somebody says hb_takeover local on ${group.node} or hb_standby foreign on ${holder}.`,
        ],
      };
    default:
      return { decidedBy, wouldChange: [`With auto_failback legacy ${group.node} then asks for it and gets it.`] };
  }
};

/** What auto_failback does, with both nodes well: nothing. */
export const failbackNow = (sides: Sides, cause: string | undefined): Part => {
  const { cluster, group, scene } = sides;
  const decision = haCfDecision(scene.files, 'auto_failback');
  const decidedBy = [decision];
  const edit = `Or set auto_failback on in ${decision.file}${decision.line === null ? '' : `:${decision.line}`} on both nodes: then it goes back by itself after the next death.`;
  switch (cluster.autoFailback) {
    case 'off':
      return {
        notElsewhere: [`${group.node} is active, but with auto_failback off nothing goes back to it by itself.`],
        decidedBy,
        wouldChange: [moveBy(sides), edit],
      };
    case 'on':
      if (cause === HANDED_OVER)
        return {
          notElsewhere: [
            `${group.node} is active, but auto_failback on gives back only what was taken from a dead node, not what was handed over.`,
          ],
          decidedBy,
          wouldChange: [moveBy(sides)],
        };
      return {
        notElsewhere: [
          `${group.node} is active again; auto_failback on gives it back as soon as nothing moves on either node.`,
        ],
        decidedBy,
        wouldChange: ['Wait; ha events --follow shows when it goes.', moveBy(sides)],
      };
    default:
      return {
        notElsewhere: [
          `${group.node} is active; with auto_failback legacy it asks for its groups when it starts, and has not got this one.`,
        ],
        decidedBy,
        wouldChange: [
          `Start heartbeat on ${group.node} again: it asks for its groups once more.`,
          `Set auto_failback to on or off on both nodes: hb_standby and hb_takeover work then.`,
        ],
      };
  }
};
