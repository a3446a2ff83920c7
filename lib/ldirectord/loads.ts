/** What the table holds of every real server, by its place there: weight and connections, as the engine last read them. Pure. */
import type { Load } from '../ipvs/grammar/listing.js';
import type { Member } from './director.js';
import { hostPort, serviceId } from './names.js';

/** The key of a place in the table. */
export const placeKey = ({ virtualId, place }: Pick<Member, 'virtualId' | 'place'>): string => `${virtualId} ${place}`;

export type LoadsByPlace = ReadonlyMap<string, Load>;

export const loadsByPlace = (loads: readonly Load[]): LoadsByPlace =>
  new Map(
    loads.map((load) => [
      placeKey({
        virtualId: serviceId(load.key),
        place: hostPort(load.destination.address, load.destination.port),
      }),
      load,
    ]),
  );

/** One look at the table. */
export interface LookAtTable {
  /** Wall-clock milliseconds; undefined: it has never been read, or cannot be read any more. */
  readonly at: number | undefined;
  readonly loads: LoadsByPlace;
  /** Why it could not be read; undefined: it could. */
  readonly problem: string | undefined;
}

export const unread = (problem: string): LookAtTable => ({ at: undefined, loads: new Map(), problem });
