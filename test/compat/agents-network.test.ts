/**
 * The network agents beside the genuine ones of resource-agents, each side in a machine of its own and all calls at once:
 * exit codes, last lines, addresses, routes and rules after every step.
 */
import { join } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { millis } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';

type Agent = 'IPaddr' | 'IPaddr2' | 'IPv6addr' | 'IPsrcaddr' | 'SendArp' | 'portblock' | 'ldirectord';

interface Case {
  readonly agent: Agent;
  readonly args: readonly string[];
  /** Default: a whole life. */
  readonly verbs?: readonly string[];
  /** Shell commands before and after. */
  readonly before?: string;
  readonly after?: string;
  /** What is printed after each start and stop. */
  readonly look?: string;
  /** Lines that are different here on purpose, by what the genuine agent prints (docs/differences.md). */
  readonly differs?: Readonly<Record<string, string>>;
}

/** Cases that follow one another; lanes run side by side. */
type Lane = readonly Case[];

const SHORT = ['start', 'status', 'stop'];
const LIFE = ['status', 'start', 'status', 'start', 'stop', 'status', 'stop'];
const ADDRESSES6 = "ip -o -6 addr show scope global | awk '{print $2, $4}' | grep";
const ROUTES = 'ip route show | sed "s/ *$//"';
const RULES = 'iptables -S INPUT';

const six = (argument: string, pattern: string, more: Partial<Case> = {}): Case => ({
  ...{ agent: 'IPv6addr', args: [argument], look: `${ADDRESSES6} '${pattern}'`, ...more },
});
const source = (argument: string, more: Partial<Case> = {}): Case => ({
  ...{ agent: 'IPsrcaddr', args: [argument], look: ROUTES, ...more },
});
const ports = (words: string, more: Partial<Case> = {}): Case => ({
  ...{ agent: 'portblock', args: words.split(' '), look: RULES, ...more },
});

/** Calls that are wrong in themselves: no verb, a verb that there is not, too few or too many words. */
const MISUSE: Lane = (['IPaddr', 'IPaddr2', 'IPv6addr', 'IPsrcaddr', 'SendArp', 'portblock'] as const).flatMap(
  (agent) => {
    const args = agent === 'portblock' ? ['tcp', '80', 'block'] : ['10.0.2.99'];
    return [
      { agent, args: [], verbs: ['', 'start'] },
      { agent, args, verbs: ['dance'] },
      { agent, args: [...args, 'more'], verbs: ['start', 'status'] },
    ];
  },
);

const STOP_OF_NOTHING = {
  'stop: 2 ERROR:  Illegal argument': 'stop: 0 INFO:  Success',
};

/** The genuine wrapper ends before it says so. */
const SILENT = { 'status: 7': 'status: 7 INFO:  Resource is stopped' };

/** The genuine one starts what it cannot start, goes by that, and then cannot stop it. */
const NEVER_STARTED = (code: string): Readonly<Record<string, string>> => ({
  'status: 0 INFO:  Running OK': `status: ${code}`,
  'stop: 1 ERROR:  Generic error': 'stop: 0 INFO:  Success',
});

