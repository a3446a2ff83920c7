/** The life of a two-node cluster, told step by step; the same story for every pairing of implementations. */
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { gapLength } from '../../lib/lab/gaps.js';
import {
  type HeartbeatNode,
  heartbeatPrograms,
  type Implementation,
  installHeartbeat,
} from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { type PingProber, startPingProber } from '../../lib/lab/ping-prober.js';
import { until } from '../../lib/lab/until.js';
import { command } from '../support/paths.js';
import { story } from './stories.js';

export interface Pairing {
  readonly lb1: Implementation;
  readonly lb2: Implementation;
  readonly failback: 'on' | 'off';
  /** Lines of ha.cf that say how the nodes talk to each other. */
  readonly media: string;
  /** The second line of authkeys. */
  readonly key: string;
}

/** Prefers lb1 / lb2. */
const FIRST = '10.0.0.100';
const SECOND = '10.0.0.101';
const HARESOURCES = `lb1 IPaddr::${FIRST}/24/eth0\nlb2 IPaddr2::${SECOND}/24/eth0\n`;

const haCf = ({ failback, media }: Pairing): string => `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 500ms
warntime 2
deadtime 3
initdead 10
${media}
auto_failback ${failback}
node lb1 lb2
`;

interface World {
  readonly lab: Lab;
  readonly lb1: HeartbeatNode;
  readonly lb2: HeartbeatNode;
  readonly watch: AddressWatch;
  readonly probers: readonly PingProber[];
}

const build = async (pairing: Pairing): Promise<World> => {
  const lab = await createLab('cluster');
  try {
    const lan = await lab.network('lan');
    const host = (name: string, address: string) =>
      lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [address] }] });
    const [one, two, client] = [
      await host('lb1', '10.0.0.1/24'),
      await host('lb2', '10.0.0.2/24'),
      await host('client', '10.0.0.9/24'),
    ];
    const files = { haCf: haCf(pairing), authkeys: `auth 1\n1 ${pairing.key}\n`, haresources: HARESOURCES };
    return {
      lab,
      lb1: await installHeartbeat(one, pairing.lb1, files),
      lb2: await installHeartbeat(two, pairing.lb2, files),
      watch: await watchAddresses([one, two]),
      probers: [FIRST, SECOND].map((address) => startPingProber(client, address)),
    };
  } catch (error) {
    await lab.close();
    throw error;
  }
};

const owners = ({ watch }: World): string =>
  [FIRST, SECOND].map((address) => watch.owners(address).join('+') || 'nobody').join(' ');

/** Waits until the two addresses are where `wanted` says, e.g. `lb1 lb2`. */
const untilOwners = async (world: World, wanted: string, limit = 30_000): Promise<void> => {
  try {
    await until('', () => owners(world) === wanted, limit);
  } catch {
    throw new Error(`owners are "${owners(world)}" and not "${wanted}" after ${limit} ms`);
  }
};

/** Until both report a settled state: only then do they accept the next request (heartbeat reference 6.5). */
const untilStable = async ({ lb1, lb2 }: World, limit = 30_000): Promise<void> => {
  const settled = async (node: HeartbeatNode): Promise<boolean> => {
    const { code, stdout } = await node.clStatus('rscstatus');
    return code === 0 && /^(none|local|foreign|all)$/.test(stdout.trim());
  };
  await until('both nodes say what they hold', async () => (await settled(lb1)) && (await settled(lb2)), limit, 200);
};

/** Until a client gets answers from both addresses. */
const untilServed = async ({ probers }: World, limit = 10_000): Promise<void> => {
  const now = Date.now();
  await until('both addresses answer', () => probers.every((prober) => prober.firstAfter(now) !== undefined), limit);
};

const expectSingleOwners = ({ watch }: World, from: number, to?: number): void => {
  for (const address of [FIRST, SECOND]) {
    const longest = watch.longestDouble(address, from, to);
    if (longest > 0) throw new Error(`${address} had two owners for ${longest} ms`);
  }
};

/** A line that tells of trouble; that memory cannot be locked is a matter of the machine's limits. */
const isTrouble = (line: string): boolean =>
  /\b(ERROR|CRIT)\b/.test(line) && !line.includes('Cannot lock ourselves into memory');

/** What each cl_status says of one daemon, as text that can be compared. */
const clStatusReport = async (node: HeartbeatNode, asked: Implementation): Promise<string> => {
  const program = asked === 'ours' ? [process.execPath, command('cl_status')] : [heartbeatPrograms('genuine').clStatus];
  const questions = [
    ['hbstatus'],
    ['listnodes'],
    ['listnodes', '-n'],
    ['nodestatus', 'lb1'],
    ['nodestatus', 'lb2'],
    ['rscstatus'],
    ['rscstatus', '-m'],
    ['listhblinks', 'lb1'],
    ['listhblinks', 'lb2'],
    ['hblinkstatus', 'lb1', 'eth0'],
    ['hblinkstatus', 'lb2', 'eth0'],
  ];
  const answers: string[] = [];
  for (const question of questions) {
    const { code, stdout } = await node.host.run([...program, ...question]);
    answers.push(`${question.join(' ')} -> ${code}\n${stdout}`);
  }
  return answers.join('');
};

