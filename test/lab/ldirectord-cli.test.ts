/** The command line of ldirectord-ts against the recording of the genuine program: every command in every state. */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { until } from '../../lib/lab/until.js';
import { seconds } from '../../lib/time.js';
import { command, fixture } from '../support/paths.js';
import { createDirectorHost, type DirectorHost } from './ldirectord-host.js';

interface Step {
  readonly cli?: readonly string[];
  readonly sh?: string;
  readonly cwd?: string;
  readonly waitIpvs?: string;
  readonly waitGone?: boolean;
}

interface Recorded {
  readonly argv?: readonly string[];
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

const load = (name: string): { readonly steps: readonly Step[]; readonly recorded: readonly Recorded[] } => ({
  steps: JSON.parse(readFileSync(fixture('ldirectord', name, 'scenario.json'), 'utf8')).steps,
  recorded: JSON.parse(readFileSync(fixture('ldirectord', name, 'cli.json'), 'utf8')).filter(
    (one: Recorded) => one.argv !== undefined,
  ),
});

/** Pids differ from run to run; Perl's own warnings and debug lines are not part of the interface. */
const masked = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('Use of uninitialized value') && !line.startsWith('DEBUG'))
    .join('\n')
    .replace(/pid: \d+/g, 'pid: N')
    .replace(/\[\d+\]/g, '[N]')
    // The usage text is in our own words; scripts see that it begins like this.
    .replace(
      /^Usage:\n {4}ldirectord \[-d\|--debug\] \[--\] \[configfile\] start \| stop \| restart \|\n[\s\S]*$/,
      'USAGE',
    );

