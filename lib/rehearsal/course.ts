/** The course of a job in a rehearsal: the steps of a real group run, with scripts that take their time, or fail. Pure. */
import { isAddress } from '../agents/announce-held.js';
import type { ResourceGroup, ResourceSpec } from '../heartbeat/config/model.js';
import { createRun, type RunEffect, type RunEvent, type RunState, stepRun } from '../heartbeat/resources/group-run.js';
import { type Millis, millis } from '../time.js';
import type { Course, SimulatedGroup } from './world.js';

/** A group with what haresources says of it. */
export interface PlayedGroup extends SimulatedGroup {
  readonly written: ResourceGroup;
}

export interface CourseInput {
  /** How long a script that is none of our own agents takes to start or stop. */
  readonly scriptTime: Millis;
  /** The program that a resource starts; undefined: none that is played. */
  readonly programOf: (resource: ResourceSpec) => string | undefined;
  readonly failsToStart: (resource: ResourceSpec) => boolean;
}

/** Our agents work in process (design, "speed"); asking the kernel takes no longer. */
const OWN_AGENT = 5;
const OWN_AGENTS: readonly string[] = ['IPaddr', 'IPaddr2', 'IPv6addr', 'SendArp', 'LVSSyncDaemonSwap'];

/** Every stop works at once here, so that none is ever tried again. */
const SETTINGS = { stopRetries: 1 };

/** A script that fails; which code it is makes no difference. */
const FAILURE = 1;

const pathOf = ({ agent }: ResourceSpec): string => `/etc/ha.d/resource.d/${agent}`;

/**
 * How long each resource takes, and when what clients use comes and goes: an address counts for its group once all of them
 * are there, and until the first of them goes.
 */
export const courseOf = (
  action: 'acquire' | 'release',
  groups: readonly PlayedGroup[],
  { scriptTime, programOf, failsToStart }: CourseInput,
): Course => {
  const begins = { addresses: new Map<string, number>(), programs: new Map<string, number>() };
  const ends = { addresses: new Map<string, number>(), programs: new Map<string, number>() };
  const said: { readonly at: number; readonly text: string }[] = [];
  const idOf = (written: ResourceGroup | undefined): string => groups.find((one) => one.written === written)?.id ?? '';
  let givenUp: ReadonlySet<string> = new Set();
  let time = 1;

  const started = (group: string, resource: ResourceSpec): void => {
    const program = programOf(resource);
    if (program !== undefined) begins.programs.set(program, time);
    if (isAddress(resource)) begins.addresses.set(group, time);
  };
  const stopping = (group: string, resource: ResourceSpec): void => {
    const program = programOf(resource);
    if (program !== undefined && !ends.programs.has(program)) ends.programs.set(program, time);
    if (isAddress(resource) && !ends.addresses.has(group)) ends.addresses.set(group, time);
  };
  const perform = (effect: RunEffect, { current }: RunState): RunEvent | undefined => {
    switch (effect.type) {
      case 'log':
        if (effect.priority !== 'info') said.push({ at: time, text: `${effect.priority}: ${effect.text}` });
        return undefined;
      case 'done':
        givenUp = new Set(effect.report.givenUp.map(idOf));
        return undefined;
      case 'locate':
      case 'query':
        return { type: 'located', path: pathOf(effect.resource), running: false };
      case 'stop':
        stopping(idOf(current), effect.resource);
        time += durationOf(effect.resource);
        return { type: 'ended', code: 0 };
      case 'start': {
        time += durationOf(effect.resource);
        const fails = failsToStart(effect.resource);
        if (!fails) started(idOf(current), effect.resource);
        return { type: 'ended', code: fails ? FAILURE : 0 };
      }
    }
  };
  const durationOf = ({ agent }: ResourceSpec): number => (OWN_AGENTS.includes(agent) ? OWN_AGENT : scriptTime);

  let state = createRun(
    action,
    groups.map(({ written }) => written),
  );
  let event: RunEvent | undefined = { type: 'begin' };
  while (event !== undefined) {
    const step = stepRun(state, event, SETTINGS, millis(time));
    state = step.state;
    event = undefined;
    for (const effect of step.effects) event = perform(effect, state) ?? event;
  }
  if (action === 'release') return { total: time, ...ends, said };
  return { total: time, ...begins, said, ...(givenUp.size === 0 ? {} : { failure: { ...ends, groups: givenUp } }) };
};