/** Tells the story as tests that build on each other. */
export const describeCluster = (pairing: Pairing): void => {
  const { lb1: first, lb2: second, failback, media } = pairing;
  story(`lb1 ${first}, lb2 ${second}, auto_failback ${failback}, ${media}`, ({ begin, nodes, step, observe, end }) => {
    let world: World;
    nodes(() => [world?.lb1, world?.lb2]);
    let begun = 0;
    let cutAt = 0;
    let healed = 0;

    begin(async () => {
      world = await build(pairing);
      begun = Date.now();
    });
    end(() => world?.lab.close());

    step('both start, and each holds its own address', async () => {
      const started = await Promise.all([world.lb1.start(), world.lb2.start()]);
      expect(started.map(({ code }) => code)).toEqual([0, 0]);
      await untilOwners(world, 'lb1 lb2');
      await untilServed(world);
      await untilStable(world);
    });

    if (first === 'genuine' || second === 'genuine') {
      observe('the genuine cl_status and ours give the same answers about either daemon', async () => {
        for (const node of [world.lb1, world.lb2]) {
          expect(await clStatusReport(node, 'ours')).toBe(await clStatusReport(node, 'genuine'));
        }
      });
    }

    step('hb_standby local on lb1: lb2 has both addresses', async () => {
      expect((await world.lb1.standby('local')).code).toBe(0);
      await untilOwners(world, 'lb2 lb2');
      await untilServed(world);
      await untilStable(world);
    });

    step('hb_standby foreign on lb2: lb1 has its own back', async () => {
      expect((await world.lb2.standby('foreign')).code).toBe(0);
      await untilOwners(world, 'lb1 lb2');
      await untilServed(world);
      await untilStable(world);
    });

    step('hb_takeover all on lb1, hb_takeover local on lb2: both addresses move, and one goes back', async () => {
      expect((await world.lb1.takeover('all')).code).toBe(0);
      await untilOwners(world, 'lb1 lb1');
      await untilStable(world);
      expect((await world.lb2.takeover('local')).code).toBe(0);
      await untilOwners(world, 'lb1 lb2');
      await untilStable(world);
    });

    step('graceful stop of lb1 hands over', async () => {
      const stopped = world.lb1.stop();
      await untilOwners(world, 'lb2 lb2');
      await untilServed(world);
      expect((await stopped).code).toBe(0);
    });

    if (failback === 'on') {
      step('lb1 starts again and gets its own back by itself', async () => {
        expect((await world.lb1.start()).code).toBe(0);
        await untilOwners(world, 'lb1 lb2');
        await untilStable(world);
      });
    } else {
      step('lb1 starts again and holds nothing until it is asked to take over', async () => {
        expect((await world.lb1.start()).code).toBe(0);
        await untilStable(world);
        // Longer than the clock and the retry of an automatic failback would need (heartbeat reference 6.3).
        await new Promise((resolve) => setTimeout(resolve, 3000));
        expect(owners(world)).toBe('lb2 lb2');
        expect((await world.lb1.takeover('local')).code).toBe(0);
        await untilOwners(world, 'lb1 lb2');
        await untilStable(world);
      });
    }

    observe('until now no address ever had two owners, and no log has an error', async () => {
      expectSingleOwners(world, begun);
      for (const node of [world.lb1, world.lb2]) {
        expect((await node.log()).filter(isTrouble)).toEqual([]);
      }
    });

    step('the link of lb1 is cut: lb2 takes over', async () => {
      await world.lb1.host.link('eth0').cut();
      cutAt = Date.now();
      // lb1 is alone as well and does the same; a link that came back before that would be another story.
      await untilOwners(world, 'lb1+lb2 lb1+lb2', 20_000);
      await untilServed(world);
      const [first] = world.probers;
      // It cannot have been called dead before deadtime, less one keepalive that may just have passed.
      expect(first === undefined ? 0 : gapLength(first.longestGap(cutAt))).toBeGreaterThan(2000);
    });

    step('the link is back: every address ends up with exactly one owner and answers', async () => {
      await world.lb1.host.link('eth0').restore();
      await until(
        'single owners',
        () =>
          owners(world)
            .split(' ')
            .every((names) => names !== 'nobody' && !names.includes('+')),
        180_000,
      );
      healed = Date.now();
      await untilStable(world, 60_000);
      await untilOwners(world, failback === 'on' ? 'lb1 lb2' : owners(world), 60_000);
      expect(owners(world)).not.toMatch(/nobody|\+/);
      await untilServed(world);
      expectSingleOwners(world, healed);
    });

    step('both stop: nobody has an address any more, and none had two owners since the link was back', async () => {
      const stopped = await Promise.all([world.lb1.stop(), world.lb2.stop()]);
      expect(stopped.map(({ code }) => code)).toEqual([0, 0]);
      await untilOwners(world, 'nobody nobody');
      expectSingleOwners(world, begun, cutAt - 1000);
      expectSingleOwners(world, healed);
    });
  });
};
