/** The resource runner inside the daemon: haresources read anew for each job, scripts and our own agents, script log lines. */
import { readFileSync } from 'node:fs';
import { type Announcer, inProcessAnnouncer } from '../../agents/announcer.js';
import { ownResourceFolder } from '../../agents/own-folder.js';
import { createPerformer } from '../../agents/performer.js';
import { createAgents, engineFromEnvironment, prepareAgents } from '../../agents/registry.js';
import type { Log } from '../../log.js';
import type { AnnounceTarget } from '../../platform/announce.js';
import { now } from '../../platform/clock.js';
import type { Configuration } from '../config/configuration.js';
import { parseHaResources } from '../config/haresources.js';
import type { Resources } from '../daemon.js';
import { scriptEnvironment, stopRetries } from '../resources/environment.js';
import { type After, createResourceRunner } from '../resources/runner.js';
import { formatScriptLine, type ScriptLog } from '../resources/script-line.js';
import { type Message, message } from '../wire/message.js';
import { HARESOURCES } from './config-files.js';
import type { Logger } from './logger.js';

const FOLDERS = ['/etc/ha.d/resource.d', '/etc/init.d'];

/** An announcer that knows what it has announced and not taken back: the addresses we hold. */
export const rememberingAnnouncer = (inner: Announcer): Announcer & { readonly again: (log: Log) => void } => {
  const held = new Map<string, AnnounceTarget>();
  const key = ({ device, address }: AnnounceTarget): string => `${device} ${address}`;
  return {
    start: (target, log) => {
      held.set(key(target), target);
      inner.start(target, log);
    },
    stop: (target) => {
      held.delete(key(target));
      inner.stop(target);
    },
    again: (log) => {
      for (const target of held.values()) inner.start(target, log);
    },
  };
};

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
  const announcer = rememberingAnnouncer(inProcessAnnouncer());
  const performer = createPerformer({
    folders: FOLDERS,
    ownFolder: ownResourceFolder(),
    prefer: 'script',
    agents: createAgents({ announcer, engine: engineFromEnvironment() }),
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
    performer,
    log: scriptLog,
    requestStandby: (scope) => submit(message({ t: 'ask_resources', rsc_hold: scope, info: 'me' })),
    after,
    mono: () => now().mono,
  });
  return {
    run: async ({ action, scope, group }) => {
      const options = group === undefined ? {} : { group };
      const job = action === 'acquire' ? runner.acquire(scope, options) : runner.release(scope, options);
      return (await job).outcome;
    },
    announce: () => announcer.again(logger.log),
    stopping: runner.cancelAcquire,
    close: runner.cancelAcquire,
  };
};
