/** What the flight recorder costs: the packets of a pair with keepalive 100ms on three links, recorded and written. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_SUITE } from '../../lib/config/suite.js';
import { createFlightRecorder } from '../../lib/flight/wiring/flight-recorder.js';
import { openRingFiles } from '../../lib/flight/wiring/ring-files.js';
import type { ClusterEffect, ClusterEvent } from '../../lib/heartbeat/cluster/interface.js';
import { clusterMachine } from '../../lib/heartbeat/cluster/machine.js';
import { ourHost } from '../../lib/rehearsal/host.js';
import { Simulation } from '../../lib/rehearsal/simulation.js';
import { millis, type Now } from '../../lib/time.js';
import { medians, RUNS } from './repeat.js';
import type { BenchRow } from './row.js';

/** Seconds of the cluster's time that are recorded in each run. */
const SECONDS = 600;
/** What is recorded of each second, so that the disk gets its share of the time. */
const PER_TURN = 200;
/** Smaller than in a daemon, so that most of it is in complete files, which are packed. */
const SIZE = 2 << 20;
const DEFAULT = DEFAULT_SUITE.recorder.size;

interface Step {
  readonly event: ClusterEvent;
  readonly now: Now;
  readonly effects: readonly ClusterEffect[];
  readonly after: unknown;
}

/** What one node is told in that time, and what it decides. */
const steps = (): readonly Step[] => {
  const all: Step[] = [];
  const simulation = new Simulation({
    ...{ seed: 1, links: ['eth0', 'eth1', 'eth2'], records: false },
    settings: { keepalive: millis(100), warntime: millis(500), deadtime: millis(1000) },
    hosts: {
      lb1: (settings, born) => {
        let state = clusterMachine.create(settings, born);
        return {
          ...ourHost(settings, born),
          step: (event, now) => {
            const { state: after, effects } = clusterMachine.step(state, event, now);
            state = after;
            all.push({ event, now, effects, after });
            return effects;
          },
          wakeAt: () => clusterMachine.wakeAt(state),
          view: () => clusterMachine.view(state),
        };
      },
    },
  });
  for (const name of ['lb1', 'lb2']) simulation.start(name);
  simulation.run(SECONDS * 1000, () => {});
  return all;
};

const seconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;

const measure = async (recorded: readonly Step[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-flight-'));
  try {
    const files = openRingFiles(folder, SIZE);
    const recorder = createFlightRecorder({ node: 'lb1', pid: 1, files, place: folder, log: () => {} });
    const before = process.cpuUsage();
    const [first] = recorded;
    if (first !== undefined) recorder.begin(first.after, first.now);
    let inLoop = 0;
    for (let from = 0; from < recorded.length; from += PER_TURN) {
      const begun = performance.now();
      for (const { event, now, effects, after } of recorded.slice(from, from + PER_TURN))
        recorder.step(event, now, effects, after);
      inLoop += performance.now() - begun;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await recorder.close();
    const processor = seconds(process.cpuUsage(before));
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    return {
      event: (1000 * inLoop) / recorded.length,
      processor: (100 * processor) / SECONDS,
      hours: DEFAULT / (bytes / SECONDS) / 3600,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

export const run = async (): Promise<readonly BenchRow[]> => {
  const recorded = steps();
  await measure(recorded);
  const runs = [];
  while (runs.length < RUNS) runs.push(await measure(recorded));
  const { event, processor, hours } = medians(runs, ['event', 'processor', 'hours']);
  const about = `flight recorder, keepalive 100ms, three links, ${Math.round(recorded.length / SECONDS)} events a second`;
  const row = { genuine: undefined, budget: undefined };
  return [
    { ...row, what: `${about}: in the event loop`, unit: 'us/event', ours: event },
    { ...row, what: `${about}: processor, with writing and packing`, unit: '%', ours: processor, budget: 1 },
    { ...row, what: `${about}: what the default size holds`, unit: 'h', ours: hours },
  ];
};
