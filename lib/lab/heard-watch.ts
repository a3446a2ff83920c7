/** Watches on the switchboard which heartbeat packets really reach which host, after all that loses them on the way. */
import type { Host } from './host.js';
import { until } from './until.js';

/** A heartbeat packet that reached a host; `at` is wall clock in milliseconds. */
export interface HeardPacket {
  readonly at: number;
  readonly by: string;
  /** The address it came from. */
  readonly source: string;
}

export interface HeardWatch {
  readonly packets: () => readonly HeardPacket[];
  readonly stop: () => Promise<void>;
}

/** E.g. `1700000000.123456 lb1-eth0 Out IP 10.0.0.2.694 > 10.0.0.255.694: UDP, length 150`. */
const PACKET = /^(\d+\.\d+) (\S+)\s+\S+\s+IP (\d+\.\d+\.\d+\.\d+)\.\d+ > /;

/** What a line of tcpdump says; undefined when it is not about a packet. */
export const parseHeard = (
  line: string,
): { readonly at: number; readonly port: string; readonly source: string } | undefined => {
  const [, at, port, source] = PACKET.exec(line) ?? [];
  return at === undefined || port === undefined || source === undefined
    ? undefined
    : { at: Number(at) * 1000, port, source };
};

/** Starts watching the cables of hosts that are plugged into one lab. */
export const watchHeard = async (hosts: readonly Host[]): Promise<HeardWatch> => {
  const switchboard = hosts[0]?.plugs[0]?.switchboard;
  if (switchboard === undefined) throw new Error('a host without any interface cannot be watched');
  const ports = new Map(hosts.flatMap((host) => host.plugs.map(({ port }) => [port, host.name] as const)));
  const packets: HeardPacket[] = [];
  // What a port sends is what its host receives; rules that drop packets there come before this tap.
  const sniffer = switchboard.start([
    // As root: a program that changes its user would outlive a lab that is killed (prctl(2), PR_SET_PDEATHSIG).
    ...['tcpdump', '-Z', 'root', '-l', '-n', '-tt', '-q', '--immediate-mode', '-i', 'any', '-Q', 'out'],
    'udp dst port 694',
  ]);
  let listening = false;
  sniffer.onLine((line) => {
    if (line.includes('listening on')) listening = true;
    const packet = parseHeard(line);
    const by = ports.get(packet?.port ?? '');
    if (packet !== undefined && by !== undefined) packets.push({ at: packet.at, by, source: packet.source });
  });
  await until('tcpdump listens', () => listening, 10_000);
  return { packets: () => packets, stop: () => sniffer.stop('SIGKILL') };
};
