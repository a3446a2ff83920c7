/** Decides, step by step, how groups are acquired or released: what runs next, what a failure leads to, when it ends. */
import type { Priority } from '../../log.js';
import { type Millis, seconds } from '../../time.js';
import type { ResourceGroup, ResourceSpec } from '../config/model.js';
import { describeGroup } from './scope.js';

export interface RunSettings {
  /** How often a failed stop is tried again; 0 or less: for ever (HA_STOPRETRYMAX, heartbeat reference 2.6). */
  readonly stopRetries: number;
}

/** A stop is tried again after this long. */
const RETRY_DELAY = seconds(1);

/** Where a resource's script stands; absent: nothing of that name is installed. */
export type ScriptPath = string | undefined;

export type RunEvent =
  | { readonly type: 'begin' }
  /** Answers `locate` (then `running` is not looked at) and `query`. */
  | { readonly type: 'located'; readonly path: ScriptPath; readonly running: boolean }
  /** Answers `start` and `stop`. */
  | { readonly type: 'ended'; readonly code: number }
  /** The instant of `wakeAt` has come. */
  | { readonly type: 'wake' }
  /** Acquire nothing more: the daemon is stopping. What is running now is finished first. */
  | { readonly type: 'cancel' };

export type RunEffect =
  /** Find the script only. */
  | { readonly type: 'locate'; readonly resource: ResourceSpec }
  /** Find the script and ask for its status. */
  | { readonly type: 'query'; readonly resource: ResourceSpec }
  | { readonly type: 'start' | 'stop'; readonly resource: ResourceSpec; readonly path: string }
  | { readonly type: 'log'; readonly priority: Priority; readonly text: string }
  | { readonly type: 'done'; readonly report: RunReport };

export interface RunReport {
  /** `failed`: at least one group was given up because something in it did not start. */
  readonly outcome: 'done' | 'failed';
  readonly givenUp: readonly ResourceGroup[];
  /** Groups of which something still runs although it was told to stop. */
  readonly stuck: readonly ResourceGroup[];
}

type Phase =
  | { readonly at: 'ready' }
  | { readonly at: 'query'; readonly group: ResourceGroup; readonly index: number }
  | { readonly at: 'start'; readonly group: ResourceGroup; readonly index: number; readonly path: string }
  /** `left` is what is still to be stopped, in file order: its last one is the present one. */
  | { readonly at: 'locate'; readonly left: readonly ResourceSpec[] }
  | { readonly at: 'stop'; readonly left: readonly ResourceSpec[]; readonly path: string; readonly tries: number }
  | {
      readonly at: 'pause';
      readonly left: readonly ResourceSpec[];
      readonly path: string;
      readonly tries: number;
      readonly until: Millis;
    }
  | { readonly at: 'verify'; readonly left: readonly ResourceSpec[]; readonly path: string }
  | { readonly at: 'over' };

export interface RunState {
  readonly action: 'acquire' | 'release';
  /** Groups not begun yet. */
  readonly groups: readonly ResourceGroup[];
  /** The group that is being dealt with, or was last. */
  readonly current: ResourceGroup | undefined;
  readonly phase: Phase;
  readonly cancelled: boolean;
  readonly givenUp: readonly ResourceGroup[];
  readonly stuck: readonly ResourceGroup[];
}

export interface RunStep {
  readonly state: RunState;
  readonly effects: readonly RunEffect[];
}

export const createRun = (action: 'acquire' | 'release', groups: readonly ResourceGroup[]): RunState => ({
  ...{ action, groups, current: undefined, phase: { at: 'ready' }, cancelled: false, givenUp: [], stuck: [] },
});

/** The monotonic instant at which a `wake` is wanted, if any. */
export const runWakeAt = (state: RunState): Millis | undefined =>
  state.phase.at === 'pause' ? state.phase.until : undefined;

