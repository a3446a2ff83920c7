/** Wiring: what `ha drain` and its sisters read, write and wait for. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { CommandMaker } from '../../ha/sub-command.js';
import { type CountLoads, loadsOf } from '../../ipvs/engines/connections.js';
import { foreseeEngine } from '../../ipvs/engines/open.js';
import type { Log } from '../../log.js';
import { now } from '../../platform/clock.js';
import { loadDirectorConfig, readServices } from '../../platform/director-file.js';
import { errorCode } from '../../platform/error-code.js';
import { errorText } from '../../platform/error-text.js';
import { filesIn } from '../../platform/folder-watch.js';
import { lookUpHosts } from '../../platform/host-lookup.js';
import { createHostNames } from '../../platform/host-names.js';
import { namesInHosts } from '../../platform/hosts-file.js';
import { removeDurably, writeDurably } from '../../platform/run-files.js';
import { ensureFolder } from '../../platform/run-folder.js';
import { loadSuite } from '../../platform/suite-file.js';
import { type Millis, seconds } from '../../time.js';
import { normalIpv6 } from '../config/addresses.js';
import { drainCommand } from '../drain/command.js';
import type { DeedName } from '../drain/deeds.js';
import type { Daemon, DrainTools, Loaded, Refusal } from '../drain/tools.js';
import type { Names } from '../drain/whom.js';
import { configName, findConfig, pidFilePath } from './config-path.js';
import { readHostMemory } from './host-memory.js';
import { runningFor } from './pid-file.js';
import { reportOf } from './status-report.js';

/** How long names may take that were never known: a little more than one silent name server takes. */
const LOOKUP = seconds(6);
/** For one question to a name server. */
const NAME_TIMEOUT = seconds(2);
const NAMES_AT_ONCE = 16;

/** What goes wrong on the way is said by the command itself; this is about the choice of an engine. */
const SILENT: Log = () => undefined;

/** Does something with a file; answers with the system's words when that fails. */
const attempt = (act: () => void): Refusal | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    const isForbidden = ['EACCES', 'EPERM'].includes(String(errorCode(error)));
    return { problem: `${errorText(error)}${isForbidden ? ': run this as root' : ''}` };
  }
};

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** Without a word the daemon may have been started as `ldirectord` or as `ldirectord.cf`. */
const namesOfDaemon = (word: string | undefined): readonly string[] =>
  word === undefined ? [configName(undefined), configName('ldirectord.cf')] : [configName(word)];

const joined = (pairs: Iterable<readonly [string, readonly string[]]>): Names => {
  const names = new Map<string, readonly string[]>();
  for (const [address, more] of pairs) names.set(address, [...new Set([...(names.get(address) ?? []), ...more])]);
  return names;
};

const load = async (word: string | undefined): Promise<Loaded | undefined> => {
  const path = findConfig(word);
  if (path === undefined) return undefined;
  const known = new Map(namesOfDaemon(word).flatMap((name) => [...readHostMemory(name)]));
  // As with -d the log file is not tried: this writes none, and may be asked by somebody who must not.
  const loaded = await loadDirectorConfig(path, { debug: true, known, answers: known, timeout: LOOKUP });
  const spelled = [...loaded.hosts].map(([key, address]) => [address, [key.split(' ')[1] ?? '']] as const);
  return {
    path,
    config: loaded.value,
    diagnostics: loaded.diagnostics,
    names: joined([...spelled, ...namesInHosts(textOf('/etc/hosts'))]),
  };
};

/** Asked on its socket, a daemon that knows drains says of every real server whether it is in maintenance. */
const daemon = async (word: string | undefined, path: string): Promise<Daemon> => {
  for (const name of namesOfDaemon(word)) {
    const report = await reportOf(runningFor(pidFilePath(name)), path, name);
    if (report.state !== 'running') continue;
    // Only root may ask: for anybody else it is enough that one runs.
    if (report.live === null) return process.geteuid?.() === 0 ? 'other' : 'current';
    const reals = report.live.virtuals.flatMap((virtual) => virtual.reals);
    return reals.every((real) => 'maintenance' in real) ? 'current' : 'other';
  }
  return 'none';
};

const addressesOf = async (name: string): Promise<readonly string[]> => {
  const both = [{ name, family: 'ipv4' } as const, { name, family: 'ipv6' } as const];
  const found = await lookUpHosts(both, { timeout: LOOKUP });
  return [...found.values()].map((address) => normalIpv6(address) ?? address);
};

const hostsOf = async (addresses: readonly string[]): Promise<Names> => {
  const hosts = createHostNames({ timeout: NAME_TIMEOUT, atOnce: NAMES_AT_ONCE, onNews: () => undefined });
  await hosts.refresh(addresses);
  hosts.stop();
  return new Map(addresses.map((address) => [address, hosts.of(address)]));
};

const files = async (folder: string): Promise<ReadonlyMap<string, string> | Refusal | undefined> => {
  try {
    return await filesIn(folder);
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? undefined : { problem: errorText(error) };
  }
};

/** The engine is chosen at the first look. */
const openLoads = (): CountLoads => {
  let count: Promise<CountLoads> | undefined;
  return async () => {
    count ??= loadsOf(loadSuite().value.ipvs.engine, SILENT);
    return (await count)();
  };
};

const sleep = async (time: Millis, signal: AbortSignal): Promise<void> => {
  await pause(time, undefined, { signal }).catch(() => undefined);
};

const tools: DrainTools = {
  load,
  daemon,
  addressesOf,
  hostsOf,
  port: (name) => readServices().get(name)?.any,
  files,
  makeFolder: (folder) => attempt(() => ensureFolder(folder, 0o755, undefined)),
  write: (path, text) => attempt(() => writeDurably(path, Buffer.from(text), 0o644)),
  remove: (path) => attempt(() => removeDurably(path)),
  loads: openLoads(),
  persistence: async () => {
    if ((await foreseeEngine(loadSuite().value.ipvs.engine)) === 'nft') return 'always';
    return textOf('/proc/sys/net/ipv4/vs/expire_quiescent_template').trim() === '1' ? 'ended' : 'by default';
  },
  user: () => process.env.SUDO_USER ?? process.env.USER ?? '',
  now,
  sleep,
  isTerminal: process.stdout.isTTY === true,
};

/** `ha drain`, `ha undrain`, `ha disable` or `ha enable`. */
export const drainCommandOf = (name: DeedName): CommandMaker => drainCommand(name, tools);
