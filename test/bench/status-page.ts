/** Heartbeats of a node whose status page is watched by fifty and scraped a hundred times a second. */
import { join } from 'node:path';
import { until } from '../../lib/lab/until.js';
import { millis } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';
import { cost, processorShare } from './cost.js';
import type { PageLoad } from './page-load.js';
import { withPair } from './pair.js';
import { pause } from './repeat.js';
import type { BenchRow } from './row.js';
import { captureTimes, longestInterval } from './wire-times.js';

const SECONDS = 20;
const WATCHERS = 50;
const RATE = 100;
const SETTLE_MS = 6000;
const KEEPALIVE = 200;
/** A heartbeat that comes later than half an interval after its time is late. */
const LATE = KEEPALIVE * 1.5;
const ORIGIN = 'http://127.0.0.1:8694';

const haCf = (): string => `keepalive ${KEEPALIVE}ms
warntime 500ms
deadtime 1
initdead 10
bcast eth0
auto_failback on
`;

interface Measured {
  /** Longest time between two own heartbeats, in milliseconds. */
  readonly interval: number;
  /** Of the daemon, per cent of one core. */
  readonly processor: number;
}

const measure = async (): Promise<{ before: Measured; watched: Measured; load: PageLoad }> =>
  withPair(
    { implementations: ['ours', 'ours'], haCf, haresources: 'lb1 IPaddr2::10.0.0.100/24/eth0\n' },
    async ({ nodes: [one], client, start }) => {
      const { host } = one;
      await host.write('/etc/ha.d/ha-suite.ini', '[status]\nlisten = 127.0.0.1:8694\n');
      await start();
      const fetch = `fetch('${ORIGIN}/healthz').then((got) => process.exit(got.ok ? 0 : 1), () => process.exit(1))`;
      const answers = async (): Promise<boolean> => (await host.run([process.execPath, '-e', fetch])).code === 0;
      await until('the page answers', answers, 30_000, 300);
      await pause(SETTLE_MS);
      const wire = await captureTimes(client);
      const during = async <T>(work: () => Promise<T>): Promise<readonly [Measured, T]> => {
        const from = Date.now();
        const costBefore = await cost(host);
        const result = await work();
        const processor = processorShare(costBefore, await cost(host));
        const to = Date.now();
        const times = wire.statuses('10.0.0.1').filter((at) => at >= from && at <= to);
        return [{ interval: longestInterval([from, ...times, to]), processor }, result];
      };
      process.stderr.write(`status-page: nobody looks, ${SECONDS} s\n`);
      const [before] = await during(() => pause(SECONDS * 1000));
      process.stderr.write(`status-page: ${WATCHERS} watchers, ${RATE} scrapes a second, ${SECONDS} s\n`);
      const program = join(projectRoot, 'dist', 'build', 'test', 'bench', 'page-load.js');
      const words = [process.execPath, program, ORIGIN, ...[SECONDS, WATCHERS, RATE].map(String)];
      const [watched, text] = await during(() => host.get(words, { timeout: millis(120_000) }));
      await wire.stop();
      return { before, watched, load: JSON.parse(text) as PageLoad };
    },
  );

export const run = async (): Promise<readonly BenchRow[]> => {
  const { before, watched, load } = await measure();
  const row = (what: string, unit: string, ours: number, budget?: number): BenchRow => ({
    ...{ what: `status page: ${what}`, unit, ours, genuine: undefined, budget },
  });
  return [
    row('longest heartbeat interval, nobody looks', 'ms', before.interval, LATE),
    row('longest heartbeat interval, 50 watch, 100 scrapes/s', 'ms', watched.interval, LATE),
    row('processor of heartbeat, nobody looks', '%', before.processor),
    row('processor of heartbeat, 50 watch, 100 scrapes/s', '%', watched.processor),
    row('scrapes answered', '/s', load.scrapes / SECONDS),
    row('scrapes failed', '', load.failed, 0),
    row('a scrape, median', 'ms', load.median),
    row('a scrape, slowest', 'ms', load.slowest),
    row('news to watchers', '/s', load.news / SECONDS),
  ];
};
