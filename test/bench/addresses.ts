/** Fifty addresses in one group: from "is dead" until each is announced and answers. */
import type { Implementation } from '../../lib/lab/heartbeat-node.js';
import type { Host } from '../../lib/lab/host.js';
import { startPingProber } from '../../lib/lab/ping-prober.js';
import { until } from '../../lib/lab/until.js';
import { withPair } from './pair.js';
import { medians, pause, repeated } from './repeat.js';
import type { BenchRow } from './row.js';
import { captureTimes } from './wire-times.js';

const COUNT = 50;
const DEADTIME = 1000;
/** Each address is asked this often: the figures are late by up to that much. */
const PROBE_MS = 10;
/** A genuine node asks the others for 2 s more patience in its first 5 s (heartbeat reference 5.3). */
const FIRST_LIFE_MS = 6000;
/** Fifty starts of the genuine agent take a while. */
const LIMIT_MS = 60_000;

const haCf = (): string => `keepalive 200ms
warntime 500ms
deadtime 1
initdead 10
bcast eth0
auto_failback on
`;

const addressesOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `10.0.0.${101 + index}`);

/** All in milliseconds, counted from the instant lb1 is declared dead. */
interface Measured {
  readonly firstAnnounced: number;
  readonly lastAnnounced: number;
  readonly lastAnswers: number;
}

/** When a genuine daemon wrote that lb1 is dead, to a few milliseconds: its log has whole seconds only. */
const watchDeath = (host: Host): (() => number | undefined) => {
  let at: number | undefined;
  host.start(['tail', '-n', '0', '-F', '/var/log/ha-log']).onLine((line) => {
    if (line.includes('node lb1: is dead')) at ??= Date.now();
  });
  return () => at;
};

const measure = async (implementation: Implementation, count: number): Promise<Measured> => {
  const addresses = addressesOf(count);
  const resources = addresses.map((address) => `IPaddr2::${address}/24/eth0`).join(' ');
  return withPair(
    { implementations: [implementation, implementation], haCf, haresources: `lb1 ${resources}\n` },
    async ({ nodes: [one, two], client, start, settled }) => {
      await start();
      const isUp = async (): Promise<boolean> => {
        const listing = await one.host.get(['ip', '-o', 'address', 'show']);
        return addresses.every((address) => listing.includes(` ${address}/`));
      };
      await until('lb1 has all addresses', isUp, LIMIT_MS, 200);
      await settled();
      await pause(FIRST_LIFE_MS);
      const wire = await captureTimes(client);
      const died = watchDeath(two.host);
      await pause(1000);
      await one.host.link('eth0').cut();
      const cutAt = Date.now();
      const probers = addresses.map((address) => startPingProber(client, address, PROBE_MS));
      const answered = (): readonly (number | undefined)[] => probers.map((prober) => prober.firstAfter(cutAt + 50));
      await until('all addresses answer', () => answered().every((at) => at !== undefined), LIMIT_MS);
      await pause(300);
      const last = wire.statuses('10.0.0.1').findLast((at) => at <= cutAt) ?? Number.NaN;
      // Our log is written when the work is done, so that no take-over waits for it; what we know is when deadtime was over.
      const dead = implementation === 'ours' ? last + DEADTIME : (died() ?? Number.NaN);
      const announced = addresses.map((address) => wire.announced(address, cutAt) ?? Number.NaN);
      return {
        firstAnnounced: Math.min(...announced) - dead,
        lastAnnounced: Math.max(...announced) - dead,
        lastAnswers: Math.max(...answered().map((at) => at ?? Number.NaN)) - dead,
      };
    },
  );
};

const KEYS = ['firstAnnounced', 'lastAnnounced', 'lastAnswers'] as const;

/** One run after the other: fifty probers and fifty starts of the genuine agent leave nothing for a second one. */
export const figures = async (implementation: Implementation, count: number, width: number) =>
  medians(await repeated(`addresses: ${count}, ${implementation}`, width, () => measure(implementation, count)), KEYS);

export const run = async (): Promise<readonly BenchRow[]> => {
  const [oursOne, genuineOne] = [await figures('ours', 1, 3), await figures('genuine', 1, 3)];
  const [ours, genuine] = [await figures('ours', COUNT, 1), await figures('genuine', COUNT, 1)];
  return [
    {
      what: '"dead" -> first gratuitous ARP, one address',
      unit: 'ms',
      ours: oursOne.firstAnnounced,
      genuine: genuineOne.firstAnnounced,
      budget: 25,
    },
    {
      what: `"dead" -> first gratuitous ARP of ${COUNT} addresses`,
      unit: 'ms',
      ours: ours.firstAnnounced,
      genuine: genuine.firstAnnounced,
      budget: undefined,
    },
    {
      what: `"dead" -> all ${COUNT} addresses announced`,
      unit: 'ms',
      ours: ours.lastAnnounced,
      genuine: genuine.lastAnnounced,
      budget: undefined,
    },
    {
      what: `"dead" -> all ${COUNT} addresses answer`,
      unit: 'ms',
      ours: ours.lastAnswers,
      genuine: genuine.lastAnswers,
      budget: 150,
    },
  ];
};
