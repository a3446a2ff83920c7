/** The command ha-heartbeat on a machine of its own: start, status, signals, stop, as heartbeat reference 8 says. */
import { jest } from '@jest/globals';
import { MARK } from '../../lib/heartbeat/wiring/files/leftovers.js';
import { watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, heartbeatPrograms, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import type { ExecResult } from '../../lib/platform/exec.js';

jest.setTimeout(90_000);

const HA_CF = `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 200ms
deadtime 1
initdead 1
bcast eth0
auto_failback on
node lb1 lb2
`;
const ADDRESS = '10.0.0.100';

let lab: Lab;
let node: HeartbeatNode;

beforeAll(async () => {
  lab = await createLab('hbdaemon');
  const lan = await lab.network('lan');
  const host = await lab.host('lb1', {
    interfaces: [{ device: 'eth0', network: lan, addresses: ['10.0.0.1/24'] }],
  });
  node = await installHeartbeat(host, 'ours', {
    haCf: HA_CF,
    authkeys: 'auth 1\n1 crc\n',
    haresources: `lb1 IPaddr::${ADDRESS}/24/eth0\n`,
  });
}, 90_000);
afterAll(async () => {
  await lab?.close();
});

const heartbeat = (...args: readonly string[]): Promise<ExecResult> => node.host.run(['ha-heartbeat', ...args]);
const untilLogged = (line: string | RegExp): Promise<number> =>
  until(
    String(line),
    async () =>
      (await node.log()).some((entry) => (typeof line === 'string' ? entry.includes(line) : line.test(entry))),
    10_000,
    50,
  );
const pid = async (): Promise<string> => (await node.host.read('/run/heartbeat.pid')).trim();
const signal = async (name: string): Promise<void> => {
  await node.host.get(['kill', `-${name}`, await pid()]);
};
const holdsAddress = async (): Promise<boolean> =>
  (await node.host.get(['ip', 'address', 'show', 'dev', 'eth0'])).includes(`${ADDRESS}/24`);
/** What a start would take for the rest of a daemon that was killed; the log is there to see what went before. */
const leftover = async (): Promise<string> => {
  const { code, stdout } = await node.host.run(['cat', MARK]);
  return code === 0 ? [stdout, ...(await node.log()).slice(-40)].join('\n') : 'none';
};
const generation = async (): Promise<number> => Number(await node.host.read('/var/lib/heartbeat/hb_generation'));

describe('before it runs', () => {
  test('-s and -k say that it does not', async () => {
    expect(await heartbeat('-s')).toMatchObject({ code: 3, stdout: 'heartbeat is stopped. No process\n' });
    expect(await heartbeat('-k')).toMatchObject({ code: 0, stderr: 'INFO: Heartbeat already stopped.\n' });
  });

  test('--check finds the configuration good', async () => {
    const { code, stdout } = await heartbeat('--check');
    expect({ code, errors: stdout.includes('0 errors') }).toEqual({ code: 0, errors: true });
  });

  test('a wrong configuration ends with 6 and the genuine lines; --check shows all mistakes with their place', async () => {
    await node.host.write('/etc/ha.d/ha.cf', `${HA_CF}keepalife 2\nbcast eth9\n`);
    const { code, stderr } = await heartbeat();
    expect(code).toBe(6);
    expect(stderr).toMatch(
      /^\w{3} \d\d \d\d:\d\d:\d\d lb1 heartbeat: \[\d+\]: ERROR: Illegal directive \[keepalife\] in /m,
    );
    expect(stderr).toContain('ERROR: glib: IP interface [eth9] does not exist');
    expect(stderr.trimEnd()).toMatch(/ERROR: Configuration error, heartbeat not started\.$/);
    const check = await heartbeat('--check');
    expect(check.code).toBe(1);
    expect(check.stdout).toContain('/etc/ha.d/ha.cf:9:1: error: ');
    expect(check.stdout).toContain("(did you mean 'keepalive'?)");
    expect(check.stdout).toContain('/etc/ha.d/ha.cf:10:7: error: ');
    const json = JSON.parse((await heartbeat('--check', '--json')).stdout);
    expect(json.errors).toBe(2);
    await node.host.write('/etc/ha.d/ha.cf', HA_CF);
  });

  test('a mistake in our own file ends with 6 as well', async () => {
    await node.host.write('/etc/ha.d/ha-suite.ini', '[ipvs]\nengin = nft\n');
    const { code, stderr } = await heartbeat();
    await node.host.get(['rm', '/etc/ha.d/ha-suite.ini']);
    expect(code).toBe(6);
    expect(stderr).toContain("ERROR: /etc/ha.d/ha-suite.ini:2:1: unknown key 'engin' in section [ipvs]");
  });

  test('--check warns of a file that others may write, and of monitors that can move nothing', async () => {
    await node.host.write('/etc/ha.d/ha.cf', HA_CF.replace('auto_failback on\n', ''));
    await node.host.write('/etc/ha.d/ha-suite.ini', '[monitor web]\ncommand = /bin/true\nonfail = standby\n', '666');
    const { code, stdout } = await heartbeat('--check');
    expect(code).toBe(0);
    expect(stdout).toContain('/etc/ha.d/ha-suite.ini:1:1: warning: others than root may write it (mode 0666)');
    expect(stdout).toContain(
      '/etc/ha.d/ha.cf:1:1: warning: [monitor web]: a failure moves nothing while auto_failback is',
    );
    await node.host.write('/etc/ha.d/ha.cf', HA_CF);
    expect((await heartbeat('--check')).stdout).not.toContain('a failure moves nothing');
    await node.host.get(['rm', '/etc/ha.d/ha-suite.ini']);
  });

  test('a port that another program keeps for itself is told, and the start fails', async () => {
    const thief = node.host.start([
      process.execPath,
      '-e',
      "require('dgram').createSocket('udp4').bind(694, () => console.log('bound')); setTimeout(() => {}, 60000);",
    ]);
    await new Promise<void>((resolve) => {
      thief.onLine((line) => {
        if (line === 'bound') resolve();
      });
    });
    const { code, stderr } = await heartbeat();
    await thief.stop('SIGKILL');
    expect(code).toBe(1);
    expect(stderr).toMatch(/ERROR: glib: .*\[eth0\]: Address already in use/);
    expect(await heartbeat('-s')).toMatchObject({ code: 1 });
  });
});

describe('running', () => {
  test('the start returns 0 when the daemon is up, which then takes its resources', async () => {
    expect((await node.start()).code).toBe(0);
    expect(await heartbeat('-s')).toMatchObject({
      code: 0,
      stdout: `heartbeat OK [pid ${await pid()} et al] is running on lb1 [lb1]...\n`,
    });
    await until('the address is there', holdsAddress, 10_000);
  });

  test('its files are as the genuine daemon leaves them', async () => {
    await untilLogged("Local status now set to: 'active'");
    const stat = await node.host.get([
      'stat',
      '-c',
      '%n %a %U:%G %s',
      ...['/run/heartbeat.pid', '/var/lib/heartbeat/hb_generation', '/var/lib/heartbeat/hb_uuid'],
    ]);
    expect(stat.split('\n').slice(0, 3)).toEqual([
      '/run/heartbeat.pid 644 root:root 11',
      '/var/lib/heartbeat/hb_generation 644 root:root 16',
      '/var/lib/heartbeat/hb_uuid 644 root:root 16',
    ]);
    const special = await node.host.get([
      'stat',
      '-c',
      '%n %F %a',
      ...['/var/lib/heartbeat/fifo', '/run/heartbeat/register', '/run/heartbeat/rsctmp'],
    ]);
    expect(special.split('\n').slice(0, 3)).toEqual([
      '/var/lib/heartbeat/fifo fifo 600',
      '/run/heartbeat/register socket 777',
      '/run/heartbeat/rsctmp directory 1755',
    ]);
  });

  test('a second start does nothing and is no failure', async () => {
    const before = await pid();
    const second = await heartbeat();
    expect(second.code).toBe(0);
    expect(second.stderr).toContain(`info: heartbeat: already running [pid ${before}].`);
    expect(await pid()).toBe(before);
  });

  test('the genuine cl_status gets its answers', async () => {
    const ask = (...words: readonly string[]): Promise<ExecResult> => node.host.run(['/usr/bin/cl_status', ...words]);
    expect(await ask('hbstatus')).toMatchObject({ code: 0, stdout: 'Heartbeat is running on this machine.\n' });
    expect((await ask('listnodes')).stdout).toBe('lb2\nlb1\n');
    expect((await ask('nodestatus', 'lb2')).stdout).toBe('dead\n');
    expect((await ask('hblinkstatus', 'lb1', 'eth0')).stdout).toBe('up\n');
    expect((await ask('hbparameter', '-p', 'keepalive')).stdout).toBe('200ms\n');
  });

  test('garbage and interleaved messages in the FIFO do no harm', async () => {
    const script = 'printf "junk\\n>>>\\nt=a\\n>>>\\nt=ask_resources\\n<<<\\n" >/var/lib/heartbeat/fifo';
    await node.host.get(['sh', '-c', script]);
    await untilLogged('ERROR: NV failure (msgfromsteam)');
    expect((await heartbeat('-s')).code).toBe(0);
  });

  test('-r with unchanged files; with new keys; with broken keys, which it survives', async () => {
    expect((await heartbeat('-r')).stderr).toContain(
      `info: Signalling heartbeat pid ${await pid()} to reread config files`,
    );
    await untilLogged('info: Configuration unchanged.');
    await node.host.write('/etc/ha.d/authkeys', 'auth 2\n2 sha1 another\n', '600');
    expect((await heartbeat('-r')).code).toBe(0);
    await untilLogged('info: Rereading authentication file.');
    await node.host.write('/etc/ha.d/authkeys', 'auth 3\n', '600');
    const refused = await heartbeat('-r');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`info: Config errors: Heartbeat pid ${await pid()} NOT restarted`);
    await signal('HUP');
    await untilLogged(/ERROR: \/etc\/ha\.d\/authkeys:1: .* Going on with the old keys\./);
    expect((await heartbeat('-s')).code).toBe(0);
    await node.host.write('/etc/ha.d/authkeys', 'auth 1\n1 crc\n', '600');
  });

  test.each([
    ['good files', '', 0, 0],
    ['a wrong ha.cf', 'keepalive never\n', 6, 1],
  ])(
    'with %s, a second start and -r say, log and return what the genuine program does',
    async (_, more, started, reread) => {
      await node.host.write('/etc/ha.d/ha.cf', `${HA_CF}${more}`);
      const said = async (
        program: string,
        ...args: readonly string[]
      ): Promise<readonly [number | undefined, string[], string[]]> => {
        // Genuine also complains about core dumps, and about udpport and baud without a line of their own.
        const texts = (text: string, not = ''): string[] =>
          [...text.matchAll(/heartbeat: \[(\d+)\]: (?!WARN: (?:Core dumps|Consider setting))(.*)/g)].flatMap(
            ([, from, line = '']) => (from === not ? [] : [line]),
          );
        const daemon = await pid();
        const before = texts((await node.log()).join('\n'), daemon).length;
        const { code, stderr } = await node.host.run([program, ...args]);
        const logged = texts((await node.log()).join('\n'), daemon).slice(before);
        return [code, texts(stderr), logged];
      };
      const genuine = heartbeatPrograms('genuine').daemon;
      const start = await said('ha-heartbeat');
      const reload = await said('ha-heartbeat', '-r');
      expect(start).toEqual(await said(genuine));
      expect(reload).toEqual(await said(genuine, '-r'));
      expect([start[0], reload[0]]).toEqual([started, reread]);
      await node.host.write('/etc/ha.d/ha.cf', HA_CF);
    },
  );

  test('a changed ha.cf that is wrong never replaces the one in force', async () => {
    const before = await generation();
    await node.host.write('/etc/ha.d/ha.cf', `${HA_CF}keepalife 3\n`);
    await signal('HUP');
    await untilLogged(/ERROR: \/etc\/ha\.d\/ha\.cf:9:1: .* Going on with the old configuration\./);
    expect((await heartbeat('-s')).code).toBe(0);
    expect(await generation()).toBe(before);
    await node.host.write('/etc/ha.d/ha.cf', HA_CF);
  });

  test('USR1 and USR2 change the debug level, INT and PIPE nothing', async () => {
    const debugged = (line: RegExp): Promise<number> =>
      until(String(line), async () => line.test(await node.host.read('/var/log/ha-debug')), 10_000, 50);
    await signal('USR1');
    await debugged(/: debug: debug now set to 1 \[pid \d+\]\n.*: info: heartbeat: version 3\.0\.6\n/);
    await signal('USR2');
    await debugged(/: debug: debug now set to 0 \[pid \d+\]/);
    expect((await node.log()).join('\n')).not.toContain('debug now set');
    await signal('INT');
    await signal('PIPE');
    expect((await heartbeat('-s')).code).toBe(0);
  });

  test('a log file that was moved away does not hold it up', async () => {
    const versions = async (): Promise<number> =>
      (await node.log()).filter((line) => line.endsWith(': info: heartbeat: version 3.0.6')).length;
    const before = await versions();
    await node.host.get(['rm', '/var/log/ha-debug']);
    await signal('USR1');
    await until('the version is told', async () => (await versions()) > before, 10_000, 50);
    await signal('USR2');
    expect((await heartbeat('-s')).code).toBe(0);
  });

  test('-k returns when it is gone and its resources are released', async () => {
    const before = await pid();
    expect(await heartbeat('-k')).toMatchObject({ code: 0, stdout: '' });
    expect(await holdsAddress()).toBe(false);
    expect((await node.host.run(['test', '-e', `/proc/${before}`])).code).toBe(1);
    expect(await heartbeat('-s')).toMatchObject({ code: 1, stdout: 'heartbeat is stopped. No process\n' });
    await untilLogged('info: lb1 Heartbeat shutdown complete.');
    expect(await leftover()).toBe('none');
  }, 90_000);
});

