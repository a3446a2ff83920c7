/** Carries out what the group run decides, through a performer that knows scripts and agents. */
import type { Parsed } from '../../config/diagnostic.js';
import { hasErrors } from '../../config/diagnostic.js';
import { type Millis, seconds } from '../../time.js';
import type { JobScope } from '../cluster/interface.js';
import type { ResourceGroup, ResourceSpec } from '../config/model.js';
import {
  createRun,
  type RunEffect,
  type RunEvent,
  type RunReport,
  type RunSettings,
  type RunState,
  runWakeAt,
  stepRun,
} from './group-run.js';
import { type HeldGroups, strayGroups, withStarted, withStopped } from './held-groups.js';
import { groupsInScope } from './scope.js';
import { RESOURCE_MANAGER, type ScriptLog } from './script-line.js';

/** What the scripts of a group find in their environment beyond what all find there. */
export type GroupEnvironment = (group: ResourceGroup) => Readonly<Record<string, string>>;

/** Finds and runs the script or agent of a resource. Nothing here rejects or lasts for ever. */
export interface ResourcePerformer {
  /** The path that log lines name; undefined when nothing of that name is installed. */
  locate(resource: ResourceSpec): string | undefined;
  isRunning(resource: ResourceSpec, environment?: Readonly<Record<string, string>>): Promise<boolean>;
  /** The exit code; what was killed at its deadline or could not be started has one too. */
  perform(
    verb: 'start' | 'stop',
    resource: ResourceSpec,
    environment?: Readonly<Record<string, string>>,
  ): Promise<number>;
}

/** Calls back once after a delay; the result takes the call back. */
export type After = (delay: Millis, act: () => void) => () => void;

/** What was started here and has not been stopped. */
export interface HeldMemory {
  readonly groups: () => HeldGroups;
  readonly keep: (groups: HeldGroups) => void;
}

export interface RunnerOptions extends RunSettings {
  /** Our node name. */
  readonly self: string;
  /** Reads haresources anew; its positions and findings are used for one log line when it is broken. */
  readonly readGroups: () => Promise<Parsed<readonly ResourceGroup[]>>;
  /** What the file said when the daemon started: it holds until a better one can be read. */
  readonly knownGroups: readonly ResourceGroup[];
  /** Remembers what was started here, across lives of the daemon; absent: as long as the runner is there. */
  readonly held?: HeldMemory;
  readonly performer: ResourcePerformer;
  readonly log: ScriptLog;
  readonly after: After;
  readonly mono: () => Millis;
}

export interface JobOptions {
  /** Only the group of that scope whose first resource word this is. */
  readonly group?: string;
  readonly environment?: GroupEnvironment;
}

export interface ResourceRunner {
  /** Starts the groups of a scope; never rejects. Whoever asks sees to it that no two jobs have a group in common. */
  acquire(scope: JobScope, options?: JobOptions): Promise<RunReport>;
  /** Stops the groups of a scope. */
  release(scope: JobScope, options?: JobOptions): Promise<RunReport>;
  /** For a shutdown: acquire jobs end after the resource they are at, and later ones at once. */
  cancelAcquire(): void;
  /** Reads the file now and gives its groups, or the last good ones. */
  groups(): Promise<readonly ResourceGroup[]>;
}

const inMemory = (): HeldMemory => {
  let held: HeldGroups = [];
  return {
    groups: () => held,
    keep: (groups) => {
      held = groups;
    },
  };
};

/** After a job that a bug of ours has cut off. */
const REST = seconds(10);

const NOTHING: RunReport = { outcome: 'done', givenUp: [], stuck: [] };

