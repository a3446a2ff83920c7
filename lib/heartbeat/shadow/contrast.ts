/** Where we and the genuine daemon differ at this moment. */
import { millis } from '../../time.js';
import { contains } from '../cluster/holdings.js';
import type { ClusterState } from '../cluster/state.js';
import { presence, type WatchedGroup } from './groups.js';
import { isAudible, isGenuineSilent } from './join.js';
import type { Contrast, Shadow } from './state.js';
import { holdingText } from './words.js';

/** The subject of the difference that is about the genuine daemon itself. */
export const HEARTBEAT = 'heartbeat';

const addressText = ({ addresses }: WatchedGroup, here: ReadonlySet<string>, wanted: boolean): string => {
  const named = addresses.filter((address) => here.has(address) !== wanted);
  return `${named.join(', ')} ${named.length === 1 ? 'is' : 'are'} ${wanted ? 'not ' : ''}on this machine`;
};

const groupContrast = (
  { genuine, here, why }: Shadow,
  cluster: ClusterState,
  group: WatchedGroup,
  audible: boolean,
): Contrast | undefined => {
  const wanted = contains(cluster.resources.hold, group.scope);
  const holding = audible ? genuine.holding : undefined;
  const claimed = holding === undefined ? undefined : contains(holding, group.scope);
  const where = presence(group, here);
  const runs = where === 'unknown' ? claimed : where === 'partly' ? !wanted : where === 'here';
  if (runs === undefined || runs === wanted) return undefined;
  const says = holding === undefined ? '' : `it says that it holds ${holdingText(holding)}`;
  const seen = where === 'unknown' ? '' : addressText(group, here, wanted);
  const facts = [seen, says].filter((fact) => fact !== '').join(', ');
  return {
    ours: wanted ? 'we would run it here' : 'we would not run it here',
    genuine: `the genuine one ${wanted ? 'does not' : 'does'} (${facts})`,
    why,
  };
};

/** Every difference of this moment by its subject: a resource group, or {@link HEARTBEAT}. Nothing while we do not decide. */
export const contrasts = (shadow: Shadow, now: Shadow['since']): ReadonlyMap<string, Contrast> => {
  const { cluster, settings, genuine } = shadow;
  if (cluster === undefined) return new Map();
  const found = new Map<string, Contrast>();
  const audible = isAudible(shadow, now);
  if (isGenuineSilent(shadow, now)) {
    const silent = millis(now - (genuine.statusAt ?? shadow.startedAt.mono));
    found.set(HEARTBEAT, {
      ours: `we would send one every ${settings.cluster.keepalive} ms`,
      genuine: audible
        ? `the genuine one has been silent for ${Math.round(silent)} ms`
        : 'the genuine one does not run, or was halted',
      why: 'the other node will call it dead',
    });
  }
  for (const group of settings.groups) {
    const contrast = groupContrast(shadow, cluster, group, audible);
    if (contrast !== undefined) found.set(`group ${group.name}`, contrast);
  }
  return found;
};
