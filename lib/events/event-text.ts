/** Events as lines for people. */
import type { HaEvent, Happening } from './event.js';

const took = (duration: number | undefined): string => (duration === undefined ? '' : ` in ${Math.round(duration)} ms`);

/** What happened, in words, without when and where. An event of a later version is named by its type. */
export const happeningText = (event: Happening): string => {
  switch (event.type) {
    case 'daemon':
      return `the daemon is ${event.change === 'started' ? 'up' : event.change}`;
    case 'node':
      return `node ${event.name}: ${event.from} -> ${event.to}`;
    case 'link':
      return `link ${event.name}:${event.link}: ${event.from} -> ${event.to}`;
    case 'holding':
      return `${event.name} holds ${event.to} (before: ${event.from})`;
    case 'standby':
      return event.to === 'not' ? 'the hand-over is over' : `hand-over: ${event.to}`;
    case 'late':
      return `this daemon was late by ${Math.round(event.duration)} ms`;
    case 'health': {
      const failing = event.failing.length === 0 ? '' : ` (failing: ${event.failing.join(', ')})`;
      return `monitors: ${event.from} -> ${event.to}${failing}`;
    }
    case 'job':
      return event.step === 'begun'
        ? `resource job ${event.job} (${event.scope}) begins`
        : `resource job ${event.job} (${event.scope}) ${event.outcome ?? 'ended'}${took(event.duration)}`;
    case 'resource':
      return `${event.resource} ${event.action}: ${event.outcome}${took(event.duration)}`;
    case 'announcement':
      return `${event.address} is announced on ${event.device}`;
    case 'address':
      return `${event.address} on ${event.device} was removed by something else, and is put back`;
    case 'check':
      return `${event.real} of ${event.virtual}: ${event.from} -> ${event.to}`;
    case 'table':
      return `table: ${event.change}`;
    case 'difference': {
      const seconds = `${(event.duration / 1000).toFixed(1)} s`;
      return event.change === 'began'
        ? `difference for ${seconds} on ${event.subject}: genuine has ${event.genuine}, we would have ${event.ours}`
        : `the difference on ${event.subject} is over after ${seconds}`;
    }
    case 'config':
      return `${event.file} is ${event.change}`;
    default:
      return String((event as { readonly type: unknown }).type);
  }
};

/** Whether somebody should look at it: shown in another colour. */
export const isBad = (event: Happening): boolean => {
  switch (event.type) {
    case 'node':
    case 'link':
    case 'check':
      return ['dead', 'down'].includes(event.to);
    case 'job':
    case 'resource':
      return event.outcome === 'failed';
    case 'config':
      return event.change === 'refused';
    case 'health':
      return event.to === 'bad';
    case 'difference':
      return event.change === 'began';
    case 'late':
    case 'address':
      return true;
    default:
      return false;
  }
};

/** `2026-11-27 20:15:03.123`, local time, as the log has it. */
export const clockTime = (wall: number): string => {
  const at = new Date(wall);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${day} ${time}.${String(at.getMilliseconds()).padStart(3, '0')}`;
};

/** Why, and what decided it; empty when the event does not say. */
export const reasonText = ({ cause, decidedBy }: Happening): string =>
  [cause, decidedBy].filter((part) => part !== undefined).join('; ');

/** `heartbeat`, or `ldirectord(www.cf)`. */
export const daemonText = ({ program, instance }: HaEvent): string =>
  instance === '' ? program : `${program}(${instance})`;

/** One line: when, who, what, why. */
export const eventText = (event: HaEvent): string => {
  const { node } = event;
  const who = daemonText(event);
  const why = reasonText(event);
  return `${clockTime(event.wall)}  ${node} ${who}: ${happeningText(event)}${why === '' ? '' : ` [${why}]`}`;
};
