/** What the heartbeat processes of a host cost: processor time and memory, from /proc. */
import type { Host } from '../../lib/lab/host.js';

/** Seconds of processor time so far, resident MiB now; all heartbeat processes together. */
export interface Cost {
  readonly at: number;
  readonly seconds: number;
  readonly memory: number;
}

/** Of every heartbeat process (ours or genuine): utime and stime in jiffies, resident pages. */
const SCRIPT = `
getconf CLK_TCK; getconf PAGESIZE
for pid in $(ps -eo pid=,args= | awk '$2 ~ /^(ha-)?heartbeat:$/ { print $1 }'); do
  sed 's/^.*) //' /proc/$pid/stat
done
`;

export const cost = async (host: Host): Promise<Cost> => {
  const at = performance.now();
  const [ticks, pageSize, ...stats] = (await host.get(['sh', '-c', SCRIPT])).split('\n').filter((line) => line !== '');
  // proc(5): after the name come state (3) … utime (14), stime (15) … rss (24).
  const sum = (...numbers: readonly number[]): number =>
    stats.reduce((total, line) => total + numbers.reduce((part, one) => part + Number(line.split(' ')[one - 3]), 0), 0);
  return { at, seconds: sum(14, 15) / Number(ticks), memory: (sum(24) * Number(pageSize)) / 2 ** 20 };
};

/** Share of one processor between two looks, in per cent. */
export const processorShare = (before: Cost, after: Cost): number =>
  ((after.seconds - before.seconds) / ((after.at - before.at) / 1000)) * 100;
