/** Mail through a real server, maintenance, monitorfiles and the live state, in the life of a daemon on a host of its own. */
import type { HaEvent } from '../../lib/events/event.js';
import { until } from '../../lib/lab/until.js';
import type { StatusReport } from '../../lib/ldirectord/live-status.js';
import type { ExecResult } from '../../lib/platform/exec.js';
import { seconds } from '../../lib/time.js';
import { command } from '../support/paths.js';
import { createDirectorHost, type DirectorHost } from './ldirectord-host.js';

const SERVICE = '-A -t 10.0.0.3:80 -s wlc';
const R1 = '-a -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5';
const R2 = '-a -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 5';

/** Delivers everything for everybody but `nobody` into one file. */
const EXIM = `
primary_hostname = mail.example.test
spool_directory = /run/exim
log_file_path = /run/exim/%slog
local_interfaces = 127.0.0.25
daemon_smtp_ports = 25
acl_smtp_rcpt = recipients
acl_smtp_data = complete
begin acl
recipients:
  deny local_parts = nobody
       message = there is nobody
  accept
complete:
  require verify = header_syntax
  accept
begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  file = /run/box/all
  user = Debian-exim
  envelope_to_add = true
`;

const SILENT_SERVER = `require('node:net').createServer((socket) => socket.on('error', () => {})).listen(25, '10.0.0.4');`;

const configOf = (globals: string, section = ''): string => `checktimeout=1
negotiatetimeout=1
checkinterval=1
${globals}
virtual=10.0.0.3:80
    real=192.168.0.1:80 masq 5
    real=192.168.0.2:80 masq 5
    service=http
    scheduler=wlc
    request="/.testpage"
    receive="Test Page"
${section}`;

let director: DirectorHost;

const stop = async (): Promise<number> => {
  await director.run(['test.cf', 'stop']);
  const gone = async () => (await director.shell('test -e /run/ldirectord.test.cf.pid')).code !== 0;
  return until('the end of the daemon', gone, seconds(20));
};
const restart = async (config: string): Promise<void> => {
  await stop();
  await director.shell('rm -rf /run/fake-ipvsadm /var/log/ldirectord.log; mkdir /run/fake-ipvsadm');
  for (const address of ['192.168.0.1', '192.168.0.2']) await director.server(address, 'up');
  await director.host.write('/etc/ha.d/test.cf', config);
  expect((await director.run(['test.cf', 'start'])).code).toBe(0);
};
const reportOf = ({ stdout }: ExecResult): StatusReport => JSON.parse(stdout) as StatusReport;
const live = async () => {
  const report = reportOf(await director.run(['test.cf', 'status', '--json']));
  if (report.state !== 'running' || report.live === null) throw new Error(`no live status: ${JSON.stringify(report)}`);
  return report.live;
};
const statesOf = async (): Promise<readonly string[]> =>
  (await live()).virtuals.flatMap(({ reals }) => reals.map(({ server, state }) => `${server} ${state}`));

beforeAll(async () => {
  director = await createDirectorHost('ldrun-more');
  await director.host.write(
    '/etc/hosts',
    '127.0.0.1 localhost\n127.0.0.25 mailhost\n192.168.0.2 web2.example.test web2\n',
  );
}, 60_000);
afterAll(() => director?.close());

