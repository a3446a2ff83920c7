/** LVM: activates the logical volumes of a volume group, on this node only. */
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { seconds } from '../time.js';
import type { AgentContext } from './agent.js';
import { OCF } from './exit.js';
import { createOcfStyle, type OcfAction } from './ocf-style.js';
import { missingProgram, tool } from './tool.js';

/** How often a deactivation is tried: something may still hold a volume for a moment. */
const ATTEMPTS = 10;

/** The nodes of active volumes stand in a folder with the name of their group. */
const isActive = async (group: string): Promise<boolean> => {
  try {
    return (await readdir(`/dev/${group}`)).length > 0;
  } catch {
    return false;
  }
};

const shown = async (columns: string, group: string, context: AgentContext): Promise<string> =>
  (await tool('vgs', ['-o', columns, '--noheadings', group], context)).stdout;

/**
 * Why the group cannot be used, if so. That a disk is marked as missing does not matter when all of them are there: another
 * node may have left the mark.
 */
const complaint = async (group: string, context: AgentContext): Promise<string | undefined> => {
  const checked = await tool('vgck', [group], context);
  if (checked.failed !== undefined) {
    if (!(await shown('pv_attr', group, context)).includes('m')) return checked.said;
    if (/^\s*...p/.test(await shown('attr', group, context))) return 'it has devices missing';
  }
  const listed = await tool('vgdisplay', ['-v', group], context);
  return listed.failed === undefined ? undefined : listed.said;
};

const activate = async (group: string, context: AgentContext): Promise<number> => {
  const { log } = context;
  const wrong = await complaint(group, context);
  if (wrong !== undefined) {
    log('ERROR', `Volume group [${group}] does not exist or contains error! ${wrong.replaceAll('\n', ' ')}`);
    return OCF.generic;
  }
  log('info', `Activating volume group ${group}`);
  for (const [program, ...args] of [['vgscan'], ['vgchange', '-aly', group]] as const) {
    const { failed } = await tool(program, args, context);
    if (failed !== undefined) log('WARN', failed);
  }
  if (await isActive(group)) return OCF.success;
  log('ERROR', `LVM: ${group} did not activate correctly`);
  return OCF.generic;
};

const deactivate = async (group: string, context: AgentContext): Promise<number> => {
  const { log, signal } = context;
  if ((await tool('vgs', [group], context)).failed !== undefined) {
    log('info', `Volume group ${group} not found`);
    return OCF.success;
  }
  log('info', `Deactivating volume group ${group}`);
  for (let attempt = 1; ; attempt += 1) {
    const { failed } = await tool('vgchange', ['-aln', group], context);
    if (failed === undefined && !(await isActive(group))) return OCF.success;
    log('WARN', failed ?? `${group} still Active`);
    if (attempt === ATTEMPTS) return OCF.generic;
    await sleep(1000, undefined, { signal });
    await tool('udevadm', ['settle', '--timeout=5'], context, { timeout: seconds(10) });
  }
};

const act = async (action: OcfAction, [group = '']: readonly string[], context: AgentContext): Promise<number> => {
  if (group === '') {
    context.log('ERROR', 'You must identify the volume group name!');
    return OCF.notConfigured;
  }
  const missing = missingProgram('vgchange');
  if (missing !== undefined) {
    context.log('ERROR', `${missing} is not installed (package lvm2)`);
    return OCF.notInstalled;
  }
  if (action === 'start') return activate(group, context);
  if (action === 'stop') return deactivate(group, context);
  return (await isActive(group)) ? OCF.success : OCF.notRunning;
};

export const lvm = createOcfStyle({ name: 'LVM', fewest: 1, most: 1, act });
