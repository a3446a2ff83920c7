/** The resource runner inside the daemon: haresources read anew for each job, scripts and our own agents, script log lines. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { announceHeld } from '../../agents/announce-held.js';
import { type Announcer, inProcessAnnouncer } from '../../agents/announcer.js';
import { ownResourceFolder } from '../../agents/own-folder.js';
import { createPerformer } from '../../agents/performer.js';
import { createAgents, prepareAgents } from '../../agents/registry.js';
import { renderDiagnostic } from '../../config/render.js';
import { engineChoice } from '../../config/suite.js';
import type { Happening } from '../../events/event.js';
import { now } from '../../platform/clock.js';
import { loadSuite } from '../../platform/suite-file.js';
import { plus } from '../cluster/holdings.js';
import type { Holding, JobResult, JobScope } from '../cluster/interface.js';
import type { Configuration } from '../config/configuration.js';
import { parseHaResources } from '../config/haresources.js';
import type { ResourceGroup } from '../config/model.js';
import type { Resources } from '../daemon-parts.js';
import {
  type EnvironmentSettings,
  occasionEnvironment,
  resourceEnvironment,
  stopRetries,
} from '../resources/environment.js';
import type { RunReport } from '../resources/group-run.js';
import { type HeldGroups, heldText, withStarted } from '../resources/held-groups.js';
import {
  type After,
  createResourceRunner,
  type GroupEnvironment,
  type HeldMemory,
  type ResourcePerformer,
} from '../resources/runner.js';
import { groupsInScope, groupsOfConcern, isLocal } from '../resources/scope.js';
import { formatScriptLine, type ScriptLog } from '../resources/script-line.js';
import { openAddressKeeper } from './address-keeper.js';
import { HARESOURCES, RESOURCE_FOLDERS } from './files/config-files.js';
import { type LeftoverMark, MARK, openLeftoverMark } from './files/leftovers.js';
import type { Logger } from './log/logger.js';

const after: After = (delay, act) => {
  const timer = setTimeout(act, delay);
  return () => clearTimeout(timer);
};

export interface ResourceOptions {
  readonly loaded: Configuration;
  /** False with `-M`: jobs end at once and nothing is touched. */
  readonly manage: boolean;
  readonly logger: Logger;
  /** Our own node status, for the scripts. */
  readonly ownStatus: () => string;
  /** This runs here already, kept by a reload. */
  readonly running?: Holding | undefined;
  /** Hears of every start, stop and announcement; absent: nobody does. */
  readonly tell?: (happening: Happening) => void;
}

const UNMANAGED: Resources = {
  mayHaveLeftovers: false,
  run: async () => ({ outcome: 'done' }),
  probe: async () => 'none',
  announce: () => {},
  stopping: () => {},
  close: () => {},
};

/** What the environment of every script is made of. */
export const scriptSettings = ({ config, nodeName: self }: Configuration, debug: number): EnvironmentSettings => ({
  self,
  logfile: config.logfile,
  debugfile: config.debugfile,
  logfacility: config.logfacility,
  debug,
  useLogd: config.useLogd,
  legacy: config.autoFailback === 'legacy',
  environment: config.environment,
  path: process.env.PATH,
  parameters: config.parameters,
  inherited: process.env,
});

/** Where genuine's scripts run: its own folder for core dumps, `coreroot` in ha.cf (heartbeat reference 1.2). */
export const scriptFolder = (coreRoot: string | undefined): string =>
  join(coreRoot ?? '/var/lib/heartbeat/cores', 'root');

/** Whose groups these are, seen from us. */
const partOf = (groups: readonly ResourceGroup[], self: string): Holding =>
  groups.reduce<Holding>((sum, group) => plus(sum, isLocal(group, self) ? 'local' : 'foreign'), 'none');

const jobResult = ({ outcome, givenUp, stuck }: RunReport, self: string): JobResult => ({
  outcome,
  ...(givenUp.length === 0 ? {} : { failed: partOf(givenUp, self) }),
  ...(stuck.length === 0 ? {} : { stuck: partOf(stuck, self) }),
});

type Tell = (happening: Happening) => void;

/** The same announcer, of whose announcements somebody hears. */
const heardAnnouncer = (announcer: Announcer, tell: Tell): Announcer => ({
  ...announcer,
  start: (target, log, settings) => {
    announcer.start(target, log, settings);
    tell({ type: 'announcement', address: target.address, device: target.device });
  },
});

/** The same performer, of whose work somebody hears. */
const heardPerformer = (performer: ResourcePerformer, tell: Tell): ResourcePerformer => ({
  ...performer,
  perform: async (action, resource, environment) => {
    const begun = now().mono;
    const code = await performer.perform(action, resource, environment);
    const outcome = code === 0 ? 'done' : 'failed';
    const cause = code === 0 ? {} : { cause: `exit code ${code}` };
    const { at, word } = resource;
    tell({
      ...{ type: 'resource', resource: word, action, outcome, duration: Math.round(now().mono - begun), ...cause },
      decidedBy: `${at.file}:${at.line}`,
    });
    return code;
  },
});

