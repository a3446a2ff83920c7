/** AudibleAlarm: lets the console beep every second while its group is here. */
import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { AgentContext } from './agent.js';
import { OCF } from './exit.js';
import { createOcfStyle, type OcfAction, type OcfAnswer } from './ocf-style.js';

/** Where the genuine agent has it, so that either can end the other's alarm. */
const PID_FILE = '/var/run/heartbeat-bell';

/** Outlives whoever starts it, and waits on its own for a console that does not take anything. */
const BELL = 'while sleep 1; do printf "\\a" >/dev/console; done';

/** The process that beeps; undefined when none does. */
const bell = async (): Promise<number | undefined> => {
  try {
    const pid = (await readFile(PID_FILE, 'latin1')).split('\n')[0]?.trim() ?? '';
    if (!/^[1-9]\d*$/.test(pid)) return undefined;
    // The number may belong to somebody else by now.
    return (await readFile(`/proc/${pid}/cmdline`, 'latin1')).includes('AudibleAlarm') ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
};

const ring = async ({ log }: AgentContext): Promise<number> => {
  const child = spawn('/bin/sh', ['-c', BELL, 'AudibleAlarm'], { detached: true, stdio: 'ignore', cwd: '/' });
  child.once('error', (error) => log('ERROR', `AudibleAlarm: ${error.message}`));
  child.unref();
  if (child.pid === undefined) return OCF.generic;
  try {
    await writeFile(PID_FILE, `${child.pid}\n`);
    return OCF.success;
  } catch (error) {
    log('ERROR', `Could not write to pid file "${PID_FILE}": ${String(error)}`);
    process.kill(-child.pid, 'SIGTERM');
    return OCF.generic;
  }
};

/** Its `sleep` goes with it: a group of its own when we have started it. */
const silence = async (pid: number): Promise<number> => {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    process.kill(pid, 'SIGTERM');
  }
  await rm(PID_FILE, { force: true });
  return OCF.success;
};

const act = async (action: OcfAction, nodes: readonly string[], context: AgentContext): Promise<number | OcfAnswer> => {
  const pid = await bell();
  if (action === 'monitor') {
    return pid === undefined ? { code: OCF.notRunning, said: 'stopped' } : { code: OCF.success, said: 'running' };
  }
  if (action === 'stop') {
    if (pid !== undefined) return silence(pid);
    await rm(PID_FILE, { force: true });
    return OCF.success;
  }
  // The arguments name the nodes that are never to beep.
  if (pid !== undefined || nodes.flatMap((word) => word.split(/\s+/)).includes(hostname())) return OCF.success;
  return ring(context);
};

export const audibleAlarm = createOcfStyle({
  ...{ name: 'AudibleAlarm', fewest: 0, most: Number.POSITIVE_INFINITY, act },
});