describe('ldirectord-ts command line', () => {
  let director: DirectorHost;
  beforeAll(async () => {
    director = await createDirectorHost('ldrun-cli');
  }, 60_000);
  afterAll(() => director?.close());

  test('cli-matrix: exit status and output of every command in every state', async () => {
    const { steps, recorded } = load('cli-matrix');
    await director.host.write(
      '/etc/ha.d/ldirectord.cf',
      readFileSync(fixture('ldirectord/cli-matrix/ldirectord.cf'), 'utf8'),
    );
    const expected = [...recorded];
    const differences: unknown[] = [];
    for (const [index, step] of steps.entries()) {
      if (step.sh !== undefined) await director.shell(step.sh);
      if (step.waitGone === true) {
        const gone = async () => (await director.shell('ls /run/ldirectord.*.pid')).code !== 0;
        await until('the end of the daemon', gone, seconds(5));
      }
      if (step.cli === undefined) continue;
      const genuine = expected.shift();
      const ours = await director.run(step.cli, step.cwd);
      const seen = { code: ours.code, stdout: masked(ours.stdout), stderr: masked(ours.stderr) };
      // -d prints the log as well, which differs in wording about the pid file that we leave alone.
      const isDebug = step.cli[0] === '-d';
      const wanted = {
        code: genuine?.rc,
        stdout: masked(genuine?.stdout ?? ''),
        stderr: isDebug ? seen.stderr : masked(genuine?.stderr ?? ''),
      };
      if (JSON.stringify(seen) !== JSON.stringify(wanted))
        differences.push({ step: index, cli: step.cli, seen, wanted });
      if (step.waitIpvs !== undefined)
        await director.settled([
          '-A -t 10.0.0.3:80 -s wlc',
          '-a -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5',
          '-a -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 5',
        ]);
    }
    expect(differences).toEqual([]);
    expect(expected).toEqual([]);
  }, 60_000);

  test('the pid file is named after the configuration as typed', async () => {
    const config = readFileSync(fixture('ldirectord/cli-matrix/ldirectord.cf'), 'utf8');
    await director.host.write('/etc/ha.d/conf/www', config);
    await director.host.write('/srv/here.cf', config);
    for (const [word, name, cwd] of [
      ['www', 'www', '/'],
      ['/etc/ha.d/conf/www', 'www', '/'],
      ['here.cf', 'here.cf', '/srv'],
      ['/srv/here.cf', 'here.cf', '/'],
    ] as const) {
      expect((await director.run([word, 'start'], cwd)).code).toBe(0);
      const pid = (await director.host.read(`/run/ldirectord.${name}.pid`)).trim();
      expect(pid).toMatch(/^\d+$/);
      // What the OCF agent looks for with pgrep (reference 9).
      const words = (await director.host.read(`/proc/${pid}/cmdline`)).split('\0').join(' ').trim();
      expect(words).toMatch(new RegExp(`ldirectord-ts\\.js ${word} start$`));
      expect((await director.run([word, 'stop'], cwd)).code).toBe(0);
      const gone = async () => (await director.shell(`test -e /run/ldirectord.${name}.pid`)).code !== 0;
      await until('the end of the daemon', gone, seconds(5));
    }
  }, 60_000);

  test('a daemon whose configuration got broken keeps its pid file and can be stopped', async () => {
    await director.host.write('/etc/ha.d/b.cf', 'checkinterval=1\n');
    expect((await director.run(['b.cf', 'start'])).code).toBe(0);
    await director.host.write('/etc/ha.d/b.cf', 'chekinterval=1\n');
    const status = await director.run(['b.cf', 'status']);
    expect([status.code, status.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^Error \[\d+\] reading file \/etc\/ha\.d\/b\.cf at line 1: Unknown command chekinterval=1\n/,
      ),
    ]);
    expect(await director.host.read('/run/ldirectord.b.cf.pid')).toMatch(/^\d+\n$/);
    expect((await director.run(['b.cf', 'stop'])).code).toBe(2);
    const gone = async () => (await director.shell('test -e /run/ldirectord.b.cf.pid')).code !== 0;
    await until('the end of the daemon', gone, seconds(5));
  }, 60_000);

  test('of several starts at once one daemon comes up, and all say so', async () => {
    await director.host.write('/etc/ha.d/m.cf', 'checkinterval=1\n');
    const starts = await Promise.all([1, 2, 3, 4].map(() => director.run(['m.cf', 'start'])));
    expect(starts.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const daemons = async () => (await director.shell('pgrep -fc "m[.]cf start$"')).stdout.trim();
    await until('one daemon', async () => (await daemons()) === '1', seconds(5));
    expect((await director.run(['m.cf', 'stop'])).code).toBe(0);
    await until('no daemon', async () => (await daemons()) === '0', seconds(5));
  }, 60_000);

  test('a pid file that cannot be written: message and exit status 1', async () => {
    await director.host.write('/etc/ha.d/p.cf', 'checkinterval=1\n');
    await director.shell('mkdir -p /run/ldirectord.p.cf.pid/x');
    const result = await director.run(['p.cf', 'start']);
    expect([result.code, result.stderr]).toEqual([1, 'Can not open /var/run/ldirectord.p.cf.pid\n']);
    expect((await director.log()).slice(-2).map((line) => line.replace(/^\[.*?\] /, ''))).toEqual([
      'Can not open /var/run/ldirectord.p.cf.pid',
      'Exiting with exit_status 1: Initialisation Error',
    ]);
  }, 60_000);

  test('check: all findings with line, column and caret; exit status 1 on errors', async () => {
    await director.host.write(
      '/etc/ha.d/c.cf',
      'checktimeot=3\nvirtual=10.0.0.3:80\n    real=192.168.0.1:80 masq\n    schedular=rr\n',
    );
    const result = await director.run(['c.cf', 'check']);
    expect(result.code).toBe(1);
    expect(result.stdout).toContain(
      "/etc/ha.d/c.cf:1:1: error: unknown directive 'checktimeot' (did you mean 'checktimeout'?)",
    );
    expect(result.stdout).toContain('    ^~~~');
    expect(result.stdout).toMatch(/c\.cf:4:5: error: .*\(did you mean 'scheduler'\?\)/);
    expect(JSON.parse((await director.run(['c.cf', 'check', '--json'])).stdout)).toMatchObject({ errors: 2 });
    await director.host.write('/etc/ha.d/c.cf', 'checktimeout=3\n');
    expect((await director.run(['c.cf', 'check'])).code).toBe(0);
  }, 60_000);

  test('check warns of servers that the engine of this machine will refuse', async () => {
    await director.host.write('/etc/ha.d/g.cf', 'virtual=10.0.0.3:80\n    real=192.168.7.1:80 gate\n');
    const check = `${process.execPath} ${command('ldirectord-ts')} g.cf check`;
    const nft = await director.shell(`HA_SUITE_IPVS_ENGINE=nft ${check}`);
    expect([nft.code, nft.stdout]).toEqual([
      0,
      expect.stringMatching(/^\/etc\/ha\.d\/g\.cf:2:\d+: warning: gate needs ip_vs, .*\n.*\n +\^~+\n$/),
    ]);
    const kernel = await director.shell(`HA_SUITE_IPVS_ENGINE=kernel ${check}`);
    expect([kernel.code, kernel.stdout]).toEqual([0, '/etc/ha.d/g.cf: no errors, no warnings\n']);
  }, 60_000);

  test('supervised=yes: the log goes to standard output, no pid file, TERM ends it', async () => {
    await director.host.write('/etc/ha.d/s.cf', 'supervised=yes\ncheckinterval=1\n');
    const status = await director.run(['s.cf', 'status']);
    expect(status.code).toBe(3);
    expect(masked(status.stdout).replace(/\[\w{3} .{20}\]/g, '[date]')).toMatch(
      /^\[date\] Invoking ldirectord invoked as: \S+ldirectord-ts\.js s\.cf status \nldirectord is stopped for \/etc\/ha\.d\/s\.cf\n\[date\] Exiting with exit_status 3: Exiting from ldirectord status\n$/,
    );
    const daemon = director.start(['s.cf', 'start']);
    const lines: string[] = [];
    daemon.onLine((line) => lines.push(line));
    const pid = (): string =>
      lines.flatMap((line) => /\] Starting Linux Director v1\.186-ha with pid: (\d+)$/.exec(line)?.[1] ?? []).join();
    const heeds = async (signal: number): Promise<boolean> => {
      const [, caught = '0'] = /^SigCgt:\s*(\w+)/m.exec(await director.host.read(`/proc/${pid()}/status`)) ?? [];
      return ((BigInt(`0x${caught}`) >> BigInt(signal - 1)) & 1n) === 1n;
    };
    // Node itself catches SIGTERM from the first moment, but nobody else SIGHUP, which the daemon heeds as the last one.
    await until('it heeds signals', async () => pid() !== '' && (await heeds(constants.signals.SIGHUP)), seconds(10));
    expect((await director.shell('test -e /run/ldirectord.s.cf.pid')).code).toBe(1);
    await director.host.get(['kill', pid()]);
    await daemon.exited;
    const said = (): boolean =>
      lines.some((line) => line.endsWith('] Linux Director Daemon terminated on signal: TERM'));
    await until('it says why it ends', said, seconds(10));
  }, 60_000);
});