describe('again', () => {
  test('killed without mercy: the next start takes a new generation, and stops first what was left running', async () => {
    const sweeps = async (): Promise<number> =>
      (await node.log()).filter((line) => line.includes('The last run did not end by itself')).length;
    expect((await node.start()).code).toBe(0);
    await until('the address is there', holdsAddress, 10_000);
    expect(await sweeps()).toBe(0);
    const first = await generation();
    const watch = await watchAddresses([node.host]);
    const killed = Date.now();
    await signal('KILL');
    await until('it is gone', async () => (await heartbeat('-s')).code === 1, 5000, 50);
    expect(await holdsAddress()).toBe(true);
    expect((await node.start()).code).toBe(0);
    expect(await generation()).toBe(first + 1);
    expect(await sweeps()).toBe(1);
    // Alone it takes its groups only after initdead: in between nobody has the address.
    const changes = (): readonly boolean[] =>
      watch.history(ADDRESS).flatMap(({ at, owns }) => (at > killed ? owns : []));
    await until('the address goes and comes back', () => changes().length >= 2, 10_000);
    expect(changes()).toEqual([false, true]);
    await watch.close();
    expect((await heartbeat('-k')).code).toBe(0);
    expect(await leftover()).toBe('none');
    expect((await node.start()).code).toBe(0);
    expect(await sweeps()).toBe(1);
    expect((await heartbeat('-k')).code).toBe(0);
  }, 90_000);

  test('in the foreground it logs to standard error, and an interrupt stops it', async () => {
    const running = node.host.start(['ha-heartbeat', '--foreground', '-l']);
    const lines: string[] = [];
    running.onLine((line) => lines.push(line));
    await until('it is up', () => lines.some((line) => line.includes("Local status now set to: 'active'")), 10_000);
    await signal('INT');
    expect(await running.exited).toBe(0);
    // It has ended; its last words may still be on the way to us.
    const parted = (): boolean => lines.some((line) => line.includes('info: lb1 Heartbeat shutdown complete.'));
    await until('it says so', parted, 10_000);
  }, 90_000);

  test('with -M it heartbeats and touches no resource', async () => {
    expect((await heartbeat('-M')).code).toBe(0);
    await untilLogged("Local status now set to: 'active'");
    await until(
      'it is active',
      async () => (await node.host.run(['/usr/bin/cl_status', 'nodestatus', 'lb1'])).stdout.trim() === 'active',
      10_000,
    );
    expect(await holdsAddress()).toBe(false);
    expect((await heartbeat('-k')).code).toBe(0);
  }, 90_000);
});
