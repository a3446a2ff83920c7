/** The wanted table, and the changes with their log lines that lead to it from what is really there (reference 3.4 to 3.9). */
import { type DestinationChange, diff } from '../ipvs/diff.js';
import type { Change, Destination, Service, ServiceKey, Table } from '../ipvs/model.js';
import { normaliseService } from '../ipvs/normalise.js';
import type { Fallback, Real, Virtual } from './config/model.js';
import { type Director, healthOf, type Member } from './director.js';
import type { Standing } from './health.js';
import type { News } from './mail/alerts.js';
import * as say from './messages.js';
import { hostPort, realName, serviceId, serviceName, tableName, tablePort } from './names.js';

/** What may change: everything (start and reload), or some virtuals as a whole and single members of others. */
export type Scope =
  | 'all'
  | { readonly virtuals: ReadonlySet<string>; readonly members: ReadonlyMap<string, { readonly entering: boolean }> };

/** The virtuals that the table lacks. */
export const vanishedFrom = (director: Director, actual: Table): ReadonlySet<string> => {
  const present = new Set(actual.services.map(({ key }) => serviceId(key)));
  return new Set(director.config.virtuals.map(({ key }) => serviceId(key)).filter((id) => !present.has(id)));
};

/** The same scope and, as a whole, the virtuals that somebody has deleted from the table. */
export const withVanished = (scope: Scope, vanished: ReadonlySet<string>): Scope =>
  scope === 'all' ? scope : { virtuals: new Set([...scope.virtuals, ...vanished]), members: scope.members };

/** A scope of single members. */
export const only = (members: ReadonlyMap<string, { readonly entering: boolean }>): Scope => ({
  virtuals: new Set(),
  members,
});

export interface PlannedChange {
  readonly change: Change;
  /** The genuine log line for it. */
  readonly message: string;
  /** The virtual that it belongs to. */
  readonly virtualId: string;
  /** The members it carries out, so that they can be tried again when it fails; none: it belongs to the whole virtual. */
  readonly members: readonly string[];
  /** Members that take connections once it is made. */
  readonly serves: readonly string[];
  /** What a mail says about it; absent: it is about a virtual, and nobody is told. */
  readonly news?: News;
}

const destinationName = ({ address, port }: Pick<Destination, 'address' | 'port'>): string => hostPort(address, port);

/** A virtual as the table has it, without its reals. */
export const wantedService = (virtual: Virtual): Omit<Service, 'destinations'> =>
  normaliseService({
    key: virtual.key,
    scheduler: virtual.scheduler,
    flags: virtual.flags?.split(',') ?? [],
    persistent: virtual.persistent,
    // reference 2.5: only passed when persistent is set, and -o only for udp.
    netmask: virtual.persistent === undefined ? undefined : virtual.netmask,
    ops: virtual.ops && virtual.key.protocol === 'udp',
  });

const realDestination = (virtual: Virtual, real: Real, weight: number): Destination => ({
  address: real.address,
  port: tablePort(virtual, real),
  method: real.method,
  weight,
  upper: real.upper,
  lower: real.lower,
});

const fallbackDestination = (virtual: Virtual, fallback: Fallback): Destination => ({
  address: fallback.address,
  port: tablePort(virtual, fallback),
  method: fallback.method,
  weight: 1,
  upper: 0,
  lower: 0,
});

const standingOf = (director: Director, member: Member): Standing => healthOf(director, member).standing;

/** What should stand in one place; undefined: nothing. */
const wantedAt = (
  director: Director,
  group: readonly Member[],
  actual: Destination | undefined,
  entering: boolean,
): Destination | undefined => {
  const upMember = group.find((member) => standingOf(director, member) === 'up');
  if (upMember !== undefined) return realDestination(upMember.virtual, upMember.real, upMember.real.weight);
  // Not checked yet: what is there stays, what is not there waits for its first good check.
  if (group.some((member) => standingOf(director, member) === 'unknown')) return actual;
  const [first] = group;
  // reference 3.4: quiescent=no takes it out. Ours: but not one that is drained, whose connections go on.
  const keepsPlace = first?.virtual.quiescent === true || group.some(({ id }) => director.drained.has(id));
  if (first === undefined || !keepsPlace) return undefined;
  if (actual !== undefined)
    return actual.weight === 0 && actual.method === first.real.method
      ? actual
      : realDestination(first.virtual, first.real, 0);
  // Absent and down: it goes in with weight 0 once at start or reload (as the genuine table ends up, reference 8.4), later
  // only with readdquiescent=yes.
  return entering || director.config.readdQuiescent ? realDestination(first.virtual, first.real, 0) : undefined;
};

