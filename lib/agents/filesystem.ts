/** Filesystem: mounts a file system that only one node may have at a time. */
import { readFile } from 'node:fs/promises';
import type { AgentContext } from './agent.js';
import { OCF } from './exit.js';
import { isBind, leavesByForce, parseFilesystem } from './filesystem-argument.js';
import { mountFilesystem } from './filesystem-start.js';
import { unmount } from './filesystem-stop.js';
import { below, elsewhere, isMounted, type Mount, parseMounts } from './mount-table.js';
import { createOcfStyle, type OcfAction } from './ocf-style.js';
import { missingProgram, tool } from './tool.js';

const readMounts = async (): Promise<readonly Mount[]> => parseMounts(await readFile('/proc/self/mounts', 'latin1'));

/**
 * The folder under the name that the mount table has for it. Where the table has the name as it is written nothing else is
 * touched: what is mounted may be a server that no longer answers.
 */
const canonical = async (directory: string, mounts: readonly Mount[], context: AgentContext): Promise<string> => {
  if (isMounted(mounts, directory)) return directory;
  const { stdout, failed } = await tool('readlink', ['-f', '--', directory], context);
  return failed === undefined ? stdout.replace(/\n$/, '') : directory;
};

const stop = async (folder: string, mounts: readonly Mount[], bind: boolean, type: string, context: AgentContext) => {
  if (!isMounted(mounts, folder)) return OCF.success;
  const mount = mounts.findLast((each) => each.folder === folder);
  const how = { readMounts, force: leavesByForce(type === '' ? (mount?.type ?? '') : type) };
  // A bind mount leaves the file system that it shows where it is.
  for (const other of [...below(mounts, folder), ...(bind ? [] : elsewhere(mounts, folder))]) {
    await unmount(other, how, context);
  }
  const code = await unmount(folder, how, context);
  if (mount?.device.startsWith('/dev/')) await tool('blockdev', ['--flushbufs', mount.device], context);
  return code;
};

const act = async (action: OcfAction, args: readonly string[], context: AgentContext): Promise<number> => {
  const { log } = context;
  const argument = parseFilesystem(args);
  const { device, directory, type } = argument;
  if (device === '' || directory === '') {
    log('ERROR', device === '' ? 'Please set the device to be managed' : 'Please specify the directory');
    return OCF.notConfigured;
  }
  const missing = missingProgram('mount', 'umount');
  if (missing !== undefined) {
    log('ERROR', `${missing} is not installed`);
    return OCF.notInstalled;
  }
  const mounts = await readMounts();
  const folder = await canonical(directory, mounts, context);
  if (action === 'stop') return stop(folder, mounts, isBind(argument), type, context);
  if (action === 'monitor') return isMounted(mounts, folder) ? OCF.success : OCF.notRunning;
  if (below(mounts, folder).length > 0) {
    log('ERROR', `There is one or more mounts mounted under ${directory}.`);
    return OCF.notConfigured;
  }
  return isMounted(mounts, folder) ? OCF.success : mountFilesystem(argument, context);
};

export const filesystem = createOcfStyle({ name: 'Filesystem', fewest: 2, most: 4, act });
