/** Xinetd: switches one service of a running xinetd on and off, in its description under /etc/xinetd.d. */
import { chmod, chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { processesNamed, signalProcess } from '../platform/processes.js';
import type { AgentContext } from './agent.js';
import { OCF } from './exit.js';
import { createOcfStyle, type OcfAction } from './ocf-style.js';
import { serviceState, withDisable } from './xinetd-file.js';

const FOLDER = '/etc/xinetd.d';

const read = async (path: string): Promise<string | undefined> => {
  try {
    return (await stat(path)).isFile() ? await readFile(path, 'latin1') : undefined;
  } catch {
    return undefined;
  }
};

/** All or nothing, with owner and mode as they were. xinetd passes over names with a dot. */
const replace = async (path: string, text: string): Promise<void> => {
  const { uid, gid, mode } = await stat(path);
  const fresh = `${path}.ha-suite`;
  try {
    await writeFile(fresh, text, 'latin1');
    await chown(fresh, uid, gid);
    await chmod(fresh, mode & 0o7777);
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
};

const reload = (pids: readonly number[], { log }: AgentContext): number => {
  for (const pid of pids) {
    const failed = signalProcess(pid, 'SIGHUP');
    if (failed !== undefined) {
      log('ERROR', `could not send SIGHUP to process ${pid}: ${failed}`);
      return OCF.generic;
    }
    log('info', `asked xinetd to reload by sending SIGHUP to process ${pid}`);
  }
  return OCF.success;
};

const act = async (action: OcfAction, [service = '']: readonly string[], context: AgentContext): Promise<number> => {
  const { log } = context;
  if (service === '' || service.includes('/')) {
    log('ERROR', 'please define the service');
    return action === 'start' ? OCF.notConfigured : OCF.notRunning;
  }
  const pids = await processesNamed('xinetd');
  if (pids.length === 0) {
    if (action === 'start') {
      log('ERROR', 'xinetd not running, we manage just xinetd services, not the daemon itself');
      return OCF.notInstalled;
    }
    return action === 'stop' ? OCF.success : OCF.notRunning;
  }
  const path = `${FOLDER}/${service}`;
  const text = await read(path);
  if (text === undefined) {
    log('ERROR', `service definition ${path} not found!`);
    if (action === 'start') return OCF.notInstalled;
    return action === 'stop' ? OCF.success : OCF.notRunning;
  }
  const state = serviceState(text);
  if (action === 'monitor') return { on: OCF.success, off: OCF.notRunning, unknown: OCF.notConfigured }[state];
  if (state === (action === 'start' ? 'on' : 'off')) return OCF.success;
  await replace(path, withDisable(text, action === 'start' ? 'no' : 'yes'));
  return reload(pids, context);
};

export const xinetd = createOcfStyle({ name: 'Xinetd', fewest: 1, most: 1, act });
