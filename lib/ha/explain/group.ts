/** Why a group of haresources is where it is, and why the other node does not have it. Pure. */
import { spanText } from '../../ldirectord/cli/status-table.js';
import type { Explanation, Subject } from './explanation.js';
import { both, nowhere, unknown } from './group/astray.js';
import { held } from './group/held.js';
import type { Sight } from './group/sight.js';
import { silent } from './group/silent.js';
import { type Group, partnerIn, type Scene } from './scene.js';

const placed = (sight: Sight): Explanation => {
  const { group, cluster } = sight;
  switch (group.place) {
    case 'here':
      return held(sight, cluster.self);
    case 'there':
      return held(sight, partnerIn(cluster)?.name ?? group.node);
    case 'nowhere':
      return cluster.communicationUp ? nowhere(sight) : unknown(sight);
    case 'both':
      return both(sight);
    case 'unknown':
      return unknown(sight);
  }
};

/** Explains where a group is, under the name by which somebody asked for it. */
export const explainGroup = (scene: Scene, group: Group, subject: Subject): Explanation => {
  const { heartbeat } = scene.status;
  if (heartbeat.snapshot === null) return silent(scene, group, subject, heartbeat.problem);
  const { snapshot, stale, age } = heartbeat;
  const { cluster } = snapshot;
  if (cluster === null) return silent(scene, group, subject, 'it has not begun yet');
  const sight: Sight = { scene, snapshot, cluster, group, subject };
  const found = placed(sight);
  if (!stale) return found;
  return {
    ...found,
    what: `${spanText(age)} ago: ${found.what}`,
    because: [`heartbeat has not answered for ${spanText(age)}, so this may be out of date.`, ...found.because],
    wouldChange: ['See why heartbeat does not answer: its log, and the load of this machine.', ...found.wouldChange],
  };
};
