/** Which event led to which: late, dead, take over, first announcement, first check, table. Pure. */
import type { HaEvent, Happening } from '../../events/event.js';
import { type Heard, machineOf } from './matching.js';
import type { Merged, Moment } from './merge.js';

/** How long after its cause something is still taken to follow from it, in milliseconds, where no number ties them. */
const PATIENCE = 60_000;

/** Nor across more events than that: a table of thousands of servers is changed at once. */
const FAR = 2000;

/** Looks back from a moment for the newest one of which something holds. */
type Back = (holds: (event: HaEvent, machine: string) => boolean, patience?: number) => number | undefined;

const isTaking = (cause: string | undefined): boolean => cause?.endsWith(' is dead') === true;

const sameRun = (one: HaEvent, other: HaEvent): boolean =>
  one.run === other.run && one.instance === other.instance && one.program === other.program;

/** A step of heartbeat that may lead to a job, a hand-over or a change of what is held. */
const isOccasion = (event: Happening): boolean =>
  (event.type === 'node' && event.to === 'dead') ||
  event.type === 'standby' ||
  event.type === 'health' ||
  (event.type === 'daemon' && event.change === 'stopping');

const causeOfJob = (event: Extract<HaEvent, { type: 'job' }>, back: Back, here: Back): number | undefined => {
  if (event.step === 'ended')
    return back(
      (other) => other.type === 'job' && other.step === 'begun' && other.job === event.job && sameRun(other, event),
    );
  if (isTaking(event.cause)) {
    const name = event.cause?.replace(/ is dead$/, '');
    return (
      here((other) => other.type === 'node' && other.name === name && other.to === 'dead') ??
      // It took its leave.
      here((other) => other.type === 'holding' && other.name === name && other.to === 'none')
    );
  }
  return here(
    (other) => isOccasion(other) || (other.type === 'node' && machineOf(other.name) === machineOf(other.node)),
  );
};

/** The job that is under way on the same machine. */
const openJob = (here: Back): number | undefined => {
  const ended = new Set<number>();
  return here((other) => {
    if (other.type !== 'job') return false;
    if (other.step === 'ended') ended.add(other.job);
    return other.step === 'begun' && !ended.has(other.job);
  });
};

const causeOf = (event: HaEvent, back: Back): number | undefined => {
  const machine = machineOf(event.node);
  const here: Back = (holds, patience) =>
    back((other, where) => where === machine && other.program === 'heartbeat' && holds(other, where), patience);
  const daemon: Back = (holds) =>
    back((other, where) => where === machine && sameRun(other, event) && holds(other, where));
  switch (event.type) {
    case 'node':
      if (event.to !== 'dead') return undefined;
      return here(
        (other) => other.type === 'late' || (other.type === 'link' && other.name === event.name && other.to === 'dead'),
      );
    case 'holding':
    case 'standby':
      return here(isOccasion, PATIENCE / 10);
    case 'job':
      return causeOfJob(event, back, here);
    case 'resource':
    case 'announcement':
      return openJob(here);
    case 'check':
      return event.from === 'unknown' ? daemon(({ type }) => type === 'config' || type === 'daemon') : undefined;
    case 'table':
      return (
        daemon((other) => other.type === 'check' && other.virtual === event.virtual) ??
        daemon(({ type }) => type === 'config' || type === 'daemon')
      );
    case 'config':
      return daemon((other) => other.type === 'daemon');
    case 'daemon':
      return event.program === 'ldirectord' ? openJob(here) : undefined;
    default:
      return undefined;
  }
};

/** For each moment the place of the one that led to it, as far as that can be told; undefined: nothing did, or nobody knows. */
export const causesOf = ({ moments, heard }: Merged): readonly (number | undefined)[] => {
  const places = new Map(moments.map(({ event }, index) => [event, index]));
  const sentOf = new Map(heard.map((one: Heard) => [one.heard, one.sent]));
  return moments.map(({ event, at }, index) => {
    const sent = sentOf.get(event);
    const told = sent === undefined ? undefined : places.get(sent);
    if (told !== undefined && told < index) return told;
    const back: Back = (holds, patience = PATIENCE) => {
      for (let place = index - 1; place >= Math.max(0, index - FAR); place -= 1) {
        const one: Moment | undefined = moments[place];
        if (one === undefined || at - one.at > patience) return undefined;
        if (holds(one.event, one.machine)) return place;
      }
      return undefined;
    };
    return causeOf(event, back);
  });
};
