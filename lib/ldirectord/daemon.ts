/** Wiring: the ldirectord daemon — checks, table, reload, fallback commands and signals around the pure director. */

import { hasErrors, type Parsed } from '../config/diagnostic.js';
import type { SuiteConfig } from '../config/suite.js';
import type { CountLoads } from '../ipvs/engines/connections.js';
import type { Engine } from '../ipvs/model.js';
import type { Log } from '../log.js';
import { now } from '../platform/clock.js';
import type { Verdict } from './checks/verdict.js';
import { logText, ownWarnings, startOutput } from './config/genuine-text.js';
import type { DirectorConfig } from './config/model.js';
import { adopt, type Director, fallbackCalls, hear, type Member, settle } from './director.js';
import { maintenanceVerdict } from './maintenance.js';
import type { MaintenanceMode } from './maintenance-note.js';
import { serviceResult } from './messages.js';
import { realName, serviceId } from './names.js';
import { only } from './plan.js';
import { createChecker } from './wiring/checker.js';
import { coalesce } from './wiring/coalesce.js';
import { watchConfig } from './wiring/config-watch.js';
import type { Deeds } from './wiring/deeds.js';
import type { LogTarget } from './wiring/log-target.js';
import { createMaintenance } from './wiring/maintenance.js';
import type { OwnedVirtuals } from './wiring/owned-virtuals.js';
import { limitBacktracking } from './wiring/regexp-limit.js';
import { createTableWatch } from './wiring/table-watch.js';
import { createTableWorker } from './wiring/table-worker.js';

/** Signals that end the daemon in good order (ldirectord reference 1.7), as far as a program can still act on them. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGSYS', 'SIGXCPU', 'SIGXFSZ'] as const;

/**
 * How often the table is looked at although nothing happens: a virtual that somebody has deleted comes back, and with the
 * nft engine a restart of the packet filter deletes them all.
 */
const PATROL = 10_000;

/** How long an ipvsadm that a killed daemon has left behind may go on; then the table is brought into line once more. */
const SECOND_LOOK = 2000;