const LANES: Readonly<Record<string, Lane>> = {
  misuse: MISUSE,
  // There the genuine agent is ldirectord itself, with all its verbs.
  ldirectord: [
    {
      agent: 'ldirectord',
      args: ['absent.cf'],
      verbs: ['reload', 'try-restart', 'restart', 'start', 'stop'],
    },
    { agent: 'ldirectord', args: ['-v'], verbs: [''] },
  ],
  // One after the other: the genuine one takes any reply to a ping for that of its address, also one of another process.
  IPv6addr: [
    six('fd00:2::60/48', '::60/', { verbs: SHORT }),
    six('fd00:3::61/64/eth0', '::61/', { verbs: ['status'] }),
    six('fd00:9::62', '::62/', { verbs: SHORT }),
    six('nonsense', 'nonsense', { verbs: SHORT, differs: STOP_OF_NOTHING }),
    six('10.0.2.5', '10.0.2.5', { verbs: SHORT, differs: STOP_OF_NOTHING }),
    six('fd00:2::63/129', '::63/', { verbs: SHORT, differs: STOP_OF_NOTHING }),
    six('fd00:2::50', '::50/'),
    six('fd00:3::52/64/eth1', '::52/', { verbs: SHORT }),
    six('fd00:3::53//eth1', '::53/', { verbs: SHORT }),
    six('fd00:9::54/64/eth0', '::54/', { verbs: SHORT }),
  ],
  IPsrcaddr: [
    source('10.0.2.60', { verbs: ['status', 'start', 'status', 'start', 'stop', 'status'] }),
    // Once more, after a stop: then the default route prefers the interface's own address.
    source('10.0.2.60', { verbs: ['start', 'status', 'stop'] }),
    source('10.0.2.77', { verbs: SHORT }),
    source('127.0.0.1', { verbs: ['status', 'start'] }),
    source('10.0.2.61', { verbs: ['status', 'start'] }),
    source('nonsense', { verbs: ['status', 'start', 'stop'] }),
    source('10.0.2.60', {
      ...{ verbs: ['status', 'start'], before: 'ip route del default', after: 'ip route add default via 10.0.2.254' },
    }),
  ],
  SendArp: [
    { agent: 'SendArp', args: ['10.0.2.200/eth1'], verbs: LIFE, differs: SILENT },
    { agent: 'SendArp', args: ['10.0.2.201/eth1'], verbs: ['stop', 'start', 'start', 'status', 'stop'] },
  ],
  portblock: [
    ports('tcp 80 block', { verbs: ['status', 'start', 'status', 'stop', 'status', 'stop'] }),
    ports('udp 137,138 block', { verbs: ['start', 'start', 'status', 'stop'] }),
    ports('tcp 443 unblock', { verbs: ['status', 'start', 'status', 'stop', 'status'] }),
    ports('tcp 443 unblock', { verbs: ['start', 'status'] }),
    ports('tcp 8080 open', { verbs: ['start', 'status', 'stop'], differs: NEVER_STARTED('1 ERROR:  Generic error') }),
    ports('icmp 80 block', {
      verbs: ['start', 'status', 'stop'],
      differs: NEVER_STARTED('2 ERROR:  Illegal argument'),
    }),
    ports('tcp nonsense block', {
      verbs: ['start', 'status', 'stop'],
      differs: NEVER_STARTED('2 ERROR:  Illegal argument'),
    }),
  ],
};

/** Everything both sides have before the first call. */
const STAGE = `
  ip addr add 10.0.2.1/24 brd 10.0.2.255 dev eth0
  ip addr add 10.0.2.60/24 brd 10.0.2.255 dev eth0
  ip addr add 192.168.0.1/24 dev eth1
  ip addr add 10.0.2.61/32 dev lo
  ip addr add fd00:2::1/64 dev eth0 nodad
  ip addr add fd00:3::1/64 dev eth1 nodad
  ip route add default via 10.0.2.254
  mkdir -p /run/heartbeat/rsctmp /run/resource-agents /run/ours
  for agent in IPaddr IPaddr2 IPv6addr IPsrcaddr SendArp portblock ldirectord; do ln -s "$1/$agent.js" /run/ours/$agent; done
`;

/**
 * iptables(8) from 1.8.9 on lists protocols as numbers, in which the genuine portblock does not find its own rules: it then
 * adds one at each start and never takes one away. This is what it was written for.
 */
const OLD_IPTABLES = `#!/bin/sh
case " $* " in
  *' -L '*) /usr/sbin/iptables "$@" | sed 's/^DROP\\( *\\)6  /DROP\\1tcp/; s/^DROP\\( *\\)17 /DROP\\1udp/';;
  *) exec /usr/sbin/iptables "$@";;
esac
`;

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

/** One line for each call, then what there is to look at, indented. */
const script = (folder: string, lane: Lane): string =>
  lane
    .flatMap(({ agent, args, verbs = LIFE, before = '', after = '', look = ':' }) => [
      `echo "== ${[agent, ...args].join(' ')}"`,
      before,
      ...verbs.flatMap((verb) => [
        `output=$(${folder}/${agent} ${quoted(verb === '' ? args : [...args, verb])} 2>/dev/null); code=$?`,
        `echo "${verb}: $code $(echo "$output" | tail -n 1)"`,
        ...(verb === 'start' || verb === 'stop' ? [`{ ${look}; } 2>&1 | sed 's/^/  /'`] : []),
      ]),
      after,
    ])
    .join('\n');

/**
 * A machine without iptables(8): the ports are blocked with nft(8). A client is refused or waits, which the service alone would
 * not tell.
 */