const log = (priority: Priority, text: string): RunEffect => ({ type: 'log', priority, text });

/** As genuine writes it: without arguments two blanks stand side by side. */
const command = (path: string, resource: ResourceSpec, verb: string): string =>
  [path, resource.args.join(' '), verb].join(' ');

const runStart = (resource: ResourceSpec, path: string, verb: 'start' | 'stop'): readonly RunEffect[] => [
  log('info', `Running ${command(path, resource, verb)}`),
  { type: verb, resource, path },
];

/** Puts effects in front of those of a step. */
const after = (effects: readonly RunEffect[], step: RunStep): RunStep => ({
  state: step.state,
  effects: [...effects, ...step.effects],
});

const nextGroup = (state: RunState): RunStep => {
  const [group, ...groups] = state.cancelled && state.action === 'acquire' ? [] : state.groups;
  if (group === undefined) {
    const { givenUp, stuck } = state;
    const report: RunReport = { outcome: givenUp.length === 0 ? 'done' : 'failed', givenUp, stuck };
    return { state: { ...state, groups: [], phase: { at: 'over' } }, effects: [{ type: 'done', report }] };
  }
  const rest = { ...state, groups, current: group };
  if (state.action === 'release') return releaseGroup(rest, group);
  return after([log('info', `Acquiring resource group: ${describeGroup(group)}`)], queryFrom(rest, group, 0));
};

/** Left to right: the status decides whether a start is needed. */
const queryFrom = (state: RunState, group: ResourceGroup, index: number): RunStep => {
  const resource = group.resources[index];
  if (resource === undefined || state.cancelled) return nextGroup(state);
  return { state: { ...state, phase: { at: 'query', group, index } }, effects: [{ type: 'query', resource }] };
};

const releaseGroup = (state: RunState, group: ResourceGroup): RunStep =>
  after([log('info', `Releasing resource group: ${describeGroup(group)}`)], stopLast(state, group.resources));

/** Right to left, without asking whether it runs. */
const stopLast = (state: RunState, left: readonly ResourceSpec[]): RunStep => {
  const resource = left.at(-1);
  if (resource === undefined) return nextGroup(state);
  return { state: { ...state, phase: { at: 'locate', left } }, effects: [{ type: 'locate', resource }] };
};

/** The cluster offers the group to the other node later, see `RunReport.givenUp`. */
const giveUp = (state: RunState, group: ResourceGroup, resource: ResourceSpec): RunStep =>
  after(
    [log('CRIT', `Giving up resources due to failure of ${resource.word}`)],
    releaseGroup({ ...state, givenUp: [...state.givenUp, group] }, group),
  );

/** What failed to stop, and whether it still runs, decides how loud we are. We never reboot the machine by ourselves. */
const stopFailed = (state: RunState, left: readonly ResourceSpec[], path: string, running: boolean): RunStep => {
  const resource = left.at(-1);
  const rest = left.slice(0, -1);
  if (resource === undefined) return nextGroup(state);
  const { word } = resource;
  if (!running) {
    const remarks = [
      log('ERROR', `Resource script for ${word} probably not LSB-compliant.`),
      log('WARN', `it (${word}) MUST succeed on a stop when already stopped`),
      log('WARN', 'Machine reboot narrowly avoided!'),
    ];
    return after(remarks, stopLast(state, rest));
  }
  // heartbeat reference 2.6: genuine kills itself and reboots the machine here.
  const alarms = [
    log('CRIT', 'Resource STOP failure. Reboot required!'),
    log(
      'CRIT',
      `${word} still runs here, its script could not stop it. ha-suite does not reboot the machine: end it by hand ` +
        `(${command(path, resource, 'stop')}) or switch this machine off before the other node uses it.`,
    ),
  ];
  const stuck = state.current === undefined || state.stuck.includes(state.current) ? [] : [state.current];
  return after(alarms, stopLast({ ...state, stuck: [...state.stuck, ...stuck] }, rest));
};

