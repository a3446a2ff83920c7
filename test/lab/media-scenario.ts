/** What every kind of link between two of our daemons must do: what is on the wire, when it breaks, when it comes back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthKeys } from '../../lib/heartbeat/config/model.js';
import { text } from '../../lib/heartbeat/wire/message.js';
import { decodePacket } from '../../lib/heartbeat/wire/packet.js';
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { type CapturedPacket, readPcap } from '../support/pcap.js';
import { story } from './stories.js';

const sign = { index: 1, method: 'sha1', key: 'test-key-not-secret' } as const;
const keys: AuthKeys = { sign, keys: new Map([[1, sign]]) };

const ADDRESS_1 = '10.0.0.100';
const ADDRESS_2 = '10.0.0.101';

export interface Case {
  readonly title: string;
  /** For lb1 and lb2. */
  readonly media: readonly [string, string];
  /** Where packets go to. */
  readonly target: (node: 'lb1' | 'lb2') => readonly string[];
  readonly family?: 'ipv6';
  readonly port: number;
  /** Whether a node hears itself (heartbeat reference 3.9). */
  readonly hearsItself: boolean;
}

const haCf = (media: string): string => `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 200ms
deadtime 1
initdead 10
${media}
auto_failback on
node lb1 lb2
`;

interface World {
  readonly lab: Lab;
  readonly nodes: readonly [HeartbeatNode, HeartbeatNode];
  readonly watch: AddressWatch;
}

const build = async ({ media }: Case): Promise<World> => {
  const lab = await createLab('hbmedia');
  try {
    const [lan, wire] = [await lab.network('lan'), await lab.network('wire')];
    // The heartbeat has a wire of its own, so that breaking it takes no address away from the resources.
    const make = (name: string, number: number): Promise<Host> =>
      lab.host(name, {
        interfaces: [
          { device: 'eth0', network: lan, addresses: [`10.0.0.${number}/24`] },
          { device: 'eth1', network: wire, addresses: [`10.1.0.${number}/24`, `fd00:1::${number}/64`] },
        ],
      });
    const [one, two] = [await make('lb1', 1), await make('lb2', 2)];
    const install = (host: Host, lines: string): Promise<HeartbeatNode> =>
      installHeartbeat(host, 'ours', {
        haCf: haCf(lines),
        authkeys: 'auth 1\n1 sha1 test-key-not-secret\n',
        haresources: `lb1 IPaddr::${ADDRESS_1}/24/eth0\nlb2 IPaddr2::${ADDRESS_2}/24/eth0\n`,
      });
    const nodes = [await install(one, media[0]), await install(two, media[1])] as const;
    return { lab, nodes, watch: await watchAddresses([one, two]) };
  } catch (error) {
    await lab.close();
    throw error;
  }
};

