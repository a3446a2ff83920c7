/** When packets of interest were on the wire, by the capturing kernel's own stamp. */
import type { Host } from '../../lib/lab/host.js';
import { until } from '../../lib/lab/until.js';

export interface WireTimes {
  /** Wall-clock milliseconds of the status messages that this director sent, ascending. */
  readonly statuses: (source: string) => readonly number[];
  /** When an address was first announced (gratuitous ARP) after an instant. */
  readonly announced: (address: string, after: number) => number | undefined;
  readonly stop: () => Promise<void>;
}

/** A signed status in netstring form starts `###`, `11:(0)t=status,`: "stat" stands 12 bytes into the payload. */
const STATUS = 'udp dst port 694 and udp[20:4] = 0x73746174 and (src 10.0.0.1 or src 10.0.0.2)';
/** A packet that tells about its own sender. */
const ARP = 'arp and arp[14:4] = arp[24:4]';

/** Listens on a host that is plugged into the network; resolves when the capture runs. */
export const captureTimes = async (host: Host, device = 'eth0'): Promise<WireTimes> => {
  const statuses = new Map<string, number[]>();
  const announcements = new Map<string, number[]>();
  const note = (into: Map<string, number[]>, key: string, at: number): void => {
    const known = into.get(key);
    if (known === undefined) into.set(key, [at]);
    else known.push(at);
  };
  let listening = false;
  // Immediate, or lines would wait for a second; short, or its buffer would hold eight packets only.
  const tcpdump = host.start([
    'tcpdump',
    '--immediate-mode',
    '-s',
    '128',
    '-ttnlqi',
    device,
    `(${STATUS}) or (${ARP})`,
  ]);
  tcpdump.onLine((line) => {
    if (line.startsWith('listening on')) listening = true;
    const at = Number(line.split(' ', 1)[0]) * 1000;
    const [, source] = / IP (\d+\.\d+\.\d+\.\d+)\.\d+ > /.exec(line) ?? [];
    if (source !== undefined) note(statuses, source, at);
    const [, address] = / ARP, (?:Request who-has|Reply) (\d+\.\d+\.\d+\.\d+) /.exec(line) ?? [];
    if (address !== undefined) note(announcements, address, at);
  });
  await until('the capture runs', () => listening, 10_000);
  return {
    statuses: (source) => statuses.get(source) ?? [],
    announced: (address, after) => announcements.get(address)?.find((at) => at > after),
    stop: () => tcpdump.stop('SIGTERM'),
  };
};

/** The longest time between two neighbours, in milliseconds; 0 for fewer than two. */
export const longestInterval = (times: readonly number[]): number =>
  times.slice(1).reduce((longest, at, index) => Math.max(longest, at - (times[index] ?? at)), 0);