describe('mail', () => {
  test('a real server takes the mail for every recipient but the one it refuses, who is named in the log', async () => {
    const { host } = director;
    await host.write('/run/exim.conf', EXIM);
    await host.get(['sh', '-c', 'mkdir -p /run/exim /run/box; chown Debian-exim /run/exim /run/box']);
    host.start(['/usr/sbin/exim4', '-C', '/run/exim.conf', '-bdf']);
    const listens = async () => (await host.run(['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.25/25'])).code === 0;
    await until('exim', listens, seconds(20));

    const recipients = 'Admins <admin@example.test>, nobody@example.test, ops@example.test';
    const mail = `emailalert=${recipients}\nemailalertfrom=LB <lb@example.test>\nemailalertstatus=running\nsmtp=mailhost`;
    await restart(configOf(mail, '    servicename=Büro\n    comment=call Bob\n'));
    await director.settled([SERVICE, R1, R2]);
    await until('the end of the start', async () => (await live()).status === 'running', seconds(20));
    await director.server('192.168.0.1', 'refused');
    await director.settled([SERVICE, R2]);
    const box = async () => host.read('/run/box/all');
    const copies = async () => [...(await box()).matchAll(/^Envelope-to: (.*)$/gm)].map(([, to]) => to);
    await until('both mails', async () => (await copies()).length >= 2, seconds(20));
    const text = await box();
    expect((await copies()).toSorted()).toEqual(['admin@example.test', 'ops@example.test']);
    expect(text).toMatch(/^From: LB <lb@example\.test>$/m);
    expect(text).toContain(`\nTo: ${recipients}\n`);
    expect(text).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/m);
    expect(text).toMatch(/^Message-ID: <\S+>$/m);
    expect(text).toContain(
      'Log-Message: [Büro] Deleted real server: 192.168.0.1:80 (10.0.0.3:80)\nDaemon-Status: running\n\nService name: Büro\nComment: call Bob\n',
    );
    await director.logged('emailalert: Deleted real server: 192.168.0.1:80 (10.0.0.3:80)');
    await director.logged(/failed to send SMTP email message: .*550 there is nobody.* \(mailhost: Deleted real server/);
  }, 90_000);

  test('a mail server that is silent holds up neither checks nor the end', async () => {
    director.host.start([process.execPath, '-e', SILENT_SERVER]);
    const listens = async () => (await director.host.run(['bash', '-c', 'exec 3<>/dev/tcp/10.0.0.4/25'])).code === 0;
    await until('the silent server', listens, seconds(20));
    await restart(configOf('emailalert=admin@example.test\nsmtp=10.0.0.4'));
    await director.settled([SERVICE, R1, R2]);
    for (const [state, rules] of [
      ['refused', [SERVICE, R2]],
      ['up', [SERVICE, R1, R2]],
      ['refused', [SERVICE, R2]],
    ] as const) {
      await director.server('192.168.0.1', state);
      await director.settled(rules);
    }
    // Fifteen seconds is what one mail may take; there are six.
    expect(await stop()).toBeLessThan(14_000);
    await director.logged(/\d mails were not sent before the end$/);
    await director.logged('Linux Director Daemon terminated on signal: TERM');
  }, 90_000);
});

test('maintenance: at once, by address and by name, whatever failurecount says, although no name server answers', async () => {
  await director.shell('nft add rule inet servers input udp dport 53 drop; mkdir -p /run/maint');
  await director.host.write('/etc/resolv.conf', 'nameserver 10.0.0.4\n');
  // With an interval of half a minute only a notice of the system can be so fast.
  await restart(configOf('failurecount=5\nmaintenancedir=/run/maint\ncheckinterval=30'));
  await director.settled([SERVICE, R1, R2]);
  for (const [name, left, server] of [
    ['192.168.0.1', R2, '192.168.0.1:80'],
    ['web2', R1, '192.168.0.2:80'],
  ] as const) {
    await director.host.write(`/run/maint/${name}`, '');
    await director.settled([SERVICE, left]);
    expect(await statesOf()).toContain(`${server} maintenance`);
    await director.shell(`rm /run/maint/${name}`);
    await director.settled([SERVICE, R1, R2]);
  }
  await director.logged(/Check failed: 192\.168\.0\.1:80 \(tcp:10\.0\.0\.3:80\): MAINTENANCE Server in maintenance$/);
}, 90_000);

test('a server in maintenance at the start never enters the table', async () => {
  await director.host.write('/run/maint/web2.example.test:80', '');
  await restart(configOf('maintenancedir=/run/maint'));
  await director.settled([SERVICE, R1]);
  await until('both answers', async () => (await live()).status === 'running', seconds(20));
  expect(await statesOf()).toEqual(['192.168.0.1:80 up', '192.168.0.2:80 maintenance']);
  expect((await director.changes()).filter((change) => change.includes('192.168.0.2'))).toEqual([]);
  await director.shell('rm -r /run/maint');
  await director.settled([SERVICE, R1, R2]);
}, 60_000);