/** What was started here is remembered in the mark, from the last life on. */
const heldMemory = (mark: LeftoverMark, loaded: Configuration, running: Holding = 'none'): HeldMemory => {
  const names = loaded.config.nodes.map(({ value }) => value);
  let held: HeldGroups = mark.found === undefined ? [] : parseHaResources(mark.found, MARK, names).value;
  const keep = (groups: HeldGroups): void => {
    held = groups;
    mark.set(heldText(groups));
  };
  // A genuine daemon that handed over its resources leaves no mark.
  if (running !== 'none')
    keep(
      withStarted(
        held,
        groupsInScope(groupsOfConcern(loaded.groups, names, loaded.nodeName), loaded.nodeName, running),
      ),
    );
  return { groups: () => held, keep };
};

/** Makes the runner; what a take-over will need is loaded now. Never rejects. */
export const openResources = async (options: ResourceOptions): Promise<Resources> => {
  const { loaded, manage, logger, ownStatus, running, tell = () => {} } = options;
  if (!manage) return UNMANAGED;
  await prepareAgents();
  const { config, nodeName: self } = loaded;
  const scriptLog: ScriptLog = (script, priority, text) => {
    // heartbeat reference 9.4: scripts have a line format of their own.
    const line = formatScriptLine(script, process.pid, now().wall, priority, text);
    logger.line(priority, line, `${script.name}(${script.instance}): ${priority}: ${text}`);
  };
  const { value: suite, diagnostics } = loadSuite();
  for (const diagnostic of diagnostics) logger.log('WARN', renderDiagnostic(diagnostic).replace(/\n\s*/g, ' | '));
  const { engine, problem } = engineChoice(suite, process.env);
  if (problem !== undefined) logger.log('WARN', problem);
  const announcer = heardAnnouncer(inProcessAnnouncer(suite.announce), tell);
  const settings = scriptSettings(loaded, logger.debugLevel());
  const ownPerformer = createPerformer({
    folders: RESOURCE_FOLDERS,
    ownFolder: ownResourceFolder(),
    prefer: suite.agents.prefer,
    agents: createAgents({ announcer, engine }),
    environment: resourceEnvironment(settings),
    folder: scriptFolder(config.parameters.coreroot),
    outputFile: config.debugfile,
    log: scriptLog,
  });
  const performer = heardPerformer(ownPerformer, tell);
  const mark = openLeftoverMark(MARK);
  const names = config.nodes.map(({ value }) => value);
  const held = heldMemory(mark, loaded, running);
  const keeper = suite.agents.watch === 'no' ? undefined : await openAddressKeeper(announcer, logger.log, tell);
  const heldIn = (scope: JobScope, key?: string): readonly ResourceGroup[] =>
    groupsInScope(held.groups(), self, scope, key);
  if (running !== undefined && running !== 'none') keeper?.hold(heldIn(running));
  const runner = createResourceRunner({
    self,
    stopRetries: stopRetries(config.environment),
    // heartbeat reference 8.5: a change of haresources needs no signal, it is read each time.
    readGroups: async () => {
      const parsed = parseHaResources(readFileSync(HARESOURCES, 'latin1'), HARESOURCES, names);
      return { ...parsed, value: groupsOfConcern(parsed.value, names, self) };
    },
    knownGroups: groupsOfConcern(loaded.groups, names, self),
    held,
    performer,
    log: scriptLog,
    after,
    mono: () => now().mono,
  });
  const announce = async (count: number): Promise<void> =>
    announceHeld(await runner.groups(), { ...suite.announce, count }, logger.log);
  // A neighbour that was away when an address moved, or a switch that has forgotten, hears of it again.
  const { refresh } = suite.announce;
  const refreshing = refresh > 0 ? setInterval(() => void announce(1), refresh) : undefined;
  return {
    mayHaveLeftovers: mark.found !== undefined,
    run: async ({ action, scope, group: key, occasion }) => {
      const environment: GroupEnvironment = (group) =>
        occasionEnvironment(occasion, group.resources[0]?.word ?? '', isLocal(group, self), settings, {
          status: ownStatus(),
          seconds: Math.trunc(now().wall / 1000),
        });
      const options = { environment, ...(key === undefined ? {} : { group: key }) };
      keeper?.release(heldIn(scope, key));
      if (action === 'acquire') {
        const report = await runner.acquire(scope, options);
        const failed = new Set([...report.givenUp, ...report.stuck].map(({ resources }) => resources[0]?.word));
        keeper?.hold(heldIn(scope, key).filter(({ resources }) => !failed.has(resources[0]?.word)));
        return jobResult(report, self);
      }
      const report = await runner.release(scope, options);
      if (scope === 'every' && report.stuck.length === 0) mark.clear();
      return jobResult(report, self);
    },
    probe: async () => {
      let held: Holding = 'none';
      for (const group of await runner.groups()) {
        const [first] = group.resources;
        if (first !== undefined && performer.locate(first) !== undefined && (await performer.isRunning(first))) {
          held = plus(held, isLocal(group, self) ? 'local' : 'foreign');
        }
      }
      return held;
    },
    announce: () => void announce(suite.announce.count),
    stopping: runner.cancelAcquire,
    close: () => {
      clearInterval(refreshing);
      keeper?.close();
      runner.cancelAcquire();
    },
  };
};
