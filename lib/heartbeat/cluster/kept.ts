/** Resources that a reload has left running: the life that begins holds them from its first packet on (heartbeat reference 6.7). */
import { contains } from './holdings.js';
import type { ClusterSettings, Holding } from './interface.js';
import { partner, present } from './partner.js';
import { type Turn, updateResources } from './turn.js';

/** What the former life handed on. */
export const keptHolding = (settings: ClusterSettings): Holding => settings.kept ?? 'none';

/** The groups of legacy mode that belong to it: that mode knows them one by one (heartbeat reference 6.9). */
export const keptKeys = (settings: ClusterSettings): readonly string[] => {
  const held = keptHolding(settings);
  const { localKeys = [], foreignKeys = [] } = settings;
  return [...(contains(held, 'local') ? localKeys : []), ...(contains(held, 'foreign') ? foreignKeys : [])];
};

/** Who holds the groups of a node that is not there has taken them from it, and owes them to it with `auto_failback on`. */
export const oweKept = (turn: Turn): Turn =>
  contains(keptHolding(turn.state.settings), 'foreign') && !present(partner(turn.state))
    ? updateResources(turn, { failbackWanted: true })
    : turn;
