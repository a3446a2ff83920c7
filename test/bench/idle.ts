/** What a pair at rest costs, at keepalive 100ms with three links of three kinds. */
import type { Implementation } from '../../lib/lab/heartbeat-node.js';
import { cost, processorShare } from './cost.js';
import { withPair } from './pair.js';
import { medians, pause, RUNS } from './repeat.js';
import type { BenchRow } from './row.js';

/** A daemon lives for months; its first minute, while V8 still compiles, says little about that. */
const SETTLE_MS = 90_000;
/** One measurement; there are several, one after the other, of the same daemon. */
const MEASURE_MS = 10_000;

const haCf = (peer: number): string => `keepalive 100ms
warntime 500ms
deadtime 1
initdead 10
bcast eth0
mcast eth1 225.0.0.1 694 1 0
ucast eth2 10.2.0.${peer}
`;

interface Measured {
  /** Per cent of one core. */
  readonly processor: number;
  readonly memory: number;
}

const measure = async (implementation: Implementation): Promise<Measured> => {
  process.stderr.write(`idle: ${implementation}, ${(SETTLE_MS + RUNS * MEASURE_MS) / 1000} s\n`);
  return withPair(
    {
      implementations: [implementation, implementation],
      haCf,
      haresources: 'lb1 IPaddr2::10.0.0.100/24/eth0\n',
      networks: 3,
    },
    async ({ nodes: [one], start }) => {
      await start();
      await pause(SETTLE_MS);
      const measured: Measured[] = [];
      while (measured.length < RUNS) {
        const before = await cost(one.host);
        await pause(MEASURE_MS);
        const after = await cost(one.host);
        measured.push({ processor: processorShare(before, after), memory: after.memory });
      }
      return medians(measured, ['processor', 'memory']);
    },
  );
};

export const run = async (): Promise<readonly BenchRow[]> => {
  const ours = await measure('ours');
  const genuine = await measure('genuine');
  const about = 'idle, keepalive 100ms, three links';
  return [
    { what: `${about}: processor`, unit: '%', ours: ours.processor, genuine: genuine.processor, budget: 1.5 },
    { what: `${about}: resident memory`, unit: 'MiB', ours: ours.memory, genuine: genuine.memory, budget: 75 },
  ];
};
