/** Clients that ask addresses for an echo every few milliseconds and see by the hardware address which host answers. */
import type { Host } from './host.js';
import { until } from './until.js';

/** An answer that a client got; `at` is wall clock in milliseconds. */
export interface Answer {
  readonly at: number;
  readonly host: string;
}

export interface AnswerWatch {
  /** All answers of an address so far, ascending. */
  readonly answers: (address: string) => readonly Answer[];
  readonly stop: () => Promise<void>;
}

/** E.g. `1700000000.123456 02:… > 02:…, ethertype IPv4 (0x0800), length 98: 10.0.0.100 > 10.0.0.9: ICMP echo reply, …`. */
const REPLY = /^(\d+\.\d+) ([0-9a-f:]{17}) > .*? ([0-9.]+) > [0-9.]+: ICMP echo reply/;

/** What a line of tcpdump says; undefined when it is not about an answer. */
export const parseReply = (
  line: string,
): { readonly at: number; readonly sender: string; readonly address: string } | undefined => {
  const [, at, sender, address] = REPLY.exec(line) ?? [];
  if (at === undefined || sender === undefined || address === undefined) return undefined;
  return { at: Number(at) * 1000, sender, address };
};

/** The hardware address of a host's interface. */
export const hardwareAddress = async (host: Host, device: string): Promise<string> =>
  (await host.get(['cat', `/sys/class/net/${device}/address`])).trim();

/** Starts asking from `client`, which reaches the hosts through its and their `eth0`; `interval` in milliseconds. */
export const watchAnswers = async (
  client: Host,
  hosts: readonly Host[],
  addresses: readonly string[],
  interval = 20,
): Promise<AnswerWatch> => {
  const names = new Map<string, string>();
  for (const host of hosts) names.set(await hardwareAddress(host, 'eth0'), host.name);
  const answers = new Map(addresses.map((address): [string, Answer[]] => [address, []]));
  const sniffer = client.start([
    ...['tcpdump', '-l', '-n', '-tt', '-e', '--immediate-mode', '-i', 'eth0'],
    'icmp[icmptype] == icmp-echoreply',
  ]);
  let listening = false;
  sniffer.onLine((line) => {
    if (line.includes('listening on')) listening = true;
    const reply = parseReply(line);
    if (reply === undefined) return;
    answers.get(reply.address)?.push({ at: reply.at, host: names.get(reply.sender) ?? reply.sender });
  });
  await until('tcpdump listens', () => listening, 10_000);
  const probers = addresses.map((address) =>
    client.start(['ping', '-n', '-q', '-i', String(interval / 1000), address]),
  );
  return {
    answers: (address) => answers.get(address) ?? [],
    stop: async () => {
      await Promise.all([...probers, sniffer].map((program) => program.stop('SIGKILL')));
    },
  };
};