export const createResourceRunner = (options: RunnerOptions): ResourceRunner => {
  const { readGroups, performer, log, after, mono, held = inMemory() } = options;
  let lastGood = options.knownGroups;
  let lastComplaint: string | undefined;
  let closing = false;
  const cancellers = new Set<() => void>();

  const complain = (text: string): void => {
    // One line for each way in which it is broken, not one for each use.
    if (text !== lastComplaint) log(RESOURCE_MANAGER, 'ERROR', `${text} (going on with the last good haresources)`);
    lastComplaint = text;
  };

  const groups = async (): Promise<readonly ResourceGroup[]> => {
    try {
      const parsed = await readGroups();
      if (hasErrors(parsed.diagnostics)) {
        const first = parsed.diagnostics.find(({ severity }) => severity === 'error');
        complain(`${first?.at.file}:${first?.at.line}:${first?.at.column}: ${first?.message}`);
      } else {
        lastGood = parsed.value;
        lastComplaint = undefined;
      }
    } catch (error) {
      complain(`haresources cannot be read: ${String(error)}`);
    }
    return lastGood;
  };

  /** Performs an effect; what answers with an event gives a promise of it. */
  const perform = (
    effect: RunEffect,
    environment: () => Readonly<Record<string, string>>,
  ): Promise<RunEvent> | undefined => {
    switch (effect.type) {
      case 'log':
        log(RESOURCE_MANAGER, effect.priority, effect.text);
        return undefined;
      case 'done':
        return undefined;
      case 'locate':
        return Promise.resolve({ type: 'located', path: performer.locate(effect.resource), running: false });
      case 'query': {
        const path = performer.locate(effect.resource);
        if (path === undefined) return Promise.resolve({ type: 'located', path, running: false });
        return performer
          .isRunning(effect.resource, environment())
          .then((running) => ({ type: 'located', path, running }));
      }
      case 'start':
      case 'stop':
        return performer.perform(effect.type, effect.resource, environment()).then((code) => ({ type: 'ended', code }));
    }
  };

  const pause = (until: Millis): Promise<RunEvent> =>
    new Promise((resolve) => {
      after(Math.max(0, until - mono()) as Millis, () => resolve({ type: 'wake' }));
    });

  const drive = async (initial: RunState, environment: GroupEnvironment): Promise<RunReport> => {
    let state = initial;
    const take = (event: RunEvent): readonly RunEffect[] => {
      const step = stepRun(state, event, options, mono());
      state = step.state;
      return step.effects;
    };
    const present = (): Readonly<Record<string, string>> =>
      state.current === undefined ? {} : environment(state.current);
    const cancel = (): void => void take({ type: 'cancel' });
    cancellers.add(cancel);
    try {
      let event: RunEvent | undefined = { type: 'begin' };
      while (event !== undefined) {
        let answer: Promise<RunEvent> | undefined;
        for (const effect of take(event)) {
          if (effect.type === 'done') return effect.report;
          answer = perform(effect, present) ?? answer;
        }
        const until = runWakeAt(state);
        event = await (answer ?? (until === undefined ? undefined : pause(until)));
      }
      return NOTHING;
    } finally {
      cancellers.delete(cancel);
    }
  };

  const job = async (
    action: 'acquire' | 'release',
    scope: JobScope,
    { group, environment = () => ({}) }: JobOptions = {},
  ): Promise<RunReport> => {
    let concerned: readonly ResourceGroup[] = [];
    try {
      if (action === 'acquire' && closing) return NOTHING;
      const file = await groups();
      const listed = groupsInScope(file, options.self, scope, group);
      concerned = listed;
      if (action === 'acquire') {
        if (closing) return await drive(createRun(action, []), environment);
        held.keep(withStarted(held.groups(), listed));
        return await drive(createRun(action, listed), environment);
      }
      const wanted = [...strayGroups(held.groups(), file, options.self, scope, group), ...listed];
      concerned = wanted;
      const report = await drive(createRun(action, wanted), environment);
      if (report.stuck.length === 0) held.keep(withStopped(held.groups(), wanted));
      return report;
    } catch (error) {
      log(RESOURCE_MANAGER, 'ERROR', `Internal error while resources were handled: ${String(error)}`);
      // Whoever tries again at once would do so without end.
      await pause((mono() + REST) as Millis);
      // How far it came is not known: what may not have started did not start, what may not have stopped still runs.
      const [givenUp, stuck] = action === 'acquire' ? [concerned, []] : [[], concerned];
      return { outcome: 'failed', givenUp, stuck };
    }
  };

  return {
    acquire: (scope, jobOptions) => job('acquire', scope, jobOptions),
    release: (scope, jobOptions) => job('release', scope, jobOptions),
    cancelAcquire: () => {
      closing = true;
      for (const cancel of cancellers) cancel();
    },
    groups,
  };
};
