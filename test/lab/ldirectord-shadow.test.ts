/** The genuine ldirectord keeps a table, and ours watches it as a shadow: agreement, deviations, and that nothing is written. */
import { until } from '../../lib/lab/until.js';
import { seconds } from '../../lib/time.js';
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

const VIRTUAL = '-A -t 10.0.0.3:80 -s wrr';
const FIRST = '-a -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 1';
const SECOND = '-a -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 5';

interface Told {
  readonly pid: number;
  readonly genuine: { readonly state: string; readonly pid: number | null };
  readonly comparing: boolean;
  readonly summary: { readonly checks: number; readonly tableChanges: number; readonly decisions: number };
  readonly differences: readonly {
    readonly server: string | null;
    readonly told: boolean;
    readonly theirs: string | null;
  }[];
}

describe('a shadow beside the genuine ldirectord', () => {
  let director: DirectorHost;

  beforeAll(async () => {
    director = await createDirectorHost('ldshadow');
    await director.host.write('/etc/ha.d/ldirectord.cf', CONFIG);
    await director.shell(
      'touch /run/fake-ipvsadm/callers; printf "#!/bin/sh\\necho run >> /tmp/fallback-calls\\n" > /etc/ha.d/fallback; chmod +x /etc/ha.d/fallback',
    );
  }, 60_000);
  afterAll(async () => {
    await director?.shell('for f in /run/ldirectord*.pid; do kill -CONT $(cat $f); kill $(cat $f); done');
    await director?.close();
  });

  const shadowLog = (): Promise<readonly string[]> => director.log('/var/log/ldirectord-shadow.log');
  const said = async (text: RegExp): Promise<string> => {
    const find = async (): Promise<string | undefined> => (await shadowLog()).find((line) => text.test(line));
    await until(String(text), async () => (await find()) !== undefined, seconds(20)).catch(() => undefined);
    const all = await shadowLog();
    expect(all).toContainEqual(expect.stringMatching(text));
    return all.find((line) => text.test(line)) ?? '';
  };
  const status = async (): Promise<Told> => {
    const { stdout } = await director.run(['--shadow', 'ldirectord.cf', 'status', '--json']);
    return JSON.parse(stdout).shadow;
  };
  const until_ = (what: string, isSo: (told: Told) => boolean): Promise<unknown> =>
    until(what, async () => isSo(await status()), seconds(15));

  test('both agree, each deviation is told once and once more when it is over, and nothing is written', async () => {
    const { run, shell, server, settled } = director;
    expect((await run(['--shadow', 'ldirectord.cf', 'status'])).code).toBe(3);
    expect(await run(['--shadow', 'ldirectord.cf', 'start'])).toMatchObject({ code: 0, stderr: '' });
    // Nobody keeps a table yet, as on the node that stands by.
    await said(/Nothing is compared: no ldirectord runs for this configuration/);
    expect((await shell(`${GENUINE} ldirectord.cf start`)).code).toBe(0);
    await settled([VIRTUAL, FIRST, SECOND]);
    await said(/Tables are compared again/);

    // A server dies and comes back: both see it, each in its own time, and no difference is told.
    await server('192.168.0.1', 'refused');
    await settled([VIRTUAL, SECOND]);
    await said(/Would do: Deleted real server: 192\.168\.0\.1:80/);
    await server('192.168.0.1', 'up');
    await settled([VIRTUAL, FIRST, SECOND]);
    await until_('the same table', ({ comparing, differences }) => comparing && differences.length === 0);
    expect((await shadowLog()).filter((line) => line.includes('Difference'))).toEqual([]);

    // Somebody changes the table by hand: genuine does not look.
    await shell('ipvsadm -e -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 9');
    expect(
      await said(
        /Difference: real server 192\.168\.0\.2:80 of tcp:10\.0\.0\.3:80 for .*: the table has masq weight 9, ldirectord-ts would have masq weight 5 because our check has succeeded/,
      ),
    ).toMatch(/It could mean: somebody has changed it by hand/);
    await shell('ipvsadm -e -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 5');
    await said(/Difference is over: real server 192\.168\.0\.2:80 of tcp:10\.0\.0\.3:80, after /);

    // The genuine program stands still while all servers die.
    const pid = (await director.host.read('/run/ldirectord.ldirectord.cf.pid')).trim();
    await shell(`kill -STOP ${pid}`);
    await server('192.168.0.1', 'refused');
    await server('192.168.0.2', 'refused');
    expect(
      await said(
        /Difference: real server 192\.168\.0\.1:80 .* the table has masq weight 1, ldirectord-ts would not have it because our check has failed .*L4REFUSED/,
      ),
    ).toContain(`the genuine ldirectord (pid ${pid}) is halted by a signal`);
    await said(
      /Difference: fallback server 127\.0\.0\.1:80 .* the table does not have it, ldirectord-ts would have masq weight 1 because no real server is up/,
    );
    await said(/Would run: \/etc\/ha\.d\/fallback start/);
    expect((await status()).differences.filter(({ told }) => told)).toHaveLength(3);
    const table = await run(['--shadow', 'ldirectord.cf', 'status']);
    expect(table.stdout).toMatch(/192\.168\.0\.1:80 +for .* masq weight 1 +nothing +told/);
    await shell(`kill -CONT ${pid}`);
    await said(/Difference is over: fallback server 127\.0\.0\.1:80/);
    await server('192.168.0.1', 'up');
    await server('192.168.0.2', 'up');
    await until_('no difference', ({ differences }) => differences.length === 0);

    // Neither takes the other for itself.
    expect((await run(['ldirectord.cf', 'status'])).code).toBe(0);
    const { pid: own, genuine, summary } = await status();
    expect(genuine).toEqual({ state: 'running', pid: Number(pid) });
    expect(own).not.toBe(Number(pid));
    expect(summary.tableChanges).toBeGreaterThan(4);
    expect(summary.checks).toBeGreaterThan(10);
    const events = await director.host.get([
      process.execPath,
      director.program.replace('ldirectord-ts', 'ha'),
      'events',
      '--type',
      'difference',
    ]);
    expect(events.split('\n').filter((line) => line.includes('difference for'))).toHaveLength(4);
    expect(events.split('\n').filter((line) => line.includes('is over after'))).toHaveLength(4);
    await run(['--shadow', 'ldirectord.cf', 'stop']);
    await said(/Summary: watched for .* 4 differences, the longest of/);
    expect((await shell('kill -0 $1')).code).toBeDefined();

    process.stderr.write((await shadowLog()).join("\n"));
    // Every difference once; and of all that ipvsadm was asked for, the shadow has only read.
    const lines = await shadowLog();
    expect(lines.filter((line) => line.includes('Difference:'))).toHaveLength(4);
    expect(lines.filter((line) => line.includes('Difference is over'))).toHaveLength(4);
    const calls = (await director.host.read('/run/fake-ipvsadm/callers')).split('\n').filter((line) => line !== '');
    const byShadow = calls.filter((line) => line.includes('--shadow')).map((line) => line.split('\t')[0]);
    expect(new Set(byShadow)).toEqual(new Set(['-R', '-S -n', '-L -n --thresholds']));
    expect(calls.some((line) => line.startsWith('-a ') && line.includes('ldirectord'))).toBe(true);
    // The settled table is as genuine left it: the fallback command was run by genuine only.
    await settled([VIRTUAL, FIRST, SECOND]);
  }, 120_000);
});