describe('ha drain', () => {
  const ha = (...words: readonly string[]): Promise<ExecResult> =>
    director.host.run([process.execPath, command('ha'), ...words, '--config', 'test.cf'], {
      env: { HA_SUITE_IPVS_ENGINE: 'kernel' },
    });
  const DRAINED = R1.replace('-w 5', '-w 0');
  /** Active connections of the first server, as ipvsadm lists them. */
  const connections = (number: number): Promise<void> =>
    director.host.write('/run/fake-ipvsadm/active', `192.168.0.1:80 ${number}\n`);

  test.each(['no', 'yes'])(
    'quiescent=%s: weight 0 over reload and restart, and back',
    async (quiescent) => {
      await director.shell('rm -rf /run/maint; mkdir /run/maint');
      await restart(configOf(`quiescent=${quiescent}\nmaintenancedir=/run/maint\ncheckinterval=30\ncleanstop=no`));
      await director.settled([SERVICE, R1, R2]);
      const drained = await ha('drain', '192.168.0.1', '--deadline', '8h', '--reason', 'new disk');
      expect([drained.code, drained.stdout, drained.stderr]).toEqual([
        0,
        '192.168.0.1 is drained: no new connections from tcp:10.0.0.3:80 (/run/maint/192.168.0.1)\n',
        '',
      ]);
      await director.settled([SERVICE, DRAINED, R2]);
      expect((await live()).virtuals[0]?.reals[0]).toMatchObject({
        state: 'drained',
        maintenance: { reason: 'new disk', deadline: expect.stringMatching(/^\d{4}-/) },
      });
      expect((await director.run(['test.cf', 'status', '--table'])).stdout).toMatch(/ drained .*new disk$/m);
      const changes = (await director.changes()).length;
      await director.run(['test.cf', 'reload']);
      await director.logged('Reloading Linux Director Daemon config on signal');
      await stop();
      expect((await director.run(['test.cf', 'start'])).code).toBe(0);
      await until('all answers', async () => (await live()).status === 'running', seconds(20));
      await director.settled([SERVICE, DRAINED, R2]);
      expect((await director.changes()).length).toBe(changes);
      const back = await ha('undrain', '192.168.0.1:80');
      expect([back.code, back.stderr]).toEqual([0, '']);
      await director.settled([SERVICE, R1, R2]);
      expect((await ha('undrain', '192.168.0.1')).stdout).toBe('192.168.0.1 is not drained\n');
    },
    90_000,
  );

  test('disable takes it out as a failed check does, enable brings it back', async () => {
    await restart(configOf('quiescent=no\nmaintenancedir=/run/maint\ncheckinterval=30'));
    await director.settled([SERVICE, R1, R2]);
    expect((await ha('disable', '192.168.0.1:80', '--reason', 'smoke')).code).toBe(0);
    await director.settled([SERVICE, R2]);
    expect(await statesOf()).toContain('192.168.0.1:80 maintenance');
    expect((await ha('enable', '192.168.0.1')).code).toBe(0);
    await director.settled([SERVICE, R1, R2]);
  }, 60_000);

  test('without maintenancedir a folder of its own; --wait counts down, and says when it is safe', async () => {
    await restart(configOf('quiescent=no'));
    await director.settled([SERVICE, R1, R2]);
    await connections(2);
    const waiting = ha('drain', '192.168.0.1', '--wait');
    await director.settled([SERVICE, DRAINED, R2]);
    // It sees two before it sees one.
    await until(
      'the file',
      async () => (await director.shell('ls /var/lib/ha-suite/maintenance')).code === 0,
      seconds(9),
    );
    await director.shell('sleep 2');
    await connections(1);
    await director.shell('sleep 2');
    await connections(0);
    const { code, stdout } = await waiting;
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(-5)).toEqual([
      '2 active connections',
      '1 active connection',
      '0 active connections',
      '192.168.0.1 has no active connections: safe to stop',
      '',
    ]);
    expect((await director.shell('stat -c "%a %u" /var/lib/ha-suite/maintenance')).stdout).toBe('755 0\n');
    await connections(3);
    const late = await ha('drain', '192.168.0.1', '--wait', '--deadline', '1500ms');
    expect([late.code, late.stderr]).toEqual([
      1,
      'ha: 192.168.0.1: the deadline has passed, 3 active connections left: it stays drained\n',
    ]);
    await director.settled([SERVICE, DRAINED, R2]);
    expect((await ha('undrain', '192.168.0.1')).code).toBe(0);
    await director.settled([SERVICE, R1, R2]);
  }, 90_000);

  test('interrupted: exit code 130, and it stays drained', async () => {
    await connections(3);
    const words = [process.execPath, command('ha'), 'drain', '192.168.0.1', '--wait', '--config', 'test.cf'];
    const { code, stderr } = await director.host.run(['timeout', '--preserve-status', '-s', 'INT', '4', ...words], {
      env: { HA_SUITE_IPVS_ENGINE: 'kernel' },
    });
    expect([code, stderr]).toEqual([
      130,
      'ha: 192.168.0.1: interrupted, 3 active connections left: it stays drained\n',
    ]);
    await director.settled([SERVICE, DRAINED, R2]);
    await director.shell('rm -r /var/lib/ha-suite');
    await director.settled([SERVICE, R1, R2]);
  }, 60_000);
});

