/** In what the table that is there differs from the one that we would have, as far as it is ours to say (pure). */
import { sameDestination, sameService } from '../../ipvs/diff.js';
import type { Destination, Service, Table } from '../../ipvs/model.js';
import { normaliseTable } from '../../ipvs/normalise.js';
import { hostPort, serviceId } from '../names.js';

/** A virtual service without its real servers. */
export type Settings = Omit<Service, 'destinations'>;

/** One thing in which the tables differ; undefined: that table does not have it. */
export type Mismatch =
  | {
      readonly kind: 'virtual';
      /** `tcp:10.0.0.3:80`. */
      readonly virtualId: string;
      readonly theirs: Settings | undefined;
      readonly ours: Settings | undefined;
    }
  | {
      readonly kind: 'server';
      readonly virtualId: string;
      /** A real or fallback server under its name in the table: `192.168.0.1:80`. */
      readonly server: string;
      readonly theirs: Destination | undefined;
      readonly ours: Destination | undefined;
    };

/** What a mismatch is about, the same as long as it lasts: `tcp:10.0.0.3:80`, or that and the server. */
export const subjectOf = (mismatch: Mismatch): string =>
  mismatch.kind === 'virtual' ? mismatch.virtualId : `${mismatch.virtualId} ${mismatch.server}`;

/**
 * Whether two entries of one server mean the same. Without new connections thresholds limit nothing, and genuine forgets
 * them when it quiesces (reference 3.4).
 */
const isAlike = (theirs: Destination, ours: Destination): boolean =>
  theirs.weight === 0 && ours.weight === 0 ? theirs.method === ours.method : sameDestination(theirs, ours);

const byServer = ({ destinations }: Service): ReadonlyMap<string, Destination> =>
  new Map(destinations.map((one) => [hostPort(one.address, one.port), one]));

const serverMismatches = (virtualId: string, theirs: Service, ours: Service): readonly Mismatch[] => {
  const there = byServer(theirs);
  const here = byServer(ours);
  return [...new Set([...here.keys(), ...there.keys()])].flatMap((server): readonly Mismatch[] => {
    const [one, other] = [there.get(server), here.get(server)];
    if (one !== undefined && other !== undefined && isAlike(one, other)) return [];
    return [{ kind: 'server', virtualId, server, theirs: one, ours: other }];
  });
};

const settingsOf = (service: Service | undefined): Settings | undefined => {
  if (service === undefined) return undefined;
  const { destinations: _, ...settings } = service;
  return settings;
};

const byId = (table: Table): ReadonlyMap<string, Service> =>
  new Map(normaliseTable(table).services.map((service) => [serviceId(service.key), service]));

/**
 * Compares two tables in these virtual services only (by id); whatever else a table has belongs to somebody else. A
 * virtual that only one of them has is one mismatch, whatever servers it has.
 */
export const compareTables = (owned: Iterable<string>, theirs: Table, ours: Table): readonly Mismatch[] => {
  const there = byId(theirs);
  const here = byId(ours);
  return [...owned].flatMap((virtualId): readonly Mismatch[] => {
    const [one, other] = [there.get(virtualId), here.get(virtualId)];
    if (one === undefined && other === undefined) return [];
    const settings: Mismatch = { kind: 'virtual', virtualId, theirs: settingsOf(one), ours: settingsOf(other) };
    if (one === undefined || other === undefined) return [settings];
    return [...(sameService(one, other) ? [] : [settings]), ...serverMismatches(virtualId, one, other)];
  });
};
