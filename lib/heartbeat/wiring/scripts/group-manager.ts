/** Does with groups and single resources what ResourceManager does, for the commands that are scripts in genuine heartbeat. */
import { ownResourceFolder } from '../../../agents/own-folder.js';
import { createPerformer } from '../../../agents/performer.js';
import type { SuiteConfig } from '../../../config/suite.js';
import { engineChoice } from '../../../config/suite.js';
import { now } from '../../../platform/clock.js';
import { loadSuite } from '../../../platform/suite-file.js';
import { parseHaResources, resourceOf } from '../../config/haresources.js';
import type { ResourceGroup, ResourceSpec } from '../../config/model.js';
import { stopRetries } from '../../resources/environment.js';
import type { RunReport } from '../../resources/group-run.js';
import { createResourceRunner, type ResourcePerformer } from '../../resources/runner.js';
import type { ScriptLog } from '../../resources/script-line.js';
import { type GroupStatus, groupStatus, groupsForKey } from '../../scripts/group-keys.js';
import { HARESOURCES, RESOURCE_FOLDERS, textOf } from '../files/config-files.js';
import { leaveStandby } from './leave-standby.js';
import { createScriptLogger } from './script-logger.js';

export interface GroupManager {
  readonly groups: readonly ResourceGroup[];
  readonly isRunning: (word: string) => Promise<boolean>;
  /** The exit code, which is 0 also when a group had to be given up: scripts have never been told. */
  readonly take: (key: string) => Promise<number>;
  /** The exit code: 0, or that of a stop that left its resource running. */
  readonly give: (key: string) => Promise<number>;
  readonly status: (key: string) => Promise<GroupStatus>;
  readonly log: (text: string) => Promise<void>;
}

export type CommandEnvironment = Readonly<Record<string, string>>;

const agentsFor = async (suite: SuiteConfig): Promise<Parameters<typeof createPerformer>[0]['agents']> => {
  const [{ createAgents }, { detachedAnnouncer }] = await Promise.all([
    import('../../../agents/registry.js'),
    import('../../../agents/announcer.js'),
  ]);
  // This process ends with its work: what repeats itself is left to another one.
  return createAgents({
    announcer: detachedAnnouncer(suite.announce),
    engine: engineChoice(suite, process.env).engine,
  });
};

/** The exit codes of failed stops, which the run itself has no use for. */
const remembering = (performer: ResourcePerformer) => {
  let stopCode = 0;
  return {
    stopCode: (): number => stopCode,
    performer: {
      ...performer,
      perform: async (verb: 'start' | 'stop', resource: ResourceSpec, extra?: Readonly<Record<string, string>>) => {
        const code = await performer.perform(verb, resource, extra);
        if (verb === 'stop' && code !== 0) stopCode = code;
        return code;
      },
    },
  };
};

/** Reads haresources now. `environment` is the complete one of all scripts. */
export const openGroupManager = async (environment: CommandEnvironment): Promise<GroupManager> => {
  const say = createScriptLogger('ResourceManager', environment);
  // Lines keep their order although each is written asynchronously.
  let said: Promise<void> = Promise.resolve();
  const log: ScriptLog = ({ name, instance }, priority, text) => {
    said = said.then(() => say(`${priority}: ${text}`, name, instance));
  };
  const { value: suite } = loadSuite();
  const groups = parseHaResources(textOf(HARESOURCES) ?? '', HARESOURCES, undefined).value;
  const { performer, stopCode } = remembering(
    createPerformer({
      folders: RESOURCE_FOLDERS,
      ownFolder: ownResourceFolder(),
      prefer: suite.agents.prefer,
      agents: await agentsFor(suite),
      environment,
      folder: process.cwd(),
      outputFile: environment.HA_DEBUGLOG,
      log,
    }),
  );
  const wordOf = (word: string): ResourceSpec =>
    resourceOf({ value: word, at: { file: HARESOURCES, line: 0, column: 0 } });

  const carryOut = async (action: 'acquire' | 'release', key: string): Promise<RunReport> => {
    const meant = groupsForKey(groups, key);
    const runner = createResourceRunner({
      self: environment.HA_CURHOST ?? '',
      stopRetries: stopRetries({ STOPRETRYMAX: environment.HA_STOPRETRYMAX ?? '10' }),
      readGroups: async () => ({ value: meant, diagnostics: [] }),
      knownGroups: meant,
      performer,
      log,
      after: (delay, act) => {
        const timer = setTimeout(act, delay);
        return () => clearTimeout(timer);
      },
      mono: () => now().mono,
    });
    const report = await (action === 'acquire' ? runner.acquire('every') : runner.release('every'));
    await said;
    return report;
  };

  const isRunning = async (resource: ResourceSpec): Promise<boolean> => {
    if (performer.locate(resource) === undefined) {
      await say(`ERROR: Cannot locate resource script ${resource.agent}`);
      return false;
    }
    return performer.isRunning(resource);
  };

  return {
    groups,
    log: say,
    isRunning: (word) => isRunning(wordOf(word)),
    take: async (key) => {
      const { givenUp } = await carryOut('acquire', key);
      for (const group of givenUp) leaveStandby(group, environment);
      return 0;
    },
    give: async (key) => ((await carryOut('release', key)).stuck.length > 0 ? stopCode() || 1 : 0),
    status: (key) =>
      groupStatus(
        groupsForKey(groups, key).flatMap(({ resources }) => resources),
        isRunning,
      ),
  };
};
