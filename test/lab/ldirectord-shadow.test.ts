/** The genuine ldirectord keeps a table, and ours watches it as a shadow: agreement, deviations, and that nothing is written. */
import { until } from '../../lib/lab/until.js';
import { seconds } from '../../lib/time.js';
import { command } from '../support/paths.js';
import { createDirectorHost, type DirectorHost } from './ldirectord-host.js';

const GENUINE = '/usr/sbin/ldirectord';

const CONFIG = `
checktimeout=1
negotiatetimeout=1
checkinterval=1
autoreload=no
quiescent=no
logfile="/var/log/ldirectord.log"
fallbackcommand=/etc/ha.d/fallback
virtual=10.0.0.3:80
	real=192.168.0.1:80 masq
	real=192.168.0.2:80 masq 5
	fallback=127.0.0.1:80 masq
	service=http
	request="index.html"
	receive="Test Page"
	scheduler=wrr
	protocol=tcp
	checktype=negotiate
`;

/** Notes who has called it. */
const FALLBACK_COMMAND = `#!/bin/sh
tr '\\0' ' ' < /proc/$PPID/cmdline >> /run/fallback-callers
`;

const VIRTUAL = '-A -t 10.0.0.3:80 -s wrr';
const FIRST = '-a -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 1';
const BY_HAND = '-a -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 9';
const SECOND = '-a -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 5';

