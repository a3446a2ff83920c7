/** The lab itself: hosts that are apart from the machine and from each other, cables, and an end without leftovers. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hardwareAddress } from '../../lib/lab/answer-watch.js';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { type Relay, startRelay } from '../../lib/lab/relay.js';
import { until } from '../../lib/lab/until.js';
import { findProgram, run } from '../../lib/platform/exec.js';
import { millis } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';

/** Whether a process exists and is not a mere zombie. */
const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** Says when it can receive, then number and age of every packet. */
const RECEIVE = `
const socket = require('dgram').createSocket('udp4');
socket.on('message', (text) => {
  const [number, sent] = String(text).split(' ').map(Number);
  console.log(number + ' ' + (Date.now() - sent));
});
socket.bind(694, () => console.log('bound'));
`;

/** Sends so many numbered packets to the relay, one every 5 ms. */
const SEND = `
const socket = require('dgram').createSocket('udp4');
let number = 0;
socket.bind(694, () => {
  const timer = setInterval(() => {
    if (number === Number(process.argv[1])) { clearInterval(timer); socket.close(); return; }
    socket.send(number + ' ' + Date.now(), 694, '10.9.0.9');
    number += 1;
  }, 5);
});
`;

describe('two hosts on one network', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab('lab');
    const lan = await lab.network('lan');
    for (const [name, address] of [
      ['one', '10.9.0.1/24'],
      ['two', '10.9.0.2/24'],
    ] as const) {
      await lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [address] }] });
    }
  }, 90_000);
  afterAll(() => lab.close());

  const host = (name: string) => {
    const found = lab.hosts.get(name);
    if (found === undefined) throw new Error(`no host ${name}`);
    return found;
  };
  /** How many of `count` echo requests from `one` to `two` are answered. */
  const answered = async (count: number): Promise<number> => {
    const { stdout } = await host('one').run(['ping', '-q', '-c', String(count), '-i', '0.002', '-W', '1', 'two']);
    return Number(/(\d+) received/.exec(stdout)?.[1]);
  };

  test('each has its own name, files and processes, and nothing of it shows outside', async () => {
    expect((await host('one').get(['hostname'])).trim()).toBe('one');
    await host('one').write('/etc/ha.d/conf/only-here', 'text\n', '600');
    await host('one').write('/var/lib/heartbeat/only-here', 'state\n');
    await host('one').write('/run/only-here', 'run\n');
    expect(await host('one').read('/etc/ha.d/conf/only-here')).toBe('text\n');
    expect(await host('two').read('/etc/ha.d/conf/only-here')).toBe('');
    for (const path of ['/etc/ha.d/conf/only-here', '/var/lib/heartbeat/only-here', '/run/only-here']) {
      expect(existsSync(path)).toBe(false);
    }
    expect((await host('one').get(['sh', '-c', 'echo $$'])).trim()).not.toBe(String(process.pid));
  });

  test('they reach each other by name', async () => {
    expect(await answered(5)).toBe(5);
  });

  test('an orphan that ends does not stay as a zombie, which would look alive to heartbeat -k', async () => {
    const pid = await host('two').get(['sh', '-c', 'setsid sleep 0.1 >/dev/null 2>&1 & echo $!']);
    await until(
      'the orphan is gone',
      async () => (await host('two').run(['test', '-e', `/proc/${pid.trim()}`])).code !== 0,
      5000,
    );
  });

  test('a cut cable carries nothing, and the host sees that', async () => {
    await host('two').link('eth0').cut();
    expect(await answered(3)).toBe(0);
    expect(await host('two').get(['cat', '/sys/class/net/eth0/carrier'])).toBe('0\n');
    await host('two').link('eth0').restore();
    expect(await answered(3)).toBe(3);
  });

  test('a silent cut carries nothing although the carrier stays', async () => {
    await host('two').link('eth0').lose(1);
    expect(await answered(3)).toBe(0);
    expect(await host('two').get(['cat', '/sys/class/net/eth0/carrier'])).toBe('1\n');
    await host('two').link('eth0').restore();
  });

  test('loss takes its share each way', async () => {
    await host('two').link('eth0').lose(0.3);
    const received = await answered(400);
    await host('two').link('eth0').restore();
    // 0.7 * 0.7 of 400 is 196, with a standard deviation of 10.
    expect(received).toBeGreaterThan(130);
    expect(received).toBeLessThan(260);
    expect(await answered(3)).toBe(3);
  });

  test('loss of one direction leaves the other alone', async () => {
    // Both know each other's hardware address from before, so a request alone can arrive.
    const counted = async (): Promise<number> =>
      Number(await host('two').get(['cat', '/sys/class/net/eth0/statistics/rx_packets']));
    await host('two').link('eth0').lose(1, 'out');
    const before = await counted();
    expect(await answered(5)).toBe(0);
    expect(await counted()).toBeGreaterThanOrEqual(before + 5);
    await host('two').link('eth0').lose(1, 'in');
    const unheard = await counted();
    expect(await answered(5)).toBe(0);
    expect(await counted()).toBe(unheard);
    await host('two').link('eth0').restore();
    expect(await answered(3)).toBe(3);
  });

  test('a host may be deaf for one other only', async () => {
    const hardware = await hardwareAddress(host('one'), 'eth0');
    await host('two').link('eth0').refuse([hardware]);
    expect(await answered(3)).toBe(0);
    await host('two').link('eth0').refuse(['02:00:00:00:00:01']);
    expect(await answered(3)).toBe(3);
    await host('two').link('eth0').restore();
  });

  test('a failing command is told with host, command and reason', async () => {
    await expect(host('one').get(['ls', '/nowhere'])).rejects.toThrow(/one: ls \/nowhere: exit 2: .*No such file/);
  });
});