/** Records what passes eth1 of a host while `action` runs. */
const capture = async (host: Host, port: number, action: () => Promise<void>): Promise<readonly CapturedPacket[]> => {
  const file = '/run/capture.pcap';
  const tcpdump = host.start([
    'tcpdump',
    '-i',
    'eth1',
    '--immediate-mode',
    '-U',
    '-Z',
    'root',
    '-s',
    '0',
    '-w',
    file,
    'udp',
    'port',
    String(port),
  ]);
  await new Promise<void>((resolve) => {
    tcpdump.onLine((line) => {
      if (line.includes('listening on')) resolve();
    });
  });
  await action();
  await tcpdump.stop('SIGINT');
  const folder = mkdtempSync(join(tmpdir(), 'hbmedia-'));
  try {
    const copy = join(folder, 'capture.pcap');
    writeFileSync(copy, Buffer.from(await host.get(['base64', '-w0', file]), 'base64'));
    return readPcap(copy);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The tests of one kind of link, in a lab of their own. */
export const testMedium = (about: Case): void =>
  story(about.title, ({ begin, nodes, step, end }) => {
    let world: World;
    nodes(() => world?.nodes ?? []);

    begin(async () => {
      world = await build(about);
    });
    end(() => world?.lab.close());

    const owners = (): string =>
      [ADDRESS_1, ADDRESS_2].map((address) => world.watch.owners(address).join('+')).join(' ');
    const untilOwners = async (wanted: string, limit = 20_000): Promise<void> => {
      try {
        await until('', () => owners() === wanted, limit);
      } catch {
        throw new Error(`owners are "${owners()}" and not "${wanted}"`);
      }
    };
    const untilLogged = (node: HeartbeatNode, line: string): Promise<number> =>
      until(line, async () => (await node.log()).some((entry) => entry.includes(line)), 10_000, 100);

    step('both start, each holds its own; every packet is what the other expects', async () => {
      const [one, two] = world.nodes;
      const packets = await capture(two.host, about.port, async () => {
        const results = await Promise.all([one.start(), two.start()]);
        expect(results.map(({ code, stderr }) => ({ code, trouble: /ERROR|CRIT/.test(stderr) }))).toEqual([
          { code: 0, trouble: false },
          { code: 0, trouble: false },
        ]);
        await untilOwners('lb1 lb2');
      });
      const decoded = packets.map((packet) => ({ packet, read: decodePacket(packet.payload, keys) }));
      expect(decoded.filter(({ read }) => !read.ok)).toEqual([]);
      const statuses = decoded.flatMap(({ packet, read }) => {
        if (!read.ok || text(read.message, 't') !== 'status') return [];
        return [
          { target: packet.target, port: packet.port, src: text(read.message, 'src'), seq: text(read.message, 'seq') },
        ];
      });
      for (const node of ['lb1', 'lb2'] as const) {
        const own = statuses.filter(({ src }) => src === node);
        expect(own.length).toBeGreaterThan(2);
        expect(new Set(own.map(({ target, port }) => `${target}:${port}`))).toEqual(
          new Set(about.target(node).map((target) => `${target}:${about.port}`)),
        );
      }
    });

    step('links are up as far as packets arrive on them', async () => {
      const [one] = world.nodes;
      await untilLogged(one, 'Link lb2:eth1 up.');
      if (about.hearsItself) await untilLogged(one, 'Link lb1:eth1 up.');
      expect((await one.log()).some((line) => line.includes('Link lb1:eth1 up.'))).toBe(about.hearsItself);
    });

    step('a silent cut of the wire: the other takes over; the heal gives back', async () => {
      const [one] = world.nodes;
      await one.host.link('eth1').lose(1);
      await until('lb2 takes over', () => world.watch.owners(ADDRESS_1).includes('lb2'), 10_000);
      await one.host.link('eth1').restore();
      await untilOwners('lb1 lb2');
    });

    step('a device that loses its address and gets it back works again', async () => {
      const [, two] = world.nodes;
      await two.host.get(['ip', ...(about.family === 'ipv6' ? ['-6'] : []), 'address', 'flush', 'dev', 'eth1']);
      // Unicast and broadcast still go out without an address, and multicast still comes in: one of the two is deaf.
      const isDoubled = (address: string): boolean => world.watch.owners(address).length === 2;
      await until('somebody takes over', () => isDoubled(ADDRESS_1) || isDoubled(ADDRESS_2), 10_000);
      if (about.family === 'ipv6') {
        // The address of the link comes back with the link.
        await two.host.get(['ip', 'address', 'add', 'fd00:1::2/64', 'dev', 'eth1', 'nodad']);
        await two.host.get(['ip', 'link', 'set', 'dev', 'eth1', 'down']);
        await two.host.get(['ip', 'link', 'set', 'dev', 'eth1', 'up']);
        await two.host.run(['ip', 'address', 'replace', 'fd00:1::2/64', 'dev', 'eth1', 'nodad']);
      } else await two.host.get(['ip', 'address', 'add', '10.1.0.2/24', 'broadcast', '+', 'dev', 'eth1']);
      await untilOwners('lb1 lb2');
    });

    step('a device that was taken away and put back, by the same name, works again', async () => {
      const [, two] = world.nodes;
      await two.host.get(['ip', 'link', 'set', 'dev', 'eth1', 'down']);
      await two.host.get(['ip', 'link', 'set', 'dev', 'eth1', 'name', 'gone1']);
      await until('lb1 takes over', () => world.watch.owners(ADDRESS_2).includes('lb1'), 10_000);
      await untilLogged(two, 'Communications restart failed. Will try again later.');
      await two.host.get(['ip', 'link', 'set', 'dev', 'gone1', 'name', 'eth1']);
      await two.host.get(['ip', 'link', 'set', 'dev', 'eth1', 'up']);
      if (about.family === 'ipv6')
        await two.host.run(['ip', 'address', 'replace', 'fd00:1::2/64', 'dev', 'eth1', 'nodad']);
      await untilOwners('lb1 lb2');
    });

    step('a graceful stop hands over', async () => {
      const [one] = world.nodes;
      const stopped = await one.stop();
      expect(stopped.code).toBe(0);
      expect(owners()).toBe('lb2 lb2');
    });
  });
