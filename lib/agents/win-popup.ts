/** WinPopup: tells the workstations of a list, with smbclient, that the resources of its group come or go. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { seconds } from '../time.js';
import type { AgentContext } from './agent.js';
import { OCF } from './exit.js';
import { createOcfStyle, type OcfAction, type OcfAnswer } from './ocf-style.js';
import { missingProgram, tool } from './tool.js';

const MARK = '/var/run/WinPopup';
/** For one workstation. */
const PATIENCE = seconds(30);

const TEXTS = {
  start: () => `Resource Group Takeover in progress on ${hostname()}`,
  stop: () => `Resource Group Reestablishing original master connection in progress on ${hostname()}`,
} as const;

const isThere = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
};

/** One name or address per word. */
const workstations = async (file: string): Promise<readonly string[]> => {
  try {
    return (await readFile(file, 'latin1')).split(/\s+/).filter((word) => word !== '');
  } catch {
    return [];
  }
};

const act = async (
  action: OcfAction,
  [file = 'hosts']: readonly string[],
  context: AgentContext,
): Promise<number | OcfAnswer> => {
  if (action === 'monitor') {
    return (await isThere(MARK)) ? { code: OCF.success, said: 'running' } : { code: OCF.notRunning, said: 'stopped' };
  }
  const names = await workstations(file);
  if (names.length === 0) {
    context.log('ERROR', `Workstation file ${file} missing or corrupt!`);
    return OCF.arguments;
  }
  if (missingProgram('smbclient') !== undefined) {
    context.log('ERROR', 'smbclient is not installed');
    return OCF.notInstalled;
  }
  let code: number = OCF.success;
  for (const name of names) {
    const sent = await tool('smbclient', ['-M', name], context, { timeout: PATIENCE, input: `${TEXTS[action]()} \n` });
    if (sent.failed !== undefined) context.log('WARN', `No message to ${name}: ${sent.failed}`);
    // As to the genuine agent, the last workstation decides.
    code = sent.code;
  }
  if (code !== OCF.success) return code;
  if (action === 'start') await writeFile(MARK, '', { flag: 'a' });
  else await rm(MARK, { force: true });
  return OCF.success;
};

export const winPopup = createOcfStyle({ name: 'WinPopup', fewest: 0, most: 1, act });
