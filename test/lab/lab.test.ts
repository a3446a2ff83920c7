/** The lab itself: hosts that are apart from the machine and from each other, cables, and an end without leftovers. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLab, type Lab } from '../../lib/lab/lab.js';
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
  }, 30_000);
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

  test('a failing command is told with host, command and reason', async () => {
    await expect(host('one').get(['ls', '/nowhere'])).rejects.toThrow(/one: ls \/nowhere: exit 2: .*No such file/);
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
