/** Connections and weights as people read them, in `ha status`, `status --table` and on the page. Pure. */
import type { LiveStatus, RealStatus } from './live-status.js';

/** Why nobody knows of connections; undefined: they are known. */
export const unknownWhy = ({ table }: Pick<LiveStatus, 'table'>): string | undefined =>
  table === undefined ? 'the daemon is an earlier version' : (table.problem ?? undefined);

/** `3 active, 1 inactive`; of a table that is known. */
export const connectionsText = ({ connections }: RealStatus): string =>
  connections === null || connections === undefined
    ? 'not in the table'
    : `${connections.active} active, ${connections.inactive} inactive`;

/** `5`; `5, now 0` while the table has another weight than the configuration. */
export const weightText = ({ weight, connections }: RealStatus): string =>
  connections === null || connections === undefined || connections.weight === weight
    ? String(weight)
    : `${weight}, now ${connections.weight}`;