/**
 * Whether a real takes the connections, so that the fallback can go. One that is up but that the engine has refused does
 * not, unless it is there all the same.
 */
const isServed = (director: Director, members: readonly Member[], actual: Service | undefined): boolean => {
  const there = new Set(actual?.destinations.filter(({ weight }) => weight > 0).map(destinationName));
  return members.some(
    (member) => standingOf(director, member) === 'up' && (!director.refused.has(member.id) || there.has(member.place)),
  );
};

/** One virtual as it should be. Places outside the scope stay as they are: what an admin changed by hand is his. */
const wantedVirtual = (director: Director, virtual: Virtual, actual: Service | undefined, scope: Scope): Service => {
  const virtualId = serviceId(virtual.key);
  const members = director.membersByVirtual.get(virtualId) ?? [];
  // A virtual that has vanished from the table is rebuilt as a whole.
  const whole = scope === 'all' || actual === undefined || scope.virtuals.has(virtualId);
  const before = new Map((actual?.destinations ?? []).map((one) => [destinationName(one), one]));
  const wanted = new Map<string, Destination>();
  let touched = whole;
  for (const [name, group] of director.places.get(virtualId) ?? []) {
    const marks = group
      .map(({ id }) => (whole ? { entering: true } : scope.members.get(id)))
      .filter((mark) => mark !== undefined);
    const present = before.get(name);
    if (marks.length > 0) touched = true;
    const destination =
      marks.length > 0
        ? wantedAt(
            director,
            group,
            present,
            marks.some(({ entering }) => entering),
          )
        : present;
    if (destination !== undefined) wanted.set(name, destination);
    before.delete(name);
  }
  const { fallback } = virtual;
  if (fallback !== undefined && touched) {
    const name = tableName(virtual, fallback);
    before.delete(name);
    // A fallback that is also a real server has that one's place (genuine deletes it, reference 7, no. 13).
    if (!isServed(director, members, actual)) wanted.set(name, fallbackDestination(virtual, fallback));
  }
  // What nobody configured is purged when the whole virtual is brought into line.
  if (!whole) for (const [name, destination] of before) wanted.set(name, destination);
  const definition = whole ? wantedService(virtual) : actual;
  return { ...definition, destinations: [...wanted.values()] };
};

/**
 * The table as it should be: configured virtuals in file order, then everybody else's as they are.
 *
 * Outside `all`, a virtual without a member in scope stays as it is.
 */
export const wantedTable = (director: Director, actual: Table, scope: Scope): Table => {
  const present = new Map(actual.services.map((service) => [serviceId(service.key), service]));
  const ours = director.config.virtuals.flatMap((virtual) => {
    const virtualId = serviceId(virtual.key);
    const service = present.get(virtualId);
    present.delete(virtualId);
    const inScope =
      scope === 'all' ||
      scope.virtuals.has(virtualId) ||
      (director.membersByVirtual.get(virtualId) ?? []).some(({ id }) => scope.members.has(id));
    if (inScope) return [wantedVirtual(director, virtual, service, scope)];
    return service === undefined ? [] : [service];
  });
  return {
    services: [...ours, ...[...present].filter(([id]) => !director.retired.has(id)).map(([, service]) => service)],
  };
};

