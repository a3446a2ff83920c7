/** How fast ldirectord notices that many real servers fall silent at once: ours and the genuine one in the same run. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createHost, type Host } from '../../lib/lab/host.js';
import { until } from '../../lib/lab/until.js';
import { seconds } from '../../lib/time.js';
import { command, projectRoot } from '../support/paths.js';
import { type BenchRow, printRows } from './row.js';

interface Field {
  readonly virtuals: number;
  readonly realsEach: number;
  /** How many of each virtual's reals fall silent. */
  readonly silentEach: number;
  readonly checktype: 'connect' | 'negotiate';
}

interface Measured {
  /** From the start command to the complete table, in seconds. */
  readonly programmed: number;
  /** From the silence to the last removal, in seconds. */
  readonly noticed: number;
  /** Of one processor in the steady state, in per cent; the programs it starts are not counted. */
  readonly load: number;
  /** Resident memory in MiB. */
  readonly memory: number;
  /** `ldirectord x.cf status`, median in milliseconds. */
  readonly status: number;
}

const real = (virtual: number, index: number): string => `10.2.${virtual}.${index}`;
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

const config = ({ virtuals, realsEach, checktype }: Field): string =>
  [
    'checktimeout=2',
    'checkinterval=1',
    ...range(virtuals).flatMap((virtual) => [
      `virtual=10.1.0.${virtual}:80`,
      ...range(realsEach).map((index) => `    real=${real(virtual, index)}:80 masq`),
      '    service=http',
      `    checktype=${checktype}`,
      '    request="/"',
      '    receive="Test Page"',
      '',
    ]),
  ].join('\n');

const WEB_SERVER = `
require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  socket.once('data', () => socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\nConnection: close\\r\\n\\r\\nTest Page'));
}).listen({ port: 80, host: '0.0.0.0', backlog: 4096 });
`;

const ENVIRONMENT = { HA_SUITE_IPVS_ENGINE: 'kernel', TZ: 'UTC' };

const prepare = async (host: Host, field: Field): Promise<void> => {
  const script = `
set -eu
ip route add local 10.2.0.0/16 dev lo
sysctl -qw net.core.somaxconn=4096 || true
mkdir -p /etc/ha.d /run/fake-ipvsadm
nft add table inet servers
nft add chain inet servers input '{ type filter hook input priority 0; }'
nft add set inet servers silent '{ type ipv4_addr; }'
nft add rule inet servers input ip daddr @silent tcp dport 80 drop
`;
  await host.get(['sh', '-c', script]);
  await host.get(['mount', '--bind', join(projectRoot, 'test/support/fake-ipvsadm.pl'), '/usr/sbin/ipvsadm']);
  await host.write('/etc/ha.d/bench.cf', config(field));
  host.start([process.execPath, '-e', WEB_SERVER]);
  const listens = async (): Promise<boolean> =>
    (await host.run(['bash', '-c', 'exec 3<>/dev/tcp/10.2.1.1/80'])).code === 0;
  await until('the web server', listens, seconds(10));
};

/** Lines of the fake ipvsadm's log: when, and what. */
const changes = async (host: Host): Promise<readonly { readonly at: number; readonly what: string }[]> =>
  (await host.read('/run/fake-ipvsadm/log'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ at: Number(line.split(' ')[0]), what: line.split(' ').slice(2).join(' ') }));

