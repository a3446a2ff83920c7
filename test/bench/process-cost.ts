/** What one process of a host costs: processor time and memory, from /proc. */
import type { Host } from '../../lib/lab/host.js';
import { pause } from './repeat.js';

export interface ProcessCost {
  /** Per cent of one core; the programs it starts are not counted. */
  readonly load: number;
  /** Resident MiB at the end. */
  readonly memory: number;
  /** The most it ever had, in MiB. */
  readonly peak: number;
}

/** Jiffies are hundredths of a second on Linux. */
const jiffies = async (host: Host, pid: string): Promise<number> => {
  // proc(5): after the name come state (3) … utime (14), stime (15).
  const fields = (await host.read(`/proc/${pid}/stat`)).replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

/** Watches a process for so many milliseconds. */
export const processCost = async (host: Host, pid: string, ms: number): Promise<ProcessCost> => {
  const begun = performance.now();
  const before = await jiffies(host, pid);
  await pause(ms);
  const used = (await jiffies(host, pid)) - before;
  const load = used / ((performance.now() - begun) / 1000);
  const status = await host.read(`/proc/${pid}/status`);
  const mebibytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { load, memory: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
};
