/** Which machines answer for each address, as far as the events tell. Pure. */
import { addressOfWord } from '../../agents/address-word.js';
import type { HaEvent } from '../../events/event.js';
import { machineOf } from './matching.js';
import type { Moment } from './merge.js';

/** From an instant on, other machines answer for an address. */
export interface Change {
  readonly address: string;
  readonly at: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The place of the moment that tells of it. */
  readonly moment: number;
}

/** How long nothing had been heard of a node when it was declared dead, in milliseconds. */
const silenceOf = ({ cause = '' }: HaEvent): number => Number(/^nothing heard for (\d+) ms$/.exec(cause)?.[1] ?? 0);

/** The first job of a daemon whose machine has run on since its last life was killed: a boot would have ended everything. */
const LEFT_OVER = 'the last run did not end by itself';

/**
 * Whether a machine went on answering when another one called it dead: its heartbeat told of something afterwards, in the
 * same life, or found its resources still running in the next one. Without its journal nobody knows, and then it counts as
 * gone.
 */
const livedOn = (moments: readonly Moment[], name: string, gone: number): boolean => {
  const own = moments.filter(({ machine, event }) => machine === name && event.program === 'heartbeat');
  const before = own.findLast(({ at }) => at <= gone)?.event;
  const after = own.find(({ at }) => at > gone)?.event;
  if (before === undefined || after === undefined) return false;
  if (after.run === before.run) return true;
  return own.some(({ event }) => event.run === after.run && event.type === 'job' && event.cause === LEFT_OVER);
};

interface Death {
  readonly name: string;
  /** When it was heard last. */
  readonly gone: number;
  readonly moment: number;
}

/**
 * Of whose death a job of this machine is the answer that is under way at that place: then what it takes was held by the
 * dead one, also when no journal tells of that. Who was never heard held nothing that is known of.
 */
const deathBehind = (moments: readonly Moment[], place: number): Death | undefined => {
  const machine = moments[place]?.machine;
  const own = (index: number): HaEvent | undefined => {
    const one = moments[index];
    return one?.machine === machine && one?.event.program === 'heartbeat' ? one?.event : undefined;
  };
  let name: string | undefined;
  for (let index = place; index >= 0; index -= 1) {
    const event = own(index);
    if (event?.type === 'job' && event.step === 'begun' && name === undefined) {
      name = /^(.+) is dead$/.exec(event.cause ?? '')?.[1];
      if (name === undefined) return undefined;
    }
    if (event?.type !== 'node' || event.name !== name) continue;
    // It has lived since it died last: now it took its leave.
    if (event.to !== 'dead') return undefined;
    const gone = (moments[index]?.at ?? 0) - silenceOf(event);
    return event.from === 'active' ? { name: machineOf(name), gone, moment: index } : undefined;
  }
  return undefined;
};

/** Every change of who answers, in the order of time for each address. */
export const holderChanges = (moments: readonly Moment[]): readonly Change[] => {
  const owners = new Map<string, readonly string[]>();
  const newest = new Map<string, number>();
  const changes: Change[] = [];
  const change = (address: string, at: number, after: readonly string[], moment: number): void => {
    const before = owners.get(address) ?? [];
    if (before.length === after.length && before.every((name) => after.includes(name))) return;
    const instant = Math.max(at, newest.get(address) ?? Number.NEGATIVE_INFINITY);
    owners.set(address, after);
    newest.set(address, instant);
    changes.push({ address, at: instant, before, after, moment });
  };
  const take = (address: string, at: number, machine: string, moment: number): void => {
    const death = owners.has(address) ? undefined : deathBehind(moments, moment);
    if (death !== undefined) {
      owners.set(address, [death.name]);
      change(address, death.gone, [], death.moment);
    }
    const before = owners.get(address) ?? [];
    change(address, at, before.includes(machine) ? before : [...before, machine], moment);
  };
  const leave = (address: string, at: number, machine: string, moment: number): void =>
    change(
      address,
      at,
      (owners.get(address) ?? []).filter((name) => name !== machine),
      moment,
    );
  for (const [index, { event, machine, at }] of moments.entries()) {
    if (event.type === 'announcement') take(event.address, at, machine, index);
    if (event.type === 'resource') {
      const address = addressOfWord(event.resource);
      if (address === undefined) continue;
      if (event.action === 'start' && event.outcome === 'done') take(address, at, machine, index);
      // When it has stopped, nobody has answered since the stop began.
      if (event.action === 'stop') leave(address, at - event.duration, machine, index);
    }
    if (event.type === 'node' && event.to === 'dead') {
      const name = machineOf(event.name);
      const gone = at - silenceOf(event);
      if (livedOn(moments, name, gone)) continue;
      for (const [address, holders] of owners) if (holders.includes(name)) leave(address, gone, name, index);
    }
  }
  return changes;
};
