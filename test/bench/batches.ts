/** A thousand changes in one batch: nftables on a host of its own, and real IPVS in User-Mode Linux. */
import { join } from 'node:path';
import { createHost } from '../../lib/lab/host.js';
import { millis } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';
import { runInUml } from '../support/uml.js';
import type { BatchTimes } from './batch.js';
import type { BenchRow } from './row.js';

const PROGRAM = join(projectRoot, 'dist/build/test/bench/batch.js');
const UML_DEADLINE_MS = 600_000;

const withNft = async (): Promise<BatchTimes> => {
  const host = await createHost('bench', { settings: { 'net.ipv4.ip_forward': '1' } });
  try {
    const times: BatchTimes = JSON.parse(
      await host.get([process.execPath, PROGRAM, 'nft'], { timeout: millis(300_000) }),
    );
    return times;
  } finally {
    await host.close();
  }
};

const withIpvs = async (): Promise<BatchTimes> => {
  const [times] = await runInUml(PROGRAM, { deadline: UML_DEADLINE_MS });
  return times as BatchTimes;
};

const rows = (engine: string, times: BatchTimes, budget: number): readonly BenchRow[] => {
  const row = (what: string, ours: number, limit: number | undefined): BenchRow => ({
    what: `${engine}: ${what}`,
    unit: 'ms',
    ours,
    genuine: undefined,
    budget: limit,
  });
  return [
    row('1,000 weights changed in one batch', times.edit, budget),
    row('processor time of that', times.editCpu, budget),
    row('500 reals removed, then added', times.swap, 2 * budget),
    row('1,000 reals into an empty table', times.build, undefined),
    row('one of 1,000 reals changed', times.single, undefined),
  ];
};

export const run = async (): Promise<readonly BenchRow[]> => [
  ...rows('nft engine', await withNft(), 100),
  ...rows('real IPVS (User-Mode Linux)', await withIpvs(), 1000),
];