/** Explains one destination change of a configured virtual. */
const destinationMessage = (director: Director, virtual: Virtual, change: DestinationChange): PlannedChange => {
  const place = serviceName(virtual.key);
  const name = destinationName(change.destination);
  const virtualId = serviceId(virtual.key);
  const group = director.places.get(virtualId)?.get(name) ?? [];
  const chosen = group.find((member) => standingOf(director, member) === 'up') ?? group[0];
  const isUp = chosen !== undefined && standingOf(director, chosen) === 'up';
  const ids = group.map(({ id }) => id);
  const serves = isUp && change.kind !== 'delete-destination' ? ids : [];
  const plan = (message: string, real: string | undefined, subject = message): PlannedChange => {
    // reference 5.7: a real that is deleted or quiesced is out; one that is added, restored or purged is not.
    const isOut = real !== undefined && chosen !== undefined && !isUp;
    return { change, message, virtualId, members: ids, serves, news: { virtualId, subject, real, isOut } };
  };
  const { fallback } = virtual;
  if (fallback !== undefined && tableName(virtual, fallback) === name && !isUp) {
    const server = realName(fallback);
    // A failed fallback change is tried again with the virtual's reals.
    const all = (director.membersByVirtual.get(virtualId) ?? []).map(({ id }) => id);
    if (change.kind === 'delete-destination')
      return { ...plan(say.deleted('fallback', server, place), undefined), members: all };
    const speak = change.kind === 'add-destination' ? say.added : say.restored;
    return { ...plan(speak('fallback', server, place, change.destination.weight), undefined), members: all };
  }
  if (chosen === undefined) return plan(say.purgedReal('start', name, place), name);
  const configured = realName(chosen.real);
  if (change.kind === 'delete-destination')
    return plan(say.deleted('real', say.mapped(name, configured), place), configured);
  if (change.kind === 'add-destination') {
    if (isUp) return plan(say.added('real', configured, place, change.destination.weight), configured);
    const quiet = say.quiescent(configured, place);
    // The mail of a real that is added again at weight 0 says the same as that of any other.
    return plan(director.config.readdQuiescent ? say.readdQuiescent(configured, place) : quiet, configured, quiet);
  }
  return plan(
    isUp
      ? say.restored('real', configured, place, change.destination.weight)
      : say.quiescent(say.mapped(name, configured), place),
    configured,
  );
};

/** The order inside a virtual: reals before the fallback, as genuine does at every transition (reference 8). */
const rankFor = (director: Director) => {
  const fallbacks = new Set(
    director.config.virtuals.flatMap(({ key, fallback, ...rest }) =>
      fallback === undefined ? [] : [`${serviceId(key)} ${tableName({ key, ...rest }, fallback)}`],
    ),
  );
  return (change: DestinationChange): number => {
    const late = fallbacks.has(`${serviceId(change.key)} ${destinationName(change.destination)}`) ? 10 : 0;
    if (change.kind === 'delete-destination') return late + 3;
    if (change.destination.weight === 0) return late + 2;
    return late + (change.kind === 'add-destination' ? 0 : 1);
  };
};

/** The end of a whole virtual. */
export const purge = (tag: 'start' | 'stop', key: ServiceKey): PlannedChange => ({
  change: { kind: 'delete-service', key },
  message: say.purgedVirtual(tag, serviceName(key)),
  virtualId: serviceId(key),
  members: [],
  serves: [],
});

/** The changes that bring the actual table into line with what is wanted, each with its log line, in genuine order. */
export const plan = (director: Director, actual: Table, scope: Scope): readonly PlannedChange[] => {
  const virtuals = new Map(director.config.virtuals.map((virtual) => [serviceId(virtual.key), virtual]));
  // Virtuals that have to go leave in the order of the file that had them (reference 3.3, step 5).
  const leaving = new Map([...director.retired].map((id, index) => [id, index]));
  const turn = (change: Change): number =>
    change.kind === 'delete-service' ? (leaving.get(serviceId(change.key)) ?? 0) : -1;
  const changes = diff(actual, wantedTable(director, actual, scope), { rank: rankFor(director) });
  return [...changes]
    .sort((one, other) => turn(one) - turn(other))
    .map((change): PlannedChange => {
      if ('service' in change) {
        const id = serviceId(change.service.key);
        const speak = change.kind === 'add-service' ? say.addedVirtual : say.changedVirtual;
        return { change, message: speak(serviceName(change.service.key)), virtualId: id, members: [], serves: [] };
      }
      const virtualId = serviceId(change.key);
      const virtual = virtuals.get(virtualId);
      // Only services that the configuration has dropped are deleted, and only configured ones have destinations changed.
      if (change.kind === 'delete-service' || virtual === undefined) return { ...purge('start', change.key), change };
      return destinationMessage(director, virtual, change);
    });
};
