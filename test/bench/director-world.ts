/** A host on which ldirectord is measured: thousands of real servers that are one cheap process, and a stand-in for ipvsadm. */
import { join } from 'node:path';
import { createHost, type Host } from '../../lib/lab/host.js';
import { until } from '../../lib/lab/until.js';
import { millis, seconds } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';

/** A configuration of equal virtuals with equal reals. Times in seconds. */
export interface Field {
  readonly virtuals: number;
  readonly realsEach: number;
  readonly checktype: 'connect' | 'negotiate';
  readonly checkinterval: number;
  readonly checktimeout: number;
}

export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

export const real = (virtual: number, index: number): string => `10.2.${virtual}.${index}`;

export const config = ({ virtuals, realsEach, checktype, checkinterval, checktimeout }: Field): string =>
  [
    `checktimeout=${checktimeout}`,
    `negotiatetimeout=${checktimeout}`,
    `checkinterval=${checkinterval}`,
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

/** One listener for all addresses: the servers must not be what is measured. */
const WEB_SERVER = `
require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  socket.once('data', () => socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\nConnection: close\\r\\n\\r\\nTest Page'));
}).listen({ port: 80, host: '0.0.0.0', backlog: 4096 });
`;

const SETUP = `
set -eu
ip route add local 10.2.0.0/16 dev lo
sysctl -qw net.core.somaxconn=4096 || true
mkdir -p /etc/ha.d /run/fake-ipvsadm
nft add table inet servers
nft add chain inet servers input '{ type filter hook input priority 0; }'
nft add set inet servers silent '{ type ipv4_addr; }'
nft add set inet servers refused '{ type ipv4_addr; }'
nft add rule inet servers input ip daddr @silent tcp dport 80 drop
nft add rule inet servers input ip daddr @refused tcp dport 80 reject with tcp reset
`;

export const CONFIG = '/etc/ha.d/bench.cf';

/** What ipvsadm was asked to change. */
export interface TableChange {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** The words, `-a -t …`. */
  readonly what: string;
}

export interface DirectorWorld {
  readonly host: Host;
  /** All changes of the table so far. */
  readonly changes: () => Promise<readonly TableChange[]>;
  /** How many reals the table has. */
  readonly inTable: () => Promise<number>;
  /** Lets servers fall silent, or refuse, from now on. */
  readonly fail: (how: 'silent' | 'refused', addresses: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Makes the host with its servers; ldirectord is not started. */
export const createDirectorWorld = async (name: string, text: string): Promise<DirectorWorld> => {
  const host = await createHost(name);
  try {
    await host.get(['sh', '-c', SETUP]);
    await host.get(['mount', '--bind', join(projectRoot, 'test/support/fake-ipvsadm.pl'), '/usr/sbin/ipvsadm']);
    await host.write(CONFIG, text);
    host.start([process.execPath, '-e', WEB_SERVER]);
    const listens = async (): Promise<boolean> =>
      (await host.run(['bash', '-c', 'exec 3<>/dev/tcp/10.2.1.1/80'])).code === 0;
    await until('the web server', listens, seconds(60), 100);
  } catch (error) {
    await host.close();
    throw error;
  }
  return {
    host,
    changes: async () =>
      (await host.read('/run/fake-ipvsadm/log'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => ({ at: Number(line.split(' ')[0]), what: line.split(' ').slice(2).join(' ') })),
    inTable: async () => Number((await host.run(['grep', '-c', '^R', '/run/fake-ipvsadm/table'])).stdout),
    fail: async (how, addresses) => {
      const elements = `add element inet servers ${how} { ${addresses.join(', ')} }\n`;
      await host.get(['nft', '-f', '-'], { input: elements, timeout: millis(60_000) });
    },
    close: host.close,
  };
};
