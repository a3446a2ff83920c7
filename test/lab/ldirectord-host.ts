/** A host with web servers on its own addresses and a stand-in for ipvsadm, to run ldirectord-ts in. */
import { join } from 'node:path';
import { createHost, type Host } from '../../lib/lab/host.js';
import type { Running } from '../../lib/lab/inside.js';
import { until } from '../../lib/lab/until.js';
import type { ExecResult } from '../../lib/platform/exec.js';
import { seconds } from '../../lib/time.js';
import { command, projectRoot } from '../support/paths.js';

export interface DirectorHost {
  readonly host: Host;
  /** The script of ldirectord-ts. */
  readonly program: string;
  /** Runs ldirectord-ts inside; `cwd` as for the genuine recordings. */
  readonly run: (args: readonly string[], cwd?: string) => Promise<ExecResult>;
  /** Starts it inside, to go on running. */
  readonly start: (args: readonly string[]) => Running;
  readonly shell: (script: string) => Promise<ExecResult>;
  /** How a server behaves from now on: `up`, `refused` or `silent`. */
  readonly server: (address: string, state: 'up' | 'refused' | 'silent') => Promise<void>;
  /** The table as `ipvsadm -S -n` prints it, one rule for each entry. */
  readonly table: () => Promise<readonly string[]>;
  /** All changes so far as ipvsadm got them. */
  readonly changes: () => Promise<readonly string[]>;
  readonly log: (path?: string) => Promise<readonly string[]>;
  /** Waits until the table is exactly this (order does not matter). */
  readonly settled: (rules: readonly string[]) => Promise<void>;
  readonly logged: (text: string | RegExp) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Answers every request on these ports of all addresses with the page that the recordings use. */
const WEB_SERVER = `
const { createServer } = require('node:http');
for (const port of [80, 8080]) createServer((request, response) => {
  response.setHeader('Connection', 'close');
  response.end(request.url === '/missing' ? '' : 'Test Page');
}).listen(port, '0.0.0.0');
`;

const SETUP = `
set -eu
for address in "$@"; do ip address add "$address/32" dev lo; done
mkdir -p /etc/ha.d/conf /run/fake-ipvsadm
nft add table inet servers
nft add chain inet servers input '{ type filter hook input priority 0; }'
nft add set inet servers refused '{ type ipv4_addr; }'
nft add set inet servers silent '{ type ipv4_addr; }'
nft add rule inet servers input ip daddr @refused tcp dport '{ 80, 8080 }' reject with tcp reset
nft add rule inet servers input ip daddr @silent tcp dport '{ 80, 8080 }' drop
`;

const ENVIRONMENT = { HA_SUITE_IPVS_ENGINE: 'kernel', TZ: 'UTC', HOSTNAME: 'director' };

/** The addresses of the recordings: two virtual ones and three real servers. */
const ADDRESSES = ['10.0.0.3', '10.0.0.4', '192.168.0.1', '192.168.0.2', '192.168.0.3'];

export const createDirectorHost = async (name: string): Promise<DirectorHost> => {
  const host = await createHost(name);
  const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
  const shell = (script: string): Promise<ExecResult> => host.run(['sh', '-c', script], { env: ENVIRONMENT });
  const program = command('ldirectord-ts');
  const log = async (path = '/var/log/ldirectord.log'): Promise<readonly string[]> => lines(await host.read(path));
  const table = async (): Promise<readonly string[]> => lines(await host.get(['/usr/sbin/ipvsadm', '-S', '-n']));
  const director: DirectorHost = {
    host,
    program,
    shell,
    run: (args, cwd = '/') =>
      host.run(['sh', '-c', 'cd "$1"; shift; exec "$@"', 'sh', cwd, process.execPath, program, ...args], {
        env: ENVIRONMENT,
      }),
    start: (args) => host.start([process.execPath, program, ...args], { env: ENVIRONMENT }),
    server: async (address, state) => {
      for (const set of ['refused', 'silent']) {
        await shell(`nft delete element inet servers ${set} '{ ${address} }' 2>/dev/null`);
        if (set === state) await host.get(['nft', 'add', 'element', 'inet', 'servers', set, `{ ${address} }`]);
      }
    },
    table,
    changes: async () =>
      lines(await host.read('/run/fake-ipvsadm/log')).map((line) => line.split(' ').slice(2).join(' ')),
    log,
    settled: async (rules) => {
      const wanted = rules.toSorted();
      const isThere = async (): Promise<boolean> => (await table()).toSorted().join('\n') === wanted.join('\n');
      // The comparison at the end shows what is there instead.
      await until('the table', isThere, seconds(10)).catch(() => undefined);
      expect((await table()).toSorted()).toEqual(wanted);
    },
    logged: async (text) => {
      const isThere = async (): Promise<boolean> =>
        (await log()).some((line) => (typeof text === 'string' ? line.endsWith(text) : text.test(line)));
      await until('the log line', isThere, seconds(10)).catch(() => undefined);
      const all = await log();
      if (typeof text === 'string') expect(all).toContainEqual(expect.stringContaining(text));
      else expect(all).toContainEqual(expect.stringMatching(text));
    },
    close: host.close,
  };
  try {
    await host.get(['sh', '-c', SETUP, 'setup', ...ADDRESSES]);
    await host.get(['mount', '--bind', join(projectRoot, 'test/support/fake-ipvsadm.pl'), '/usr/sbin/ipvsadm']);
    host.start([process.execPath, '-e', WEB_SERVER]);
    const listens = async (): Promise<boolean> =>
      (await host.run(['bash', '-c', 'exec 3<>/dev/tcp/192.168.0.1/80'])).code === 0;
    await until('the web server', listens, seconds(10));
    return director;
  } catch (error) {
    await host.close();
    throw error;
  }
};
