/** Three directors with Debian's Corosync and Pacemaker, configured by docs/pacemaker.md, two web servers and a client. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import type { Network } from '../../lib/lab/network.js';
import { boot, powerOff } from '../../lib/lab/power.js';
import { installSuite } from '../../lib/lab/suite-files.js';
import { seconds } from '../../lib/time.js';
import { fencedBlock } from '../support/fenced-block.js';
import { projectRoot } from '../support/paths.js';

export const ADDRESS = '10.0.0.100';
const GATEWAY = '10.1.0.254';
export const REALS = ['10.1.0.11', '10.1.0.12'];

/** The page that the cluster is set up by. */
export const page = readFileSync(join(projectRoot, 'docs', 'pacemaker.md'), 'utf8');

export interface Director {
  readonly host: Host;
  /** Its power is on. */
  readonly isAlive: () => boolean;
  readonly crm: (...words: readonly string[]) => Promise<string>;
  /** The virtual addresses that its kernel has. */
  readonly addresses: () => Promise<readonly string[]>;
  /** The real servers in the table of the virtual service. */
  readonly reals: () => Promise<readonly string[]>;
  readonly powerOff: () => Promise<void>;
  /** Boots it and starts the cluster programs, as at first. */
  readonly boot: () => Promise<void>;
}

export interface PacemakerCluster {
  readonly directors: readonly Director[];
  readonly living: () => readonly Director[];
  /** Lets a real server answer. */
  readonly serve: (real: string) => void;
  /** What a client gets from the virtual service. */
  readonly ask: () => Promise<string>;
  /** Does it; when it fails, the error tells what the living have logged as well. */
  readonly explained: <T>(action: () => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

/** As the package puts its files: built commands and agents, what it shares, and the links where nothing stands. */
const PLACES = `import { places } from './scripts/package/places.mjs';
for (const words of places()) console.log(words.join(' '));`;
const PLACE = `set -e
ln -s "$1/dist" /usr/lib/ha-suite
ln -s "$1/packaging" /usr/share/ha-suite
ln -sf /usr/lib/ha-suite/bin/ldirectord-ts.js /usr/sbin/ldirectord
cp "$1/packaging/debian/place" /usr/local/lib/place
/usr/local/lib/place add`;

/**
 * What only a test wants: no 20 seconds before the first election, in which more nodes might come, and no pause because the
 * machine has other things to do.
 */
const FIRST_CIB = `<cib admin_epoch="0" epoch="1" num_updates="0" validate-with="pacemaker-3.9"><configuration>
<crm_config><cluster_property_set id="cib-bootstrap-options">
<nvpair id="cib-bootstrap-options-dc-deadtime" name="dc-deadtime" value="2s"/>
<nvpair id="cib-bootstrap-options-load-threshold" name="load-threshold" value="0%"/>
</cluster_property_set></crm_config><nodes/><resources/><constraints/></configuration><status/></cib>`;
const CIB = '/var/lib/pacemaker/cib/cib.xml';

/** Of the log of Pacemaker only what somebody might want to read. */
const EXPLAIN = `crm_mon -1 -f -n 2>&1
grep -E '[[:space:]](notice|warning|error|crit):' /var/log/pacemaker/pacemaker.log | tail -40
tail -10 /var/log/corosync/corosync.log`;

const createDirector = async (lab: Lab, number: number, lan: Network, back: Network): Promise<Director> => {
  const own = [
    { device: 'eth0', network: lan, address: `10.0.0.${number}/24` },
    { device: 'eth1', network: back, address: `10.1.0.${number}/24` },
  ];
  const host = await lab.host(`lb${number}`, {
    separation: 'system',
    interfaces: own.map(({ device, network, address }) => ({ device, network, addresses: [address] })),
    settings: { 'net.ipv4.ip_forward': '1' },
  });
  await installSuite(host);
  await host.write(
    '/usr/local/lib/places',
    execFileSync(process.execPath, ['--input-type=module', '-e', PLACES], { cwd: projectRoot, encoding: 'utf8' }),
  );
  await host.get(['sh', '-c', PLACE, 'place', projectRoot]);
  for (const path of ['/etc/corosync/corosync.conf', '/etc/ha.d/ldirectord.cf'])
    await host.write(path, fencedBlock(page, 'conf', path));
  await host.write('/etc/corosync/authkey', 'no secret at all'.repeat(16), '400');
  await host.write('/etc/ha.d/ha-suite.ini', '[ipvs]\nengine = nft\n');
  await host.write(CIB, FIRST_CIB, '600');
  await host.get(['chown', 'hacluster:haclient', CIB]);
  let isAlive = true;
  const start = (): void => {
    host.start(['corosync', '-f']);
    // As their units do it: Pacemaker comes when Corosync answers.
    host.start([
      'sh',
      '-c',
      'until corosync-cmapctl totem.version >/dev/null 2>&1; do sleep 0.2; done; exec pacemakerd',
    ]);
  };
  start();
  return {
    host,
    isAlive: () => isAlive,
    crm: (...words) => host.get(['crm', ...words], { timeout: seconds(60) }),
    addresses: async () => {
      const text = await host.get(['ip', '-brief', '-4', 'address', 'show', 'up']);
      return [ADDRESS, GATEWAY].filter((address) => text.includes(` ${address}/`));
    },
    reals: async () => {
      const table = await host.get(['ha-ipvsadm', '-Ln'], { env: { HA_SUITE_IPVS_ENGINE: 'nft' } });
      return REALS.filter((real) => table.includes(`-> ${real}:80 `));
    },
    powerOff: async () => {
      isAlive = false;
      await powerOff(
        host,
        own.map(({ device }) => device),
      );
    },
    boot: async () => {
      await boot(host, own);
      isAlive = true;
      start();
    },
  };
};

const WEB = (real: string): string => `require('node:http').createServer((request, response) => {
  response.end('${real} works');
}).listen(80, '${real}')`;

const ASK = `exec 3<>/dev/tcp/${ADDRESS}/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3`;

export const createPacemakerCluster = async (): Promise<PacemakerCluster> => {
  const lab = await createLab('pacemaker');
  try {
    const lan = await lab.network('lan');
    const back = await lab.network('back');
    const client = await lab.host('client', {
      separation: 'network',
      interfaces: [{ device: 'eth0', network: lan, addresses: ['10.0.0.50/24'] }],
    });
    const web = await lab.host('web', {
      separation: 'network',
      interfaces: [{ device: 'eth0', network: back, addresses: REALS.map((real) => `${real}/24`) }],
      routes: [`default via ${GATEWAY}`],
    });
    const directors = await Promise.all([1, 2, 3].map((number) => createDirector(lab, number, lan, back)));
    const living = (): readonly Director[] => directors.filter(({ isAlive }) => isAlive());
    const logs = async (): Promise<readonly string[]> =>
      Promise.all(
        living().map(async ({ host }) => `--- ${host.name}\n${(await host.run(['sh', '-c', EXPLAIN])).stdout}`),
      );
    return {
      directors,
      living,
      serve: (real) => void web.start([process.execPath, '-e', WEB(real)]),
      ask: async () => (await client.run(['timeout', '2', 'bash', '-c', ASK])).stdout.split('\r\n\r\n')[1] ?? '',
      explained: async (action) => {
        try {
          return await action();
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          throw new Error([reason, ...(await logs())].join('\n'), { cause: error });
        }
      },
      close: () => lab.close(),
    };
  } catch (error) {
    await lab.close();
    throw error;
  }
};
