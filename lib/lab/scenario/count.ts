/**
 * Numbered messages through a daemon's FIFO, and the script on the other side that writes down what arrived.
 *
 * A message type of our own with an rc.d script of that name runs it for every message (heartbeat reference 2.7).
 */
import type { Host } from '../host.js';

/** The type of the messages. */
export const COUNTED = 'lab_count';
const ARRIVED = '/run/lab-count';

const SCRIPT = `#!/bin/sh
echo "$HA_src $HA_number" >>${ARRIVED}
`;

/** rc.d is read once by the daemon: this must be there before it starts. */
export const installCounter = async (host: Host): Promise<void> => {
  await host.write(`/etc/ha.d/rc.d/${COUNTED}`, SCRIPT, '755');
};

/** Sends `total` messages numbered from 1, one every `interval` milliseconds; resolves when the last one is written. */
export const sendNumbers = async (host: Host, total: number, interval: number): Promise<void> => {
  const script = `n=1; while [ $n -le ${total} ]; do
    printf '>>>\\nt=${COUNTED}\\nnumber=%d\\n<<<\\n' $n >/var/lib/heartbeat/fifo
    n=$((n+1)); sleep ${interval / 1000}
  done`;
  const child = host.start(['sh', '-c', script]);
  const code = await child.exited;
  if (code !== 0) throw new Error(`${host.name}: the numbered messages could not be sent (${code})`);
};

/** The numbers that arrived on a host, by the node that sent them, in the order of arrival. */
export const arrivedNumbers = async (host: Host): Promise<ReadonlyMap<string, readonly number[]>> => {
  const bySender = new Map<string, number[]>();
  for (const line of (await host.read(ARRIVED)).split('\n')) {
    const [sender = '', number] = line.split(' ');
    if (number === undefined) continue;
    const numbers = bySender.get(sender) ?? [];
    numbers.push(Number(number));
    bySender.set(sender, numbers);
  }
  return bySender;
};

/** What is wrong with numbers that should be 1 to `total`, each exactly once; empty when nothing is. Pure. */
export const countingErrors = (arrived: readonly number[], total: number): readonly string[] => {
  const times = new Map<number, number>();
  for (const number of arrived) times.set(number, (times.get(number) ?? 0) + 1);
  const wanted = Array.from({ length: total }, (_, index) => index + 1);
  const list = (text: string, numbers: readonly number[]): readonly string[] =>
    numbers.length === 0 ? [] : [`${text}: ${numbers.join(' ')}`];
  return [
    ...list(
      'never arrived',
      wanted.filter((number) => !times.has(number)),
    ),
    ...list(
      'arrived more than once',
      wanted.filter((number) => (times.get(number) ?? 0) > 1),
    ),
    ...list(
      'nobody sent',
      [...times.keys()].filter((number) => !wanted.includes(number)),
    ),
  ];
};
