/** The life of the ldirectord daemon on a host of its own: outages, reloads, crashes, a table that cannot be written. */
import { until } from '../../lib/lab/until.js';
import { seconds } from '../../lib/time.js';
import { command } from '../support/paths.js';
import { createDirectorHost, type DirectorHost } from './ldirectord-host.js';

const R1 = '-a -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5';
const R2 = '-a -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 5';
const SERVICE = '-A -t 10.0.0.3:80 -s wlc';
const FALLBACK = '-a -t 10.0.0.3:80 -r 127.0.0.1:80 -g -w 1';

const SECTION = `virtual=10.0.0.3:80
    real=192.168.0.1:80 masq 5
    real=192.168.0.2:80 masq 5
    fallback=127.0.0.1:80 gate
    service=http
    scheduler=wlc
    request="/.testpage"
    receive="Test Page"
`;
const GLOBALS = `checktimeout=1
negotiatetimeout=1
checkinterval=1
`;
const CONFIG = `${GLOBALS}fallbackcommand="/etc/ha.d/fb.sh"
${SECTION}`;

describe('ldirectord daemon', () => {
  let director: DirectorHost;
  const restart = async (config: string): Promise<void> => {
    await stop();
    await director.shell('rm -rf /run/fake-ipvsadm /var/log/ldirectord.log /run/fb.out; mkdir /run/fake-ipvsadm');
    for (const address of ['192.168.0.1', '192.168.0.2', '192.168.0.3']) await director.server(address, 'up');
    await director.host.write('/etc/ha.d/test.cf', config);
    expect((await director.run(['test.cf', 'start'])).code).toBe(0);
  };
  const stop = async (): Promise<void> => {
    await director.run(['test.cf', 'stop']);
    const gone = async () => (await director.shell('test -e /run/ldirectord.test.cf.pid')).code !== 0;
    await until('the end of the daemon', gone, seconds(5));
  };
  /** The changes that `action` has led to once the table is `rules`. */
  const changesOf = async (action: () => Promise<unknown>, rules: readonly string[]): Promise<readonly string[]> => {
    const before = (await director.changes()).length;
    await action();
    await director.settled(rules);
    return (await director.changes()).slice(before);
  };
  const nothingFor = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, milliseconds));

  beforeAll(async () => {
    director = await createDirectorHost('ldrun-life');
    await director.host.write('/etc/ha.d/fb.sh', '#!/bin/sh\necho "$@" >>/run/fb.out\n', '755');
  }, 60_000);
  afterAll(() => director?.close());

  test('start, outage of one and of all, return, stop', async () => {
    await restart(CONFIG);
    await director.settled([SERVICE, R1, R2]);
    const one = await changesOf(() => director.server('192.168.0.1', 'refused'), [SERVICE, R2]);
    expect(one).toEqual(['-d -t 10.0.0.3:80 -r 192.168.0.1:80']);
    const all = await changesOf(() => director.server('192.168.0.2', 'silent'), [SERVICE, FALLBACK]);
    expect(all).toEqual(['-d -t 10.0.0.3:80 -r 192.168.0.2:80', '-a -t 10.0.0.3:80 -r 127.0.0.1:80 -g -w 1']);
    const back = await changesOf(() => director.server('192.168.0.1', 'up'), [SERVICE, R1]);
    expect(back).toEqual([R1, '-d -t 10.0.0.3:80 -r 127.0.0.1:80']);
    await director.logged(/Check failed: 192\.168\.0\.2:80 \(tcp:10\.0\.0\.3:80\): L[47]TIMEOUT/);
    await director.logged('Added fallback server: 127.0.0.1:80 (10.0.0.3:80) (Weight set to 1)');
    const end = await changesOf(stop, []);
    expect(end).toEqual(['-d -t 10.0.0.3:80 -r 192.168.0.1:80', '-D -t 10.0.0.3:80']);
    await director.logged('Linux Director Daemon terminated on signal: TERM');
    expect((await director.host.read('/run/fb.out')).split('\n').slice(0, 4)).toEqual([
      'start 10.0.0.3:80 tcp',
      'stop 10.0.0.3:80 tcp',
      'start 10.0.0.3:80 tcp',
      'stop 10.0.0.3:80 tcp',
    ]);
  }, 60_000);

  test('killed and started again it takes over what is there: not one change', async () => {
    await restart(CONFIG);
    await director.settled([SERVICE, R1, R2]);
    const kill = 'kill -9 "$(cat /run/ldirectord.test.cf.pid)"';
    const changes = await changesOf(async () => {
      await director.shell(kill);
      expect((await director.run(['test.cf', 'status'])).code).toBe(1);
      expect((await director.run(['test.cf', 'start'])).code).toBe(0);
      await nothingFor(1500);
    }, [SERVICE, R1, R2]);
    expect(changes).toEqual([]);
    // It really watches them.
    expect(await changesOf(() => director.server('192.168.0.1', 'refused'), [SERVICE, R2])).toHaveLength(1);
  }, 60_000);

  test('reload: nothing changed, nothing done; a broken file changes nothing at all', async () => {
    await restart(CONFIG);
    await director.settled([SERVICE, R1, R2]);
    const reload = async (): Promise<void> => {
      expect((await director.run(['test.cf', 'reload'])).code).toBe(0);
      await nothingFor(500);
    };
    expect(await changesOf(reload, [SERVICE, R1, R2])).toEqual([]);
    await director.logged('Reloading Linux Director Daemon config on signal');

    await director.host.write('/etc/ha.d/test.cf', CONFIG.replace('scheduler', 'schedulor'));
    // The command itself refuses a broken file (status 2), so the signal comes by hand.
    expect((await director.run(['test.cf', 'reload'])).code).toBe(2);
    const hangUp = async (): Promise<void> => {
      await director.shell('kill -HUP "$(cat /run/ldirectord.test.cf.pid)"');
      await nothingFor(500);
    };
    expect(await changesOf(hangUp, [SERVICE, R1, R2])).toEqual([]);
    await director.logged(
      /\] Error \[\d+\] reading file \/etc\/ha\.d\/test\.cf at line 10: Unknown command " {4}schedulor=wlc/,
    );
    await director.logged('/etc/ha.d/test.cf has errors: the running configuration stays in force');
    // Genuine would not react any more (reference 3.6).
    await changesOf(() => director.server('192.168.0.1', 'refused'), [SERVICE, R2]);

    await director.host.write(
      '/etc/ha.d/test.cf',
      CONFIG.replace('real=192.168.0.2:80 masq 5', 'real=192.168.0.3:80 masq 2'),
    );
    const R3 = '-a -t 10.0.0.3:80 -r 192.168.0.3:80 -m -w 2';
    const changed = await changesOf(reload, [SERVICE, R3]);
    expect(changed.filter((line) => line.includes('192.168.0'))).toEqual([
      '-d -t 10.0.0.3:80 -r 192.168.0.2:80',
      '-a -t 10.0.0.3:80 -r 192.168.0.3:80 -m -w 2',
    ]);
    await director.logged('Purged real server (start): 192.168.0.2:80 (10.0.0.3:80)');
  }, 60_000);

  test('autoreload and callback: a change of content is taken up, a touched file is not', async () => {
    const automatic = `autoreload=yes\ncallback="/etc/ha.d/cb.sh"\n${CONFIG}`;
    await director.host.write('/etc/ha.d/cb.sh', '#!/bin/sh\necho "$@" >>/run/cb.out\n', '755');
    await restart(automatic);
    await director.settled([SERVICE, R1, R2]);
    await director.host.write('/etc/ha.d/test.cf', automatic.replace('192.168.0.1:80 masq 5', '192.168.0.1:80 masq 9'));
    await director.settled([SERVICE, R1.replace('-w 5', '-w 9'), R2]);
    await director.logged("Configuration file '/etc/ha.d/test.cf' has changed on disk");
    await director.logged(' - reread new configuration');
    await until('the callback', async () => (await director.host.read('/run/cb.out')) !== '', seconds(5));
    await director.shell('touch /etc/ha.d/test.cf');
    await nothingFor(1500);
    expect(await director.host.read('/run/cb.out')).toBe('/etc/ha.d/test.cf\n');
  }, 60_000);

  test('a change that ipvsadm refuses is logged once with its reason and made as soon as it can be made', async () => {
    await restart(CONFIG);
    await director.settled([SERVICE, R1, R2]);
    // Somebody else has put the fallback's place to another use: the add of r1 is refused while the lock file exists.
    await director.server('192.168.0.1', 'refused');
    await director.settled([SERVICE, R2]);
    await director.shell('mount -t tmpfs -o ro tmpfs /run/fake-ipvsadm');
    await director.server('192.168.0.1', 'up');
    await director.logged(/Can not reach the virtual server table: /);
    await director.shell('umount /run/fake-ipvsadm');
    await director.settled([SERVICE, R1, R2]);
    await director.logged(/The virtual server table can be reached again/);
    const complaints = (await director.log()).filter((line) => line.includes('Can not reach'));
    expect(complaints).toHaveLength(1);
  }, 60_000);

  test('a refused change is tried again', async () => {
    await restart(CONFIG.replace('192.168.0.1:80 masq 5', '192.168.0.1:80 masq 5 l:9 u:3'));
    await director.settled([SERVICE, R2]);
    await director.logged(
      'system(ipvsadm -a -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5 -x 3 -y 9) failed: Numerical result out of range',
    );
    await nothingFor(1500);
    const attempts = (await director.changes()).filter(
      (line) => line.startsWith('-a') && line.includes('192.168.0.1:'),
    );
    expect(attempts.length).toBeGreaterThanOrEqual(2);
    expect((await director.log()).filter((line) => line.includes('Numerical result'))).toHaveLength(1);
  }, 60_000);

  test('when every real is refused the fallback serves in their place; one line each, not one for each attempt', async () => {
    await restart(CONFIG.replaceAll('masq 5', 'masq 5 l:9 u:3'));
    await director.logged('192.168.0.2:80 -m -w 5 -x 3 -y 9) failed: Numerical result out of range');
    await director.settled([SERVICE, FALLBACK]);
    await nothingFor(2500);
    await director.settled([SERVICE, FALLBACK]);
    await director.server('192.168.0.1', 'refused');
    await director.logged(/Check failed: 192\.168\.0\.1:80/);
    await director.server('192.168.0.1', 'up');
    await director.logged('Resetting soft failure count: 192.168.0.1:80 (tcp:10.0.0.3:80)');
    await nothingFor(500);
    await director.settled([SERVICE, FALLBACK]);
    const told = (await director.log()).filter((line) => line.includes('Numerical result'));
    expect(told).toHaveLength(2);
  }, 60_000);

  test('a virtual that somebody has deleted comes back by itself, with a line that says so', async () => {
    await restart(CONFIG);
    await director.settled([SERVICE, R1, R2]);
    await director.shell('/usr/sbin/ipvsadm -D -t 10.0.0.3:80');
    const isBack = async () => (await director.table()).length === 3;
    await until('the virtual', isBack, seconds(15));
    await director.settled([SERVICE, R1, R2]);
    const told = (await director.log()).filter((line) => line.includes('is gone'));
    expect(told).toEqual([expect.stringMatching(/\] Virtual server tcp:10\.0\.0\.3:80 is gone from the table: /)]);
  }, 60_000);

  test('a silent server delays neither the others nor TERM', async () => {
    await restart(`checkinterval=1\nnegotiatetimeout=20\n${SECTION}`);
    await director.settled([SERVICE, R1, R2]);
    await director.server('192.168.0.1', 'silent');
    await nothingFor(1200);
    const start = performance.now();
    await changesOf(() => director.server('192.168.0.2', 'refused'), [SERVICE, R1]);
    expect(performance.now() - start).toBeLessThan(10_000);
    const halt = performance.now();
    await stop();
    expect(performance.now() - halt).toBeLessThan(10_000);
  }, 60_000);

  test('-d stays in the foreground, logs every check to standard error, writes no pid file, ends on INT', async () => {
    await restart(CONFIG);
    await stop();
    const result = await director.shell(
      `timeout -s INT 3 ${process.execPath} ${command('ldirectord-ts')} -d test.cf start; ls /run/ldirectord.*`,
    );
    expect(result.stdout).toBe('');
    const lines = result.stderr.split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^Starting Linux Director v1\.186-ha with pid: \d+$/));
    expect(lines).toContain('DEBUG2: Added virtual server: 10.0.0.3:80');
    expect(lines).toContain('Added virtual server: 10.0.0.3:80');
    const identity = String.raw`negotiate:http:tcp:192.168.0.1:80:::5:masq:\/\.testpage:Test\ Page`;
    expect(lines).toContain(`DEBUG2: Checking negotiate: real server=${identity} (virtual=tcp:10.0.0.3:80)`);
    // The result of every check, not only of the first one.
    const enabled = `DEBUG2: Enabled  real server=${identity} (virtual=tcp:10.0.0.3:80)`;
    expect(lines.filter((line) => line === enabled).length).toBeGreaterThanOrEqual(2);
    expect(lines).toContain('DEBUG2: Activated service 192.168.0.1:80: 200 OK');
    expect(lines).toContain('Linux Director Daemon terminated on signal: INT');
    expect(lines).toContain('Exiting with exit_status 0: Linux Director Daemon terminated on signal: INT');
  }, 60_000);
});