const afterStop = (
  state: RunState,
  settings: RunSettings,
  phase: Extract<Phase, { at: 'stop' }>,
  code: number,
  mono: Millis,
): RunStep => {
  const { left, path, tries } = phase;
  const resource = left.at(-1);
  if (resource === undefined || code === 0) return stopLast(state, left.slice(0, -1));
  const failure = log('ERROR', `Return code ${code} from ${path}`);
  if (settings.stopRetries > 0 && tries >= settings.stopRetries) {
    const phase: Phase = { at: 'verify', left, path };
    return { state: { ...state, phase }, effects: [failure, { type: 'query', resource }] };
  }
  const until = (mono + RETRY_DELAY) as Millis;
  return { state: { ...state, phase: { at: 'pause', left, path, tries, until } }, effects: [failure] };
};

const onLocated = (state: RunState, { path, running }: Extract<RunEvent, { type: 'located' }>): RunStep => {
  const { phase } = state;
  if (phase.at === 'query') {
    const { group, index } = phase;
    const resource = group.resources[index];
    if (resource === undefined) return nextGroup(state);
    if (path === undefined) {
      const missing = log('ERROR', `Cannot locate resource script ${resource.agent}`);
      return after([missing], giveUp(state, group, resource));
    }
    if (running || state.cancelled) return queryFrom(state, group, index + 1);
    return {
      state: { ...state, phase: { at: 'start', group, index, path } },
      effects: runStart(resource, path, 'start'),
    };
  }
  if (phase.at === 'locate') {
    const resource = phase.left.at(-1);
    if (resource === undefined) return nextGroup(state);
    if (path === undefined) {
      // Genuine tries a script that is not there ten times more, a second apart; nothing can come of that.
      const missing = log('ERROR', `Cannot locate resource script ${resource.agent}`);
      return after([missing], stopLast(state, phase.left.slice(0, -1)));
    }
    return {
      state: { ...state, phase: { at: 'stop', left: phase.left, path, tries: 0 } },
      effects: runStart(resource, path, 'stop'),
    };
  }
  return phase.at === 'verify' ? stopFailed(state, phase.left, phase.path, running) : { state, effects: [] };
};

const onEnded = (state: RunState, settings: RunSettings, code: number, mono: Millis): RunStep => {
  const { phase } = state;
  if (phase.at === 'stop') return afterStop(state, settings, phase, code, mono);
  if (phase.at !== 'start') return { state, effects: [] };
  const { group, index, path } = phase;
  const resource = group.resources[index];
  if (code === 0 || resource === undefined) return queryFrom(state, group, index + 1);
  return after([log('ERROR', `Return code ${code} from ${path}`)], giveUp(state, group, resource));
};

const onWake = (state: RunState, mono: Millis): RunStep => {
  const { phase } = state;
  const resource = phase.at === 'pause' ? phase.left.at(-1) : undefined;
  if (phase.at !== 'pause' || resource === undefined || mono < phase.until) return { state, effects: [] };
  const { left, path, tries } = phase;
  return after([log('info', `Retrying failed stop operation [${resource.word}]`)], {
    state: { ...state, phase: { at: 'stop', left, path, tries: tries + 1 } },
    effects: runStart(resource, path, 'stop'),
  });
};

/** The next step of a job (heartbeat reference 2.6). Events that nobody waits for change nothing. */
export const stepRun = (state: RunState, event: RunEvent, settings: RunSettings, mono: Millis): RunStep => {
  switch (event.type) {
    case 'begin':
      return state.phase.at === 'ready' ? nextGroup(state) : { state, effects: [] };
    case 'located':
      return onLocated(state, event);
    case 'ended':
      return onEnded(state, settings, event.code, mono);
    case 'wake':
      return onWake(state, mono);
    case 'cancel':
      return { state: { ...state, cancelled: true }, effects: [] };
  }
};
