/** apache: an Apache web server with the configuration file of the argument. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isExecutableFile } from '../platform/executable.js';
import { commandLine, isRunning, processesNamed, signalProcess } from '../platform/processes.js';
import type { AgentContext } from './agent.js';
import { type ApacheConfig, localUrl, readApacheConfig } from './apache-config.js';
import { serves } from './apache-monitor.js';
import { configFiles } from './config-files.js';
import { OCF } from './exit.js';
import { createOcfStyle, type OcfAction } from './ocf-style.js';
import { environmentAfter, environmentOf } from './shell-file.js';
import { tool } from './tool.js';

const PROGRAMS = [
  ...['/sbin/httpd2', '/usr/sbin/httpd2', '/usr/sbin/apache2', '/sbin/httpd', '/usr/sbin/httpd', '/usr/sbin/apache'],
  '/opt/IBMHTTPServer/bin/httpd',
];
const CONFIGURATIONS = ['/etc/apache2/httpd.conf', '/etc/apache2/apache2.conf', '/etc/httpd/conf/httpd.conf'];
const VARIABLES = '/etc/apache2/envvars';
/** Seconds that a graceful stop may take, and the stop after it. */
const PATIENCE = 10;

interface Server {
  readonly program: string;
  readonly file: string;
  readonly config: ApacheConfig;
  readonly pidFile: string;
  /** The configuration names no pid file, so that the server must be told. */
  readonly tellPidFile: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

const everySecond = async (attempts: number, { signal }: AgentContext, done: () => Promise<boolean>) => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (await done()) return true;
    await sleep(1000, undefined, { signal });
  }
  return done();
};

const find = async (given: string | undefined, context: AgentContext): Promise<Server | string> => {
  const program = PROGRAMS.find(isExecutableFile);
  if (program === undefined) return 'apache httpd program not found';
  const file = given ?? CONFIGURATIONS.find((path) => existsSync(path)) ?? CONFIGURATIONS.at(-1) ?? '';
  if (!existsSync(file)) return `Configuration file ${file} not found!`;
  const own = environmentOf(context);
  const environment = existsSync(VARIABLES) ? await environmentAfter(VARIABLES, own, context) : own;
  if (typeof environment === 'string') return `${VARIABLES}: ${environment}`;
  const config = await readApacheConfig(file, configFiles, environment);
  const { pidFile, serverRoot } = config;
  const base = { program, file, config, environment };
  if (pidFile === undefined || pidFile === '') {
    const name = `${basename(program).split('-')[0]}-apache_${(given ?? '').replaceAll('/', '_')}.pid`;
    return { ...base, pidFile: join('/var/run', name), tellPidFile: true };
  }
  return { ...base, pidFile: isAbsolute(pidFile) ? pidFile : join(serverRoot ?? '/', pidFile), tellPidFile: false };
};

/** The process of the pid file, as long as it is a web server; a zombie is none. */
const serverPid = async ({ pidFile, program }: Server): Promise<number | undefined> => {
  try {
    const pid = Number.parseInt(await readFile(pidFile, 'latin1'), 10);
    return pid > 1 && (await isRunning(pid, basename(program))) ? pid : undefined;
  } catch {
    return undefined;
  }
};

const monitor = async (server: Server, { log, signal }: AgentContext): Promise<number> => {
  if ((await serverPid(server)) === undefined) return OCF.notRunning;
  const url = localUrl(server.config);
  if (await serves(url, server.config.statusPath ?? '', signal)) return OCF.success;
  log('ERROR', `Failed to access httpd at ${url}`);
  return OCF.generic;
};

/** What is left of the server without its first process: those that were started with this file. */
const endLeftovers = async ({ program, file }: Server, context: AgentContext): Promise<void> => {
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
    const left: number[] = [];
    for (const pid of await processesNamed(basename(program))) {
      if ((await commandLine(pid)).includes(file)) left.push(pid);
    }
    if (left.length === 0) return;
    for (const pid of left) signalProcess(pid, signal);
    context.log('info', `signal ${signal} sent to apache children`);
    await sleep(1000, undefined, { signal: context.signal });
  }
};

const stop = async (server: Server, context: AgentContext): Promise<number> => {
  const { log } = context;
  const pid = await serverPid(server);
  if (pid !== undefined) {
    const gone = async () => !(await isRunning(pid, basename(server.program)));
    log('info', `Attempting graceful stop of apache PID ${pid}`);
    signalProcess(pid, 'SIGWINCH');
    if (!(await everySecond(PATIENCE, context, gone))) {
      log('info', `Killing apache PID ${pid}`);
      signalProcess(pid, 'SIGTERM');
      await everySecond(PATIENCE, context, gone);
    }
  }
  await endLeftovers(server, context);
  if ((await serverPid(server)) === undefined) return OCF.success;
  log('ERROR', `apache still running (${pid}). Killing pid failed.`);
  return OCF.generic;
};

/** Debian's own configuration test also makes the folders that the server needs. */
const prepare = async ({ file, environment }: Server, context: AgentContext): Promise<boolean> => {
  if (!/^\/etc\/apache2[^/]*\/apache2\.conf$/.test(file)) return true;
  const env = { ...environment, APACHE_CONFDIR: dirname(file) };
  const { code, said } = await tool('apache2ctl', ['configtest'], context, { env });
  if (code !== 0 && code !== 127) context.log('ERROR', said.replaceAll('\n', ' '));
  return code === 0 || code === 127;
};

const start = async (server: Server, context: AgentContext): Promise<number> => {
  const { program, file, pidFile, tellPidFile, environment } = server;
  const { log } = context;
  if ((await serverPid(server)) !== undefined) return OCF.success;
  if (!(await prepare(server, context))) return OCF.notConfigured;
  const args = ['-DSTATUS', '-f', file, ...(tellPidFile ? ['-c', `PidFile ${pidFile}`] : [])];
  const { failed } = await tool(program, args, context, { env: environment });
  if (failed !== undefined) {
    log('ERROR', failed);
    return OCF.generic;
  }
  let code = await monitor(server, context);
  while (code === OCF.notRunning && !context.signal.aborted) {
    log('info', `waiting for apache ${file} to come up`);
    await sleep(1000, undefined, { signal: context.signal });
    code = await monitor(server, context);
  }
  if (code !== OCF.success) await stop(server, context);
  return code;
};

const act = async (action: OcfAction, [file]: readonly string[], context: AgentContext): Promise<number> => {
  const server = await find(file, context);
  if (typeof server === 'string') {
    context.log(action === 'start' ? 'ERROR' : 'info', server);
    return { start: OCF.notInstalled, stop: OCF.success, monitor: OCF.notRunning }[action];
  }
  if (action === 'start') return start(server, context);
  return action === 'stop' ? stop(server, context) : monitor(server, context);
};

export const apache = createOcfStyle({ name: 'apache', fewest: 0, most: 1, act });
