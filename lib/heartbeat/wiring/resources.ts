/** The resource runner inside the daemon: haresources read anew for each job, scripts and our own agents, script log lines. */
import { readFileSync } from 'node:fs';
import { announceHeld } from '../../agents/announce-held.js';
import { inProcessAnnouncer } from '../../agents/announcer.js';
import { ownResourceFolder } from '../../agents/own-folder.js';
import { createPerformer } from '../../agents/performer.js';
import { createAgents, prepareAgents } from '../../agents/registry.js';
import { renderDiagnostic } from '../../config/render.js';
import { engineChoice } from '../../config/suite.js';
import { now } from '../../platform/clock.js';
import { loadSuite } from '../../platform/suite-file.js';
import type { Configuration } from '../config/configuration.js';
import { parseHaResources } from '../config/haresources.js';
import type { Resources } from '../daemon.js';
import { scriptEnvironment, stopRetries } from '../resources/environment.js';
import { type After, createResourceRunner } from '../resources/runner.js';
import { formatScriptLine, type ScriptLog } from '../resources/script-line.js';
import { type Message, message } from '../wire/message.js';
import { HARESOURCES, RESOURCE_FOLDERS } from './config-files.js';
import { MARK, openLeftoverMark } from './leftovers.js';
import type { Logger } from './logger.js';

const after: After = (delay, act) => {
  const timer = setTimeout(act, delay);
  return () => clearTimeout(timer);
};

export interface ResourceOptions {
  readonly loaded: Configuration;
  /** False with `-M`: jobs end at once and nothing is touched. */
  readonly manage: boolean;
  readonly logger: Logger;
  readonly submit: (message: Message) => void;
}

const UNMANAGED: Resources = {
  mayHaveLeftovers: false,
  run: async () => 'done',
  announce: () => {},
  stopping: () => {},
  close: () => {},
};

/** Makes the runner; what a take-over will need is loaded now. Never rejects. */
export const openResources = async ({ loaded, manage, logger, submit }: ResourceOptions): Promise<Resources> => {
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
  const announcer = inProcessAnnouncer(suite.announce);
  const performer = createPerformer({
    folders: RESOURCE_FOLDERS,
    ownFolder: ownResourceFolder(),
    prefer: suite.agents.prefer,
    agents: createAgents({ announcer, engine }),
    environment: scriptEnvironment({
      self,
      logfile: config.logfile,
      debugfile: config.debugfile,
      logfacility: config.logfacility,
      debug: logger.debugLevel(),
      environment: config.environment,
      path: process.env.PATH,
      parameters: config.parameters,
      inherited: process.env,
    }),
    outputFile: config.debugfile,
    log: scriptLog,
  });
  const names = config.nodes.map(({ value }) => value);
  const runner = createResourceRunner({
    self,
    stopRetries: stopRetries(config.environment),
    // heartbeat reference 8.5: a change of haresources needs no signal, it is read each time.
    readGroups: async () => parseHaResources(readFileSync(HARESOURCES, 'latin1'), HARESOURCES, names),
    knownGroups: loaded.groups,
    performer,
    log: scriptLog,
    requestStandby: (scope) => submit(message({ t: 'ask_resources', rsc_hold: scope, info: 'me' })),
    after,
    mono: () => now().mono,
  });
  const announce = async (count: number): Promise<void> =>
    announceHeld(await runner.groups(), { ...suite.announce, count }, logger.log);
  // A neighbour that was away when an address moved, or a switch that has forgotten, hears of it again.
  const { refresh } = suite.announce;
  const refreshing = refresh > 0 ? setInterval(() => void announce(1), refresh) : undefined;
  const mark = openLeftoverMark(MARK);
  return {
    mayHaveLeftovers: mark.found,
    run: async ({ action, scope, group }) => {
      const options = group === undefined ? {} : { group };
      if (action === 'acquire') {
        mark.set();
        return (await runner.acquire(scope, options)).outcome;
      }
      const { outcome, stuck } = await runner.release(scope, options);
      if (scope === 'every' && stuck.length === 0) mark.clear();
      return outcome;
    },
    announce: () => void announce(suite.announce.count),
    stopping: runner.cancelAcquire,
    close: () => {
      clearInterval(refreshing);
      runner.cancelAcquire();
    },
  };
};