test('a monitorfile that cannot be written is said once, and the checks go on', async () => {
  await director.shell('mkdir /run/mon');
  await restart(configOf('', '    monitorfile=/run/mon/file\n'));
  const lines = async () => (await director.host.read('/run/mon/file')).split('\n').filter((line) => line !== '');
  await until('some lines', async () => (await lines()).length >= 4, seconds(20));
  expect((await lines())[0]).toMatch(
    /^\[\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}\] \[\d+\] negotiate http tcp 192\.168\.0\.[12] 80 5 masq \/\.testpage Test Page \[up\] 200 OK$/,
  );
  await director.shell('rm -r /run/mon');
  await director.logged("Error writing to monitorfile '/run/mon/file': No such file or directory");
  await director.server('192.168.0.1', 'refused');
  await director.settled([SERVICE, R2]);
  expect((await director.log()).filter((line) => line.includes('Error writing to monitorfile'))).toHaveLength(1);
  await director.shell('mkdir /run/mon');
  await director.logged("The monitorfile '/run/mon/file' can be written again");
  await until('new lines', async () => (await lines()).some((line) => line.includes('[down] 500')), seconds(20));
}, 90_000);

describe('status', () => {
  test('--json tells what the daemon sees now; plain status stays as it is', async () => {
    await restart(configOf('failurecount=2', '    fallback=127.0.0.1:80 gate\n    servicename=Web Site\n'));
    await director.settled([SERVICE, R1, R2]);
    await director.server('192.168.0.2', 'refused');
    await director.settled([SERVICE, R1]);
    const answer = await director.run(['test.cf', 'status', '--json']);
    expect([answer.code, answer.stderr]).toEqual([0, '']);
    const report = reportOf(answer);
    expect(report).toMatchObject({
      version: 1,
      state: 'running',
      config: '/etc/ha.d/test.cf',
      live: {
        status: 'running',
        virtuals: [
          {
            id: 'tcp:10.0.0.3:80',
            name: 'Web Site',
            up: 1,
            fallback: { server: '127.0.0.1:80', active: false },
            reals: [
              { server: '192.168.0.1:80', state: 'up', weight: 5, failures: 0, lastFailure: null },
              {
                server: '192.168.0.2:80',
                state: 'down',
                failures: 2,
                lastCheck: { result: 'down', cause: 'L4REFUSED' },
              },
            ],
          },
        ],
      },
    });
    const pid = (await director.host.read('/run/ldirectord.test.cf.pid')).trim();
    expect(String(report.pid)).toBe(pid);
    const table = await director.run(['test.cf', 'status', '--table']);
    expect(table.stdout).toMatch(/^ {2}192\.168\.0\.2:80 {2}masq 5 {2}down .* L4REFUSED Can't connect/m);
    const plain = await director.run(['test.cf', 'status']);
    expect([plain.code, plain.stdout, plain.stderr]).toEqual([
      0,
      '',
      `ldirectord for /etc/ha.d/test.cf is running with pid: ${pid}\n`,
    ]);
    const places = '/run/ha-suite-control /run/ha-suite-control/ldirectord-test.cf.sock';
    expect((await director.shell(`stat -c %a ${places}`)).stdout).toBe('750\n660\n');
    // Looking leaves nothing in the log.
    expect((await director.log()).filter((line) => line.includes(' status '))).toHaveLength(1);
  }, 60_000);

  test('ha events: the start, the checks with cause and line, the table', async () => {
    const words = [process.execPath, command('ha'), 'events', '--json'];
    const events = (await director.host.get(words))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as HaEvent);
    const newest = events.at(-1)?.run;
    const life = events.filter(({ run }) => run === newest);
    expect(life.slice(0, 2)).toMatchObject([
      { program: 'ldirectord', instance: 'test.cf', seq: 1, type: 'daemon', change: 'started' },
      { type: 'config', change: 'in force', file: expect.stringMatching(/test\.cf$/) },
    ]);
    const virtual = 'tcp:10.0.0.3:80';
    expect(life).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'check', virtual, real: '192.168.0.1:80', from: 'unknown', to: 'up' }),
        expect.objectContaining({
          ...{ type: 'check', virtual, real: '192.168.0.2:80', to: 'down' },
          ...{ cause: expect.stringMatching(/^L4REFUSED/), decidedBy: expect.stringMatching(/test\.cf:\d+$/) },
        }),
        expect.objectContaining({ type: 'table', virtual, change: expect.stringMatching(/^-A -t 10\.0\.0\.3:80 /) }),
      ]),
    );
  }, 60_000);

  test('killed: stale; stopped; a daemon of another kind that has no socket', async () => {
    const pid = (await director.host.read('/run/ldirectord.test.cf.pid')).trim();
    await director.shell(`kill -KILL ${pid}`);
    const ended = async () => (await director.shell(`test -e /proc/${pid}`)).code !== 0;
    await until('its end', ended, seconds(10));
    const stale = await director.run(['test.cf', 'status', '--json']);
    expect([stale.code, reportOf(stale)]).toEqual([
      1,
      { version: 1, state: 'stale', config: '/etc/ha.d/test.cf', pid: null, live: null },
    ]);
    await director.shell('rm /run/ldirectord.test.cf.pid');
    const stopped = await director.run(['test.cf', 'status', '--table']);
    expect([stopped.code, stopped.stdout]).toEqual([3, 'ldirectord is stopped for /etc/ha.d/test.cf\n']);
    // The command line says ldirectord, and that is all that a pid file proves.
    const other = director.host.start(['perl', '-e', 'sleep 60', 'ldirectord']);
    await director.shell('pgrep -f "sleep 60 ldirectord" >/run/ldirectord.test.cf.pid');
    const mute = reportOf(await director.run(['test.cf', 'status', '--json']));
    expect(mute).toMatchObject({ state: 'running', live: null, problem: expect.stringContaining('earlier version') });
    await other.stop('SIGKILL');
    await director.shell('rm /run/ldirectord.test.cf.pid');
  }, 60_000);

  test('a supervised daemon has no pid file, but is found', async () => {
    await director.host.write('/etc/ha.d/test.cf', `supervised=yes\n${configOf('')}`);
    const supervised = director.host.start([process.execPath, director.program, 'test.cf', 'start'], {
      env: { HA_SUITE_IPVS_ENGINE: 'kernel' },
    });
    await until(
      'its answer',
      async () => (await director.run(['test.cf', 'status', '--json'])).code === 0,
      seconds(20),
    );
    expect((await live()).pid).toEqual(expect.any(Number));
    expect((await director.run(['test.cf', 'status'])).code).toBe(3);
    await supervised.stop('SIGTERM');
    await until('its end', async () => (await director.run(['test.cf', 'status', '--json'])).code === 3, seconds(20));
  }, 60_000);
});
