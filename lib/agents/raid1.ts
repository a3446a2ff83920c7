/** Raid1: assembles and stops software RAID arrays with mdadm. */
import { access, constants, lstat, readFile, readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess } from '../platform/processes.js';
import { seconds } from '../time.js';
import type { Agent, AgentContext } from './agent.js';
import { OCF } from './exit.js';
import { usersOf } from './file-users.js';
import { createOcfStyle, type OcfAction } from './ocf-style.js';
import { missingProgram, tool } from './tool.js';

/** Milliseconds that a process which holds an array has for its end. */
const CLEAN_UP = 3000;
/** What `mdadm --detail --test` says with its exit status. */
const DEGRADED = 1;
const GONE = 4;

/** The arrays of a configuration file: its `ARRAY` lines. */
export const arraysOf = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => (line.startsWith('ARRAY') ? (line.split(/\s+/)[1] ?? []) : []));

/** Whether /proc/mdstat lists an array of this name. */
export const isListed = (mdstat: string, name: string): boolean =>
  mdstat.split('\n').some((line) => line.startsWith(name) && /^[ \t:]/.test(line.slice(name.length)));

/** The kernel's name for a device, e.g. `md127` for a link /dev/md/data; undefined when there is no such device. */
const kernelName = async (device: string): Promise<string | undefined> => {
  try {
    if ((await lstat(device)).isSymbolicLink()) return basename(await readlink(device));
    return (await stat(device)).isBlockDevice() ? device.replace(/^\/dev\//, '') : undefined;
  } catch {
    return undefined;
  }
};

const textOf = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'latin1');
  } catch {
    return '';
  }
};

interface Scene {
  readonly context: AgentContext;
  /** The kernel's list of arrays. */
  readonly mdstat: string;
}

/** The state of one array as a code. At a stop the device may be gone while the array is still there. */
const look = async (device: string, action: OcfAction, { context, mdstat }: Scene): Promise<number> => {
  const { log } = context;
  const name = (await kernelName(device)) ?? (action === 'stop' ? device.replace(/^\/dev\//, '') : undefined);
  if (name === undefined || !isListed(await textOf(mdstat), name)) return OCF.notRunning;
  const { code } = await tool('mdadm', ['--detail', '--test', device], context);
  if (code === GONE && action === 'stop') return OCF.notRunning;
  if (code === DEGRADED) log('WARN', `${device} has at least one failed device.`);
  else if (code !== 0) {
    log('ERROR', code === 2 ? `${device} has failed.` : `mdadm failed on ${device} (${code})`);
    return OCF.generic;
  }
  const read = await tool('dd', [`if=${device}`, 'of=/dev/null', 'count=1', 'bs=4096', 'iflag=direct'], context);
  if (read.failed === undefined) return OCF.success;
  log('ERROR', `${device}: I/O error on read`);
  return OCF.generic;
};

/** The first code that is not success. */
const lookAtAll = async (devices: readonly string[], action: OcfAction, scene: Scene): Promise<number> => {
  for (const device of devices) {
    const code = await look(device, action, scene);
    if (code !== OCF.success) return code;
  }
  return OCF.success;
};

const allStopped = async (devices: readonly string[], scene: Scene): Promise<boolean> => {
  for (const device of devices) if ((await look(device, 'stop', scene)) !== OCF.notRunning) return false;
  return true;
};

interface Arrays {
  readonly configuration: string;
  readonly devices: readonly string[];
}

const start = async ({ configuration, devices }: Arrays, scene: Scene): Promise<number> => {
  const { context } = scene;
  const { log } = context;
  const before = await lookAtAll(devices, 'start', scene);
  if (before === OCF.success) return OCF.success;
  if (before !== OCF.notRunning) {
    log('ERROR', `${devices.join(' ')} in a broken state; cannot start (rc=${before})`);
    return OCF.generic;
  }
  for (const device of devices) {
    const { failed } = await tool('mdadm', ['--assemble', device, `--config=${configuration}`], context);
    if (failed !== undefined) log('WARN', failed);
    const settle = ['settle', `--exit-if-exists=${device}`];
    await tool('udevadm', settle, context, { timeout: seconds(180) });
  }
  if ((await lookAtAll(devices, 'start', scene)) === OCF.success) return OCF.success;
  log('ERROR', `Couldn't start RAID for ${devices.join(' ')}`);
  return OCF.generic;
};

const stopOne = async (device: string, configuration: string, context: AgentContext): Promise<string | undefined> => {
  const named = (await kernelName(device)) === undefined ? basename(device) : device;
  return (await tool('mdadm', ['--stop', named, `--config=${configuration}`], context)).failed;
};

/** Answers what failed, if anything. */
const stopAll = async ({ configuration, devices }: Arrays, context: AgentContext): Promise<string | undefined> => {
  let failed: string | undefined;
  for (const device of devices) failed = (await stopOne(device, configuration, context)) ?? failed;
  return failed;
};

/** Ends the processes that hold an array. Answers whether there were any. */
const endUsers = async (devices: readonly string[], context: AgentContext): Promise<boolean> => {
  const users = async () => (await Promise.all(devices.map((device) => usersOf(device, context)))).flat();
  const found = await users();
  for (const pid of found) signalProcess(pid, 'SIGTERM');
  if (found.length === 0) return false;
  await sleep(CLEAN_UP, undefined, { signal: context.signal });
  for (const pid of await users()) signalProcess(pid, 'SIGKILL');
  return true;
};

const stop = async (arrays: Arrays, scene: Scene): Promise<number> => {
  const { configuration, devices } = arrays;
  const { context } = scene;
  const { log } = context;
  if (await allStopped(devices, scene)) return OCF.success;
  let failed = await stopAll(arrays, context);
  if (failed !== undefined && (await endUsers(devices, context))) failed = await stopAll(arrays, context);
  if (failed !== undefined) {
    log('WARN', `Couldn't stop RAID for ${devices.join(' ')}: ${failed}`);
    for (const device of devices) await tool('mdadm', ['--readonly', device, `--config=${configuration}`], context);
    return OCF.generic;
  }
  if (await allStopped(devices, scene)) return OCF.success;
  log('ERROR', `RAID ${devices.join(' ')} still active after stop command!`);
  return OCF.generic;
};

/** What is to be done with which arrays, or a code that says why nothing can be. */
const arraysFor = async (configuration: string, device: string, { log }: AgentContext): Promise<Arrays | number> => {
  if (configuration === '' || device === '') {
    log('ERROR', 'Raid1 needs a configuration file and an array');
    return OCF.notConfigured;
  }
  try {
    await access(configuration, constants.R_OK);
    const devices = device === 'auto' ? arraysOf(await readFile(configuration, 'latin1')) : device.split(/\s+/);
    if (missingProgram('mdadm') === undefined) return { configuration, devices };
    log('ERROR', 'mdadm is not installed');
  } catch {
    log('ERROR', `Configuration file [${configuration}] does not exist, or can not be opened!`);
  }
  return OCF.notInstalled;
};

/** `mdstat`: where the kernel lists its arrays. */
export const createRaid1 = (mdstat = '/proc/mdstat'): Agent =>
  createOcfStyle({
    ...{ name: 'Raid1', fewest: 2, most: 2 },
    act: async (action, [configuration = '', device = ''], context) => {
      const arrays = await arraysFor(configuration, device, context);
      if (typeof arrays === 'number') return arrays;
      const scene = { context, mdstat };
      if (action === 'start') return start(arrays, scene);
      return action === 'stop' ? stop(arrays, scene) : lookAtAll(arrays.devices, action, scene);
    },
  });