describe('a shadow beside the genuine ldirectord', () => {
  let director: DirectorHost;

  beforeAll(async () => {
    director = await createDirectorHost('ldshadow');
    await director.host.write('/etc/ha.d/ldirectord.cf', CONFIG);
    await director.host.write('/etc/ha.d/fallback', FALLBACK_COMMAND);
    await director.shell('touch /run/fake-ipvsadm/callers; chmod +x /etc/ha.d/fallback');
  }, 60_000);
  afterAll(async () => {
    await director?.shell('for f in /run/ldirectord*.pid; do kill -CONT $(cat $f); kill $(cat $f); done');
    await director?.close();
  });

  const shadowLog = (): Promise<readonly string[]> => director.log('/var/log/ldirectord-shadow.log');
  /** Waits for a line and answers with it. */
  const said = async (text: RegExp): Promise<string> => {
    const find = async (): Promise<string | undefined> => (await shadowLog()).find((line) => text.test(line));
    await until(String(text), async () => (await find()) !== undefined, seconds(20)).catch(() => undefined);
    expect(await shadowLog()).toContainEqual(expect.stringMatching(text));
    return (await find()) ?? '';
  };
  const linesAbout = async (text: string): Promise<number> =>
    (await shadowLog()).filter((line) => line.includes(text)).length;
  const shadow = (...words: readonly string[]) => director.run(['--shadow', 'ldirectord.cf', ...words]);

  test('both agree, each deviation is told once and once more when it is over, and nothing is written', async () => {
    const { host, run, shell, server, settled } = director;
    expect(await shadow('start')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    // Nobody keeps a table yet, as on the node that stands by.
    await said(/Nothing is compared: no ldirectord runs for this configuration/);
    expect((await shell(`${GENUINE} ldirectord.cf start`)).code).toBe(0);
    await said(/Tables are compared again/);
    await settled([VIRTUAL, FIRST, SECOND]);
    const pid = (await host.read('/run/ldirectord.ldirectord.cf.pid')).trim();

    // Somebody changes one server by hand, which genuine does not look at. Meanwhile the other dies and comes back: both
    // see it, each in its own time.
    await shell('ipvsadm -e -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 9');
    await server('192.168.0.1', 'refused');
    await settled([VIRTUAL, BY_HAND]);
    await said(/Would do: Deleted real server: 192\.168\.0\.1:80/);
    await server('192.168.0.1', 'up');
    await settled([VIRTUAL, FIRST, BY_HAND]);
    expect(await said(/Difference: real server 192\.168\.0\.2:80 of tcp:10\.0\.0\.3:80 for /)).toMatch(
      /the table has masq weight 9, ldirectord-ts would have masq weight 5 because our check has succeeded .* ago\. It could mean: somebody has changed it by hand/,
    );
    await shell('ipvsadm -e -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 5');
    await said(/Difference is over: real server 192\.168\.0\.2:80 of tcp:10\.0\.0\.3:80, after /);
    expect(await linesAbout('real server 192.168.0.1:80 of')).toBe(0);

    // The genuine program stands still while a server dies.
    await shell(`kill -STOP ${pid}`);
    await server('192.168.0.1', 'refused');
    expect(await said(/Difference: real server 192\.168\.0\.1:80 of /)).toMatch(
      new RegExp(
        `the table has masq weight 1, ldirectord-ts would not have it because our check has failed .* L4REFUSED .*the genuine ldirectord \\(pid ${pid}\\) is halted by a signal`,
      ),
    );
    expect((await shadow('status')).stdout).toMatch(
      /^tcp:10\.0\.0\.3:80 +192\.168\.0\.1:80 +masq weight 1 +nothing +\d.* s +told$/m,
    );
    await shell(`kill -CONT ${pid}`);
    await said(/Difference is over: real server 192\.168\.0\.1:80 of /);
    await settled([VIRTUAL, SECOND]);

    // Neither takes the other for itself, and the end of the shadow takes nothing out of the table.
    expect((await run(['ldirectord.cf', 'status'])).stderr).toContain(`is running with pid: ${pid}`);
    const { pid: own, shadow: told } = JSON.parse((await shadow('status', '--json')).stdout);
    expect(own).not.toBe(Number(pid));
    expect(told.genuine).toEqual({ state: 'running', pid: Number(pid) });
    expect((await shadow('stop')).code).toBe(0);
    await said(
      /Summary: watched for .*; \d+ checks, \d+ changes of the table, \d+ changes by ldirectord-ts; \d differences,/,
    );
    await settled([VIRTUAL, SECOND]);
    expect((await shell(`kill -0 ${pid}`)).code).toBe(0);

    // Each difference once, in the log and as an event.
    const events = await host.get([process.execPath, command('ha'), 'events', '--type', 'difference']);
    for (const name of ['192.168.0.1:80', '192.168.0.2:80']) {
      expect(await linesAbout(`Difference: real server ${name}`)).toBe(1);
      expect(await linesAbout(`Difference is over: real server ${name}`)).toBe(1);
      expect(events.split(`on tcp:10.0.0.3:80 ${name}`)).toHaveLength(3);
    }

    // Of all that ipvsadm was asked for the shadow has only read, and the fallback command was run by genuine only.
    const calls = (await host.read('/run/fake-ipvsadm/callers')).split('\n').filter((line) => line !== '');
    const byShadow = calls.filter((line) => line.includes('--shadow')).map((line) => line.split('\t')[0]);
    expect(new Set(byShadow)).toEqual(new Set(['-R', '-S -n', '-L -n --thresholds']));
    expect(calls.some((line) => line.startsWith('-a ') && line.includes('ldirectord'))).toBe(true);
    expect(await said(/Would run: \/etc\/ha\.d\/fallback /)).not.toBe('');
    expect(await host.read('/run/fallback-callers')).not.toContain('--shadow');
  }, 100_000);

  test('in the foreground it says what it sees, has a pid file of its own, and is there once', async () => {
    const foreground = director.start(['--shadow', 'ldirectord.cf']);
    const lines: string[] = [];
    foreground.onLine((line) => lines.push(line));
    const isUp = async (): Promise<boolean> => (await shadow('status')).code === 0;
    await until('the shadow', isUp, seconds(10));
    expect(await shadow()).toMatchObject({ code: 1, stderr: expect.stringMatching(/runs already with pid \d+/) });
    await shadow('stop');
    expect(await foreground.exited).toBe(0);
    expect(lines).toContainEqual(expect.stringMatching(/Watching beside the genuine ldirectord, and changing nothing/));
    expect(lines).toContainEqual(expect.stringMatching(/Summary: watched for/));
    expect((await shadow('status')).code).toBe(3);
  }, 60_000);
});
