/** Wiring: the ldirectord daemon — checks, table, reload, fallback commands and signals around the pure director. */

import { hasErrors, type Parsed } from '../config/diagnostic.js';
import type { SuiteConfig } from '../config/suite.js';
import type { Engine } from '../ipvs/model.js';
import type { Log } from '../log.js';
import { now } from '../platform/clock.js';
import type { Verdict } from './checks/verdict.js';
import { logText, ownWarnings, startOutput } from './config/genuine-text.js';
import type { DirectorConfig } from './config/model.js';
import { NOT_ACTED_ON } from './config/not-acted-on.js';
import { adopt, type Director, fallbackCalls, hear, settle } from './director.js';
import { serviceResult } from './messages.js';
import { realName } from './names.js';
import { only, stopPlan } from './plan.js';
import { createChecker } from './wiring/checker.js';
import { createFallbackRunner, runCallback } from './wiring/commands.js';
import { watchConfig } from './wiring/config-watch.js';
import type { LogTarget } from './wiring/log-target.js';
import { limitBacktracking } from './wiring/regexp-limit.js';
import { createTableWorker } from './wiring/table-worker.js';

/** Signals that end the daemon in good order (ldirectord reference 1.7), as far as a program can still act on them. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGSYS', 'SIGXCPU', 'SIGXFSZ'] as const;

/**
 * How often the table is looked at although nothing happens: a virtual that somebody has deleted comes back, and with the
 * nft engine a restart of the packet filter deletes them all.
 */
const PATROL = 10_000;

export interface DaemonOptions {
  readonly parsed: Parsed<DirectorConfig>;
  /** Absolute, so that it still means the same file after the change to `/`. */
  readonly configPath: string;
  /** -d: every check and its result goes to the log. */
  readonly debug: boolean;
  /** ha-suite.ini. */
  readonly suite: Parsed<SuiteConfig>;
  readonly openEngine: (log: Log) => Promise<Engine>;
  /** Reads the configuration again. */
  readonly load: () => Promise<Parsed<DirectorConfig>>;
  /** Called when signals are heard from now on: the pid file may be written. Rejecting ends the daemon. */
  readonly onUp: () => Promise<void>;
  /** Opens the log that a configuration asks for. */
  readonly openLog: (config: DirectorConfig) => Promise<LogTarget>;
}

/** Keeps the engine once it could be opened. */
const remembered = (open: () => Promise<Engine>): (() => Promise<Engine>) => {
  let engine: Promise<Engine> | undefined;
  return () => {
    engine ??= open().catch((error: unknown) => {
      engine = undefined;
      throw error;
    });
    return engine;
  };
};