const jiffies = async (host: Host, pid: string): Promise<number> => {
  const fields = (await host.read(`/proc/${pid}/stat`)).replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const measure = async (host: Host, program: readonly string[], field: Field): Promise<Measured> => {
  const ldirectord = (...words: readonly string[]) =>
    host.run([...program, 'bench.cf', ...words], { env: ENVIRONMENT });
  const inTable = async (): Promise<number> =>
    (await host.read('/run/fake-ipvsadm/table')).split('\n').filter((line) => line.startsWith('R')).length;
  const all = field.virtuals * field.realsEach;
  const silent = range(field.virtuals).flatMap((virtual) =>
    range(field.silentEach).map((index) => real(virtual, index)),
  );

  const begin = Date.now();
  await ldirectord('start');
  await until('the complete table', async () => (await inTable()) === all, 120_000, 100);
  const last = (await changes(host)).findLast(({ what }) => what.startsWith('-a'))?.at ?? Number.NaN;
  // The genuine start adds and removes everything once; the table is complete when nothing happens any more.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const pid = (await host.read('/run/ldirectord.bench.cf.pid')).trim();
  const before = await jiffies(host, pid);
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const load = (await jiffies(host, pid)) - before;
  const memory = Number(/VmRSS:\s+(\d+)/.exec(await host.read(`/proc/${pid}/status`))?.[1]) / 1024;

  const times: number[] = [];
  for (const _ of range(9)) {
    const start = performance.now();
    await ldirectord('status');
    times.push(performance.now() - start);
  }

  await host.get(['nft', 'add', 'element', 'inet', 'servers', 'silent', `{ ${silent.join(', ')} }`]);
  const hush = Date.now();
  await until('all silent ones noticed', async () => (await inTable()) === all - silent.length, 240_000, 100);
  const gone = (await changes(host)).findLast(({ what }) => what.startsWith('-d'))?.at ?? Number.NaN;
  await ldirectord('stop');
  const per = 5;
  return {
    programmed: (last - begin) / 1000,
    noticed: (gone - hush) / 1000,
    load: load / per,
    memory,
    status: median(times),
  };
};

const onHost = async (program: readonly string[], field: Field): Promise<Measured> => {
  const host = await createHost('bench');
  try {
    await prepare(host, field);
    return await measure(host, program, field);
  } finally {
    await host.close();
  }
};

const OURS = [process.execPath, command('ldirectord-ts')];
const GENUINE = ['/usr/sbin/ldirectord'];

/** 10x10 with connect checks beside the genuine program, and 100x10 with negotiate checks, ours only. */
export const run = async (): Promise<readonly BenchRow[]> => {
  const small: Field = { virtuals: 10, realsEach: 10, silentEach: 2, checktype: 'connect' };
  const large: Field = { virtuals: 100, realsEach: 10, silentEach: 1, checktype: 'negotiate' };
  const ours = await onHost(OURS, small);
  const genuine = await onHost(GENUINE, small);
  const big = await onHost(OURS, large);
  return [
    {
      what: 'ldirectord 10x10, 20 silent: last one out',
      unit: 's',
      ours: ours.noticed,
      genuine: genuine.noticed,
      budget: 3.3,
    },
    {
      what: 'ldirectord 10x10: table complete',
      unit: 's',
      ours: ours.programmed,
      genuine: genuine.programmed,
      budget: undefined,
    },
    {
      what: 'ldirectord 10x10: load in the steady state',
      unit: '%',
      ours: ours.load,
      genuine: genuine.load,
      budget: undefined,
    },
    { what: 'ldirectord 10x10: memory', unit: 'MiB', ours: ours.memory, genuine: genuine.memory, budget: 75 },
    { what: 'ldirectord x.cf status', unit: 'ms', ours: ours.status, genuine: genuine.status, budget: genuine.status },
    {
      what: 'ldirectord 100x10 negotiate: table complete',
      unit: 's',
      ours: big.programmed,
      genuine: undefined,
      budget: 2,
    },
    { what: 'ldirectord 100x10 negotiate: load', unit: '%', ours: big.load, genuine: undefined, budget: 35 },
    {
      what: 'ldirectord 100x10, 100 silent: last one out',
      unit: 's',
      ours: big.noticed,
      genuine: undefined,
      budget: 3.5,
    },
    { what: 'ldirectord 100x10: memory', unit: 'MiB', ours: big.memory, genuine: undefined, budget: undefined },
  ];
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(`${printRows(await run())}\n`);