describe('a relay between two hosts', () => {
  let lab: Lab;
  let relay: Relay;
  beforeAll(async () => {
    lab = await createLab('relay');
    const wire = await lab.network('wire');
    const make = (name: string, number: number): Promise<Host> =>
      lab.host(name, { interfaces: [{ device: 'eth0', network: wire, addresses: [`10.9.0.${number}/24`] }] });
    await make('one', 1);
    await make('two', 2);
    relay = await startRelay(await make('relay', 9), ['10.9.0.1', '10.9.0.2']);
  }, 90_000);
  afterAll(() => lab.close());

  /** Sends numbered packets from `one` to `two` through the relay; what arrived, in order, and how long each took. */
  const send = async (count: number): Promise<readonly { readonly number: number; readonly took: number }[]> => {
    const [one, two] = ['one', 'two'].map((name) => lab.hosts.get(name));
    if (one === undefined || two === undefined) throw new Error('no hosts');
    const arrived: { number: number; took: number }[] = [];
    let ready = false;
    const receiver = two.start([process.execPath, '-e', RECEIVE]);
    receiver.onLine((line) => {
      if (line === 'bound') ready = true;
      const [number, took] = line.split(' ').map(Number);
      if (number !== undefined && took !== undefined) arrived.push({ number, took });
    });
    await until('the receiver is there', () => ready, 10_000);
    await one.get([process.execPath, '-e', SEND, String(count)]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await receiver.stop('SIGKILL');
    return arrived;
  };

  test('hands on everything in fair weather', async () => {
    expect((await send(50)).map(({ number }) => number)).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  test('delays, repeats, and lets packets overtake each other', async () => {
    await relay.set({ delay: 50, jitter: 60, loss: 0, duplicate: 0.5 });
    const arrived = await send(50);
    const numbers = arrived.map(({ number }) => number);
    expect(new Set(numbers).size).toBe(50);
    expect(numbers.length).toBeGreaterThan(55);
    expect(numbers).not.toEqual([...numbers].sort((a, b) => a - b));
    // Timers may fire up to a millisecond early.
    expect(Math.min(...arrived.map(({ took }) => took))).toBeGreaterThanOrEqual(48);
  });

  test('loses what it is told to lose', async () => {
    await relay.set({ delay: 0, jitter: 0, loss: 1, duplicate: 0 });
    expect(await send(20)).toEqual([]);
  });
});

test('a lab whose maker is killed leaves nothing behind', async () => {
  const program = `
    const { createLab } = await import(${JSON.stringify(join(projectRoot, 'dist/build/lib/lab/lab.js'))});
    const lab = await createLab('killed');
    const host = await lab.host('one');
    const pid = host.start(['sleep', '1000']).pid;
    await host.run(['sh', '-c', 'setsid sleep 1000 >/dev/null 2>&1 &']);
    process.stdout.write(host.pid + ' ' + pid, () => process.kill(process.pid, 'SIGKILL'));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { timeout: millis(20_000) });
  const pids = stdout.split(' ').map(Number);
  expect(pids).toHaveLength(2);
  await until('all processes of the lab are gone', () => pids.every((pid) => !isAlive(pid)), 5000);
});

test('the programs of the lab are where the set-up puts them', () => {
  for (const program of ['unshare', 'nsenter', 'ip', 'nft', 'ping']) expect(findProgram(program)).toBeDefined();
});
