/** How Filesystem mounts: type known, device there and checked, folder there. */
import { readFile } from 'node:fs/promises';
import { seconds } from '../time.js';
import type { AgentContext } from './agent.js';
import { OCF } from './exit.js';
import {
  type FilesystemArgument,
  isSupported,
  kernelType,
  mountArguments,
  wantsBlockDevice,
  wantsCheck,
} from './filesystem-argument.js';
import { tool } from './tool.js';

/** From this exit status on fsck(8) has left something that it could not repair. */
const UNREPAIRED = 4;

type Kind = 'block' | 'folder' | 'other' | 'none';

/** What stands at a path. Asked in a process of its own: the path may be on a server that no longer answers. */
const kindOf = async (path: string, context: AgentContext): Promise<Kind> => {
  const { stdout, failed } = await tool('stat', ['--dereference', '--format=%f', '--', path], context);
  if (failed !== undefined) return 'none';
  const format = Number.parseInt(stdout, 16) & 0o170000;
  return format === 0o060000 ? 'block' : format === 0o040000 ? 'folder' : 'other';
};

/** Whether the kernel knows the file system, after its module was loaded if need be. */
const knows = async (type: string, context: AgentContext): Promise<boolean> => {
  const read = () => readFile('/proc/filesystems', 'latin1');
  if (isSupported(await read(), type)) return true;
  return (await tool('modprobe', [type], context)).failed === undefined && isSupported(await read(), type);
};

/** Just written by another node, the device may not have been noticed here yet. */
const untilNoticed = async (device: string, context: AgentContext): Promise<void> => {
  const options = { timeout: seconds(70) };
  await tool('udevadm', ['settle', '--timeout=60', `--exit-if-exists=${device}`], context, options);
};

const check = async ({ device, type }: FilesystemArgument, context: AgentContext): Promise<boolean> => {
  context.log('info', `Starting filesystem check on ${device}`);
  const { code } = await tool('fsck', [...(type === '' ? [] : ['-t', type]), '-p', device], context);
  return code < UNREPAIRED;
};

/** Mounts what is not mounted. Answers a code. */
export const mountFilesystem = async (argument: FilesystemArgument, context: AgentContext): Promise<number> => {
  const { device, directory } = argument;
  const { log } = context;
  const fail = (code: number, text: string): number => {
    log('ERROR', text);
    return code;
  };
  const type = kernelType(argument);
  if (type !== undefined && !(await knows(type, context)))
    return fail(OCF.notInstalled, `Couldn't find filesystem ${type} in /proc/filesystems`);
  let onBlock = false;
  if (wantsBlockDevice(argument)) {
    let kind = await kindOf(device, context);
    if (kind === 'none') {
      await untilNoticed(device, context);
      kind = await kindOf(device, context);
    }
    if (kind !== 'block' && kind !== 'folder' && device !== '/dev/null')
      return fail(OCF.notInstalled, `Couldn't find device [${device}]. Expected /dev/??? to exist`);
    onBlock = kind === 'block';
    if (onBlock && wantsCheck(argument) && !(await check(argument, context)))
      return fail(OCF.generic, `Couldn't successfully fsck filesystem for ${device}`);
  }
  await tool('mkdir', ['-p', '--', directory], context);
  if ((await kindOf(directory, context)) !== 'folder')
    return fail(OCF.notInstalled, `Couldn't find directory [${directory}] to use as a mount point`);
  if (onBlock) await tool('blockdev', ['--flushbufs', device], context);
  const { failed } = await tool('mount', mountArguments(argument), context);
  return failed === undefined
    ? OCF.success
    : fail(OCF.generic, `Couldn't mount device [${device}] as ${directory}: ${failed}`);
};
