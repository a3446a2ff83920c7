/** Carries out what the group run decides: one job after the other, through a performer that knows scripts and agents. */
import type { Parsed } from '../../config/diagnostic.js';
import { hasErrors } from '../../config/diagnostic.js';
import type { Millis } from '../../time.js';
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
  STANDBY_DELAY,
  stepRun,
} from './group-run.js';
import { groupsInScope } from './scope.js';
import { RESOURCE_MANAGER, type ScriptLog } from './script-line.js';

/** Finds and runs the script or agent of a resource. Nothing here rejects or lasts for ever. */
export interface ResourcePerformer {
  /** The path that log lines name; undefined when nothing of that name is installed. */
  locate(resource: ResourceSpec): string | undefined;
  isRunning(resource: ResourceSpec): Promise<boolean>;
  /** The exit code; what was killed at its deadline or could not be started has one too. */
  perform(verb: 'start' | 'stop', resource: ResourceSpec): Promise<number>;
}

/** Calls back once after a delay; the result takes the call back. */
export type After = (delay: Millis, act: () => void) => () => void;

export interface RunnerOptions extends RunSettings {
  /** Reads haresources anew; its positions and findings are used for one log line when it is broken. */
  readonly readGroups: () => Promise<Parsed<readonly ResourceGroup[]>>;
  /** What the file said when the daemon started: it holds until a better one can be read. */
  readonly knownGroups: readonly ResourceGroup[];
  readonly performer: ResourcePerformer;
  readonly log: ScriptLog;
  /** `hb_standby local|foreign`, 30 s after a group of that kind was given up. */
  readonly requestStandby: (scope: 'local' | 'foreign') => void;
  readonly after: After;
  readonly mono: () => Millis;
}

export interface JobOptions {
  /** Only the group of that scope whose first resource word this is. */
  readonly group?: string;
}

export type JobReport = RunReport;

export interface ResourceRunner {
  /** Starts the groups of a scope. Jobs run one after the other, in the order asked for; never rejects. */
  acquire(scope: JobScope, options?: JobOptions): Promise<JobReport>;
  /** Stops the groups of a scope. */
  release(scope: JobScope, options?: JobOptions): Promise<JobReport>;
  /** For a shutdown: running and waiting acquire jobs end after the resource they are at; no late standby follows. */
  cancelAcquire(): void;
  /** Reads the file now and gives its groups, or the last good ones. */
  groups(): Promise<readonly ResourceGroup[]>;
}

const NOTHING: RunReport = { outcome: 'done', givenUp: [], stuck: [] };

export const createResourceRunner = (options: RunnerOptions): ResourceRunner => {
  const { readGroups, performer, log, after, mono } = options;
  let lastGood = options.knownGroups;
  let lastComplaint: string | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let cancelCurrent: () => void = () => undefined;
  let generation = 0;
  const standbys = new Set<() => void>();

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

  const standbyLater = (scope: 'local' | 'foreign'): void => {
    const forget = after(STANDBY_DELAY, () => {
      standbys.delete(forget);
      options.requestStandby(scope);
    });
    standbys.add(forget);
  };

  /** Performs an effect; what answers with an event gives a promise of it. */
  const perform = (effect: RunEffect): Promise<RunEvent> | undefined => {
    switch (effect.type) {
      case 'log':
        log(RESOURCE_MANAGER, effect.priority, effect.text);
        return undefined;
      case 'standbyLater':
        standbyLater(effect.scope);
        return undefined;
      case 'done':
        return undefined;
      case 'locate':
        return Promise.resolve({ type: 'located', path: performer.locate(effect.resource), running: false });
      case 'query': {
        const path = performer.locate(effect.resource);
        if (path === undefined) return Promise.resolve({ type: 'located', path, running: false });
        return performer.isRunning(effect.resource).then((running) => ({ type: 'located', path, running }));
      }
      case 'start':
      case 'stop':
        return performer.perform(effect.type, effect.resource).then((code) => ({ type: 'ended', code }));
    }
  };

  const pause = (until: Millis): Promise<RunEvent> =>
    new Promise((resolve) => {
      after(Math.max(0, until - mono()) as Millis, () => resolve({ type: 'wake' }));
    });

  const drive = async (initial: RunState): Promise<RunReport> => {
    let state = initial;
    const take = (event: RunEvent): readonly RunEffect[] => {
      const step = stepRun(state, event, options, mono());
      state = step.state;
      return step.effects;
    };
    cancelCurrent = () => void take({ type: 'cancel' });
    let event: RunEvent | undefined = { type: 'begin' };
    while (event !== undefined) {
      let answer: Promise<RunEvent> | undefined;
      for (const effect of take(event)) {
        if (effect.type === 'done') return effect.report;
        answer = perform(effect) ?? answer;
      }
      const until = runWakeAt(state);
      event = await (answer ?? (until === undefined ? undefined : pause(until)));
    }
    return NOTHING;
  };

  const job = (action: 'acquire' | 'release', scope: JobScope, jobOptions: JobOptions = {}): Promise<RunReport> => {
    const asked = generation;
    const work = queue.then(async () => {
      if (action === 'acquire' && asked !== generation) return NOTHING;
      const wanted = groupsInScope(await groups(), options.self, scope, jobOptions.group);
      const report = await drive(createRun(action, wanted));
      cancelCurrent = () => undefined;
      return report;
    });
    const safe = work.catch((error: unknown) => {
      log(RESOURCE_MANAGER, 'ERROR', `Internal error while resources were handled: ${String(error)}`);
      return NOTHING;
    });
    queue = safe;
    return safe;
  };

  return {
    acquire: (scope, jobOptions) => job('acquire', scope, jobOptions),
    release: (scope, jobOptions) => job('release', scope, jobOptions),
    cancelAcquire: () => {
      generation += 1;
      cancelCurrent();
      for (const forget of standbys) forget();
      standbys.clear();
    },
    groups,
  };
};