const WITHOUT_IPTABLES = `
  mount --bind /dev/null "$(readlink -f /usr/sbin/iptables)"
  socat TCP-LISTEN:8099,fork,reuseaddr /dev/null & server=$!
  reach() { if timeout 2 socat -u /dev/null TCP:127.0.0.1:$1,connect-timeout=1 2>/dev/null; then echo reached; else echo not; fi; }
  until [ "$(reach 8099)" = reached ]; do sleep 0.1; done
  for verb in start status stop status; do
    output=$(/run/ours/portblock tcp 8000:8098,8099 block $verb); echo "$verb: $? $(echo "$output" | tail -n 1) $(reach 8099)"
  done
  kill $server
`;

let lab: Lab;
let machine: Host;
const said = new Map<string, Readonly<Record<'genuine' | 'ours', readonly string[]>>>();

const makeSide = async (name: 'genuine' | 'ours'): Promise<Host> => {
  const [front, back] = [await lab.network(`${name}-front`), await lab.network(`${name}-back`)];
  const host = await lab.host(name, {
    interfaces: [
      { device: 'eth0', network: front, addresses: [] },
      { device: 'eth1', network: back, addresses: [] },
    ],
  });
  await host.write('/run/iptables', OLD_IPTABLES, '755');
  await host.get(['sh', '-ec', STAGE, 'stage', join(projectRoot, 'dist', 'resource.d')]);
  return host;
};

const runLanes = async (host: Host, folder: string): Promise<ReadonlyMap<string, readonly string[]>> => {
  const env = {
    PATH: process.env.PATH ?? '',
    HA_LOGFILE: '/dev/null',
    HA_DEBUGLOG: '/dev/null',
    IPTABLES: '/run/iptables',
  };
  const results = await Promise.all(
    Object.entries(LANES).map(async ([name, lane]) => {
      const output = await host.get(['sh', '-c', script(folder, lane)], { timeout: millis(240_000), env });
      return [
        name,
        output
          .trimEnd()
          .split('\n')
          .map((line) => line.trimEnd()),
      ] as const;
    }),
  );
  return new Map(results);
};

beforeAll(async () => {
  lab = await createLab('agents-network');
  const [genuine, ours] = [await makeSide('genuine'), await makeSide('ours')];
  machine = ours;
  const [one, other] = await Promise.all([runLanes(genuine, '/etc/ha.d/resource.d'), runLanes(ours, '/run/ours')]);
  for (const name of Object.keys(LANES)) said.set(name, { genuine: one.get(name) ?? [], ours: other.get(name) ?? [] });
}, 300_000);
afterAll(() => lab?.close());

/** Usage lines name the arguments in other words: of wrong calls only the exit codes are compared. */
const codesOnly = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => (line.startsWith('== ') ? line : line.replace(/^(\S*: \d+).*$/, '$1')));

/** The genuine IPv6addr announces an address that cannot be used yet now and then, and says so without a newline. */
const NOISE = 'ERROR: bind() failed: Cannot assign requested address';

/** The genuine lines with the differences that are meant. */
const expected = (lane: Lane, lines: readonly string[]): readonly string[] => {
  let at = -1;
  return lines.map((printed) => {
    const line = printed.replaceAll(NOISE, '');
    if (line.startsWith('== ')) at += 1;
    return lane[at]?.differs?.[line] ?? line;
  });
};

test.each(Object.keys(LANES))('%s', (name) => {
  const { genuine, ours } = said.get(name) ?? { genuine: [], ours: [] };
  const lane = LANES[name] ?? [];
  expect(genuine.filter((line) => line.startsWith('== '))).toHaveLength(lane.length);
  const [is, shouldBe] = [ours, expected(lane, genuine)];
  if (name === 'misuse' || name === 'ldirectord') expect(codesOnly(is)).toEqual(codesOnly(shouldBe));
  else expect(is).toEqual(shouldBe);
});

test('portblock without iptables', async () => {
  const output = await machine.get(['sh', '-c', WITHOUT_IPTABLES], { timeout: millis(60_000) });
  expect(output.trim().split('\n')).toEqual([
    'start: 0 INFO:  Success not',
    'status: 0 INFO:  Running OK not',
    'stop: 0 INFO:  Success reached',
    'status: 7 INFO:  Resource is stopped reached',
  ]);
}, 90_000);