export interface DaemonOptions {
  readonly parsed: Parsed<DirectorConfig>;
  /** Absolute, so that it still means the same file after the change to `/`. */
  readonly configPath: string;
  /** -d: every check and its result goes to the log. */
  readonly debug: boolean;
  /** ha-suite.ini. */
  readonly suite: Parsed<SuiteConfig>;
  readonly openEngine: (log: Log) => Promise<Engine>;
  /** Opens what counts the connections of that engine's table. */
  readonly openLoads: () => Promise<CountLoads>;
  /** Reads the configuration again. */
  readonly load: () => Promise<Parsed<DirectorConfig>>;
  /** Called when signals are heard from now on: the pid file may be written. Rejecting ends the daemon. */
  readonly onUp: () => Promise<void>;
  /** The virtuals this daemon answers for, in a file that outlives it. */
  readonly owned: (log: Log) => OwnedVirtuals;
  /** Opens the log that a configuration asks for. */
  readonly openLog: (config: DirectorConfig) => Promise<LogTarget>;
  /** The name of the configuration, after which sockets and journals are called. */
  readonly name: string;
  /** What runs the other instances of execute=. */
  readonly program: readonly string[];
  /** What is done besides the checks and the table. */
  readonly deeds: Deeds;
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

/** Whoever reads our standard output or error may go away (supervised, -d), and a mistake of ours must not stop the checks. */
const survive = (log: Log): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.on('uncaughtException', (error) => log('CRIT', `internal error: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', (reason) => log('CRIT', `internal error: ${String(reason)}`));
};

/** Runs until a signal asks it to stop; resolves with the last line of the log when the table is clean. */
export const runDaemon = async (options: DaemonOptions): Promise<string> => {
  const { deeds } = options;
  limitBacktracking();
  const stopped = new Promise<string>((resolve) => {
    for (const signal of STOP_SIGNALS) process.on(signal, () => resolve(signal.slice(3)));
  });
  let config = options.parsed.value;
  let target = await options.openLog(config);
  const log: Log = (priority, text) => target.log(priority, text);
  survive(log);
  const owned = options.owned(log);
  const predecessor = owned.takeOver();
  let director: Director = adopt(config, undefined, undefined, predecessor?.virtuals);
  let stopping = false;
  let hangUp = false;
  let watchTimer: NodeJS.Timeout | undefined;
  const watch = watchConfig(options.configPath);
  watch.remember();

  const warn = (parsed: Parsed<DirectorConfig>): void => {
    for (const warning of ownWarnings(parsed.diagnostics)) log('WARN', logText(warning, process.pid));
  };

  const runFallbacks = deeds.createFallbackRunner(log);
  const maintenance = createMaintenance(() => {
    const news = maintenance.news(director.members);
    checker.checkNow(new Set(news.map(({ probe }) => probe)));
  });

  const maintenanceMode = (member: Member): MaintenanceMode | undefined => maintenance.of(member)?.mode;
  /** No check is made of a server that all its virtuals have in maintenance. */
  const answerFor = (probe: string): Verdict | undefined => {
    const modes = (director.membersByProbe.get(probe) ?? []).map(maintenanceMode);
    const [mode] = modes;
    return mode === undefined || modes.includes(undefined) ? undefined : maintenanceVerdict(mode);
  };

  const updateFallbacks = (): void => {
    const step = fallbackCalls(director);
    director = step.director;
    runFallbacks(step.calls);
  };

  const claimVirtuals = (): void =>
    owned.claim(new Set([...director.config.virtuals.map(({ key }) => serviceId(key)), ...director.retired]));

  const worker = createTableWorker({
    engine: remembered(() => options.openEngine(log)),
    director: () => director,
    onSettled: (settled) => {
      const step = settle(director, settled);
      director = step.director;
      if (settled.gone.size > 0 && !stopping) claimVirtuals();
      return step.changed;
    },
    onDone: (changes) => witness.done(changes),
    log,
  });
  const witness = deeds.createWitness({
    director: () => director,
    maintenanceOf: maintenance.of,
    look: createTableWatch({ open: options.openLoads, log }),
    idle: worker.idle,
    log,
    name: options.name,
    program: options.program,
  });

  /** With -d every result is shown, as genuine does. */
  const explain = (probe: string, verdict: Verdict): void => {
    const members = director.membersByProbe.get(probe) ?? [];
    const word = verdict.state === 'up' ? 'Enabled ' : 'Disabled';
    for (const { virtualId, identity } of members)
      log('debug', `${word} real server=${identity} (virtual=${virtualId})`);
    const [first] = members;
    if (first !== undefined) log('debug', serviceResult(realName(first.real), verdict));
  };
  const onVerdict = (probe: string, verdict: Verdict): void => {
    const heard = hear(director, probe, verdict, maintenanceMode);
    director = heard.director;
    for (const line of heard.log) log('info', line);
    if (options.debug) explain(probe, verdict);
    witness.heard(probe, verdict, heard);
    if (heard.touched.size === 0) return;
    worker.want(only(heard.touched));
    updateFallbacks();
  };
  const onStart = (probe: string): void => {
    witness.begun(probe);
    const [member] = options.debug ? (director.membersByProbe.get(probe) ?? []) : [];
    if (member === undefined) return;
    const { virtual, virtualId, identity } = member;
    log('debug', `Checking ${virtual.checkType.kind}: real server=${identity} (virtual=${virtualId})`);
  };
  const { verify } = options.suite.value.tls;
  const checker = createChecker({
    mono: () => now().mono,
    verify,
    log,
    onVerdict,
    onStart,
    answerFor,
  });

  /** Puts the present configuration into force; `previous` is the one before it, at a reload. */
  const putIntoForce = (previous: DirectorConfig | undefined): Promise<void> =>
    new Promise((resolve) => {
      let isTold = false;
      worker.adopt((actual) => {
        director = adopt(config, actual, director);
        claimVirtuals();
        updateFallbacks();
        // Once more when the table could not be seen the first time: that is news for nobody else.
        if (!isTold) witness.inForce(previous);
        isTold = true;
        if (!stopping) checker.follow(director);
        resolve();
      });
    });

  const reload = async (): Promise<void> => {
    if (hangUp) log('info', 'Reloading Linux Director Daemon config on signal');
    hangUp = false;
    watch.remember();
    const parsed = await options.load();
    if (stopping) return;
    if (hasErrors(parsed.diagnostics)) {
      // Unlike genuine (reference 3.6) nothing of the running configuration is lost.
      for (const line of startOutput(parsed.diagnostics, process.pid).lines) log('ERROR', line);
      log('ERROR', `${options.configPath} has errors: the running configuration stays in force`);
      witness.refused(
        options.configPath,
        parsed.diagnostics.find(({ severity }) => severity === 'error')?.message ?? '',
      );
      return;
    }
    await Promise.all([witness.prepare(parsed.value), maintenance.follow(parsed.value)]);
    if (stopping) return;
    config = parsed.value;
    target = await options.openLog(config);
    for (const line of startOutput(parsed.diagnostics, process.pid).lines) log('WARN', line);
    warn(parsed);
    await putIntoForce(director.config);
    if (!stopping) lookRegularly();
  };
  const internalError = (error: unknown): void => log('CRIT', `internal error: ${String(error)}`);
  const requestReload = coalesce(reload, internalError);

  /** One look at a time: a callback that takes long holds back the next one, not the checks. */
  const lookAtConfig = coalesce(async () => {
    if (stopping) return;
    const news = watch.look();
    if (news === 'gone') log('WARN', `Warning [${process.pid}]: can not open file ${options.configPath} for checking`);
    if (news !== 'changed') return;
    log('info', `Configuration file '${options.configPath}' has changed on disk`);
    log('info', config.autoReload ? ' - reread new configuration' : ' - ignore new configuration');
    if (config.autoReload) await requestReload();
    await deeds.runCallback(config.callback, options.configPath, log);
  }, internalError);
  /** Genuine looks once in each round, so once per checkinterval. */
  const lookRegularly = (): void => {
    clearInterval(watchTimer);
    watchTimer = setInterval(() => void lookAtConfig(), config.checkInterval);
  };

  const patrol = setInterval(() => worker.want({ virtuals: new Set(), members: new Map() }), PATROL);
  process.on('SIGHUP', () => {
    if (stopping) return;
    hangUp = true;
    void requestReload();
  });
  // Otherwise node would open its debugger.
  process.on('SIGUSR1', () => undefined);

  await options.onUp();
  await witness.listen();
  for (const finding of options.suite.diagnostics) log('WARN', logText(finding, process.pid));
  warn(options.parsed);
  if (predecessor !== undefined) {
    log('info', `Taking over the table of pid ${predecessor.pid}, which did not end in good order`);
    setTimeout(() => worker.want('all'), SECOND_LOOK);
  }
  await Promise.all([witness.prepare(config), maintenance.follow(config)]);
  void putIntoForce(undefined);
  lookRegularly();
  const signal = await stopped;

  stopping = true;
  clearInterval(patrol);
  clearInterval(watchTimer);
  checker.stop();
  maintenance.stop();
  await witness.stopping();
  if (await worker.finish((actual) => deeds.stopPlan(director, actual))) owned.release();
  await witness.finish();
  const last = `Linux Director Daemon terminated on signal: ${signal}`;
  log('info', last);
  await target.flush();
  return last;
};
