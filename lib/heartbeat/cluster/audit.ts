/** Complaints about who holds what, each logged once when it becomes true (heartbeat reference 6.3, "Audit"). */
import { common, contains, mirrored, plus } from './holdings.js';
import { isQuiet } from './jobs.js';
import { isLegacy, partner } from './partner.js';
import type { ClusterState } from './state.js';
import { say, type Turn, updateResources } from './turn.js';

const complaints = (state: ClusterState): readonly string[] => {
  const { hold, otherHold, otherStable, phase } = state.resources;
  const other = partner(state);
  if (isLegacy(state) || phase === 'init' || phase === 'shutdown' || other === undefined) return [];
  const theirs = mirrored(otherHold);
  // One of ours that was killed and begins again claims all that it is stopping just then: nothing to be alarmed by.
  const both = other.kin?.phase === 'init' ? 'none' : common(hold, theirs);
  const either = plus(hold, theirs);
  const settled = isQuiet(state) && otherStable;
  return [
    ...(contains(both, 'local') ? ['Both machines own our resources!'] : []),
    ...(contains(both, 'foreign') ? ['Both machines own foreign resources!'] : []),
    ...(settled && !contains(either, 'local') ? ['No one owns our local resources!'] : []),
    ...(settled && !contains(either, 'foreign') ? ['No one owns foreign resources!'] : []),
  ];
};

/** Logs what is newly wrong. */
export const audit = (turn: Turn): Turn => {
  const known = turn.state.resources.complaints;
  const found = complaints(turn.state);
  if (found.length === 0 && known.length === 0) return turn;
  const fresh = found.filter((text) => !known.includes(text));
  return updateResources(
    fresh.reduce((sum, text) => say(sum, 'ERROR', text), turn),
    { complaints: found },
  );
};