/** Runs until a signal asks it to stop; resolves with the last line of the log when the table is clean. */
export const runDaemon = async (options: DaemonOptions): Promise<string> => {
  limitBacktracking();
  const stopped = new Promise<string>((resolve) => {
    for (const signal of STOP_SIGNALS) process.on(signal, () => resolve(signal.slice(3)));
  });
  let config = options.parsed.value;
  let target = await options.openLog(config);
  let director: Director = adopt(config, undefined);
  let stopping = false;
  let reloading: Promise<void> = Promise.resolve();
  let watchTimer: NodeJS.Timeout | undefined;
  const log: Log = (priority, text) => target.log(priority, text);
  const watch = watchConfig(options.configPath);
  watch.remember();

  const warn = (parsed: Parsed<DirectorConfig>): void => {
    // Services without a check are named one by one below.
    const others = ownWarnings(parsed.diagnostics).filter(({ message }) => message !== NOT_ACTED_ON.get('service'));
    for (const warning of others) log('WARN', logText(warning, process.pid));
  };

  const runFallbacks = createFallbackRunner(log);
  const updateFallbacks = (): void => {
    const step = fallbackCalls(director);
    director = step.director;
    runFallbacks(step.calls);
  };

  const worker = createTableWorker({
    engine: remembered(() => options.openEngine(log)),
    director: () => director,
    onSettled: (settled) => {
      const step = settle(director, settled);
      director = step.director;
      return step.changed;
    },
    log,
  });

  /** With -d every result is shown, as genuine does. */
  const explain = (identity: string, verdict: Verdict): void => {
    const members = director.membersByIdentity.get(identity) ?? [];
    const word = verdict.state === 'up' ? 'Enabled ' : 'Disabled';
    for (const { virtualId } of members) log('debug', `${word} real server=${identity} (virtual=${virtualId})`);
    const [first] = members;
    if (first !== undefined) log('debug', serviceResult(realName(first.real), verdict));
  };
  const onVerdict = (identity: string, verdict: Verdict): void => {
    const heard = hear(director, identity, verdict);
    director = heard.director;
    for (const line of heard.log) log('info', line);
    if (options.debug) explain(identity, verdict);
    if (heard.touched.size === 0) return;
    worker.want(only(heard.touched));
    updateFallbacks();
  };
  const onStart = (identity: string): void => {
    if (!options.debug) return;
    const member = director.membersByIdentity.get(identity)?.[0];
    const kind = member?.virtual.checkType.kind ?? '';
    log('debug', `Checking ${kind}: real server=${identity} (virtual=${member?.virtualId ?? ''})`);
  };
  const { verify } = options.suite.value.tls;
  const checker = createChecker({ mono: () => now().mono, verify, onVerdict, onStart });

  /** Puts the present configuration into force; `previous` at a reload. */
  const putIntoForce = (previous: Director | undefined): Promise<void> =>
    new Promise((resolve) => {
      worker.adopt((actual) => {
        director = adopt(config, actual, previous === undefined ? undefined : director);
        updateFallbacks();
        if (!stopping) checker.follow(director);
        resolve();
      });
    });

  const reload = async (): Promise<void> => {
    watch.remember();
    const parsed = await options.load();
    if (stopping) return;
    if (hasErrors(parsed.diagnostics)) {
      // Unlike genuine (reference 3.6) nothing of the running configuration is lost.
      for (const line of startOutput(parsed.diagnostics, process.pid).lines) log('ERROR', line);
      log('ERROR', `${options.configPath} has errors: the running configuration stays in force`);
      return;
    }
    config = parsed.value;
    target = await options.openLog(config);
    for (const line of startOutput(parsed.diagnostics, process.pid).lines) log('WARN', line);
    warn(parsed);
    await putIntoForce(director);
    lookRegularly();
  };
  const requestReload = (): Promise<void> => {
    reloading = reloading.then(reload);
    return reloading;
  };

  const lookAtConfig = async (): Promise<void> => {
    const news = watch.look();
    if (news === 'gone') log('WARN', `Warning [${process.pid}]: can not open file ${options.configPath} for checking`);
    if (news !== 'changed') return;
    log('info', `Configuration file '${options.configPath}' has changed on disk`);
    log('info', config.autoReload ? ' - reread new configuration' : ' - ignore new configuration');
    if (config.autoReload) await requestReload();
    await runCallback(config.callback, options.configPath, log);
  };
  /** Genuine looks once in each round, so once per checkinterval. */
  const lookRegularly = (): void => {
    clearInterval(watchTimer);
    watchTimer = setInterval(() => void lookAtConfig(), config.checkInterval);
  };

  const patrol = setInterval(() => worker.want({ virtuals: new Set(), members: new Map() }), PATROL);
  process.on('SIGHUP', () => {
    log('info', 'Reloading Linux Director Daemon config on signal');
    void requestReload();
  });
  // Otherwise node would open its debugger.
  process.on('SIGUSR1', () => undefined);

  await options.onUp();
  for (const finding of options.suite.diagnostics) log('WARN', logText(finding, process.pid));
  warn(options.parsed);
  void putIntoForce(undefined);
  lookRegularly();
  const signal = await stopped;

  stopping = true;
  clearInterval(patrol);
  clearInterval(watchTimer);
  checker.stop();
  await worker.finish((actual) => stopPlan(director, actual));
  const last = `Linux Director Daemon terminated on signal: ${signal}`;
  log('info', last);
  await target.flush();
  return last;
};
