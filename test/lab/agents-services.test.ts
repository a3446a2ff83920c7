/** Agents that are not about addresses: what the genuine ones do not do, and those that call programs of others. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { millis } from '../../lib/time.js';
import { CALLS, installFakes, ownDevices } from '../support/fake-programs.js';
import { projectRoot } from '../support/paths.js';
import { evaluateInside } from './agents-module.js';
import { story } from './stories.js';

const OURS = join(projectRoot, 'dist', 'resource.d');
const agentFile = (name: string): string => join(OURS, `${name}.js`);

/** A web server as far as its agent is concerned, under the name of the real one. */
const HTTPD = `#!/usr/bin/perl
use strict; use IO::Socket::INET;
my %option = @ARGV[1 .. $#ARGV];
open my $conf, '<', $option{'-f'} or die; my %set = map { /^(\\w+)\\s+(\\S+)/ ? ($1, $2) : () } <$conf>;
die "Syntax error\\n" if $set{Broken};
my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $set{Listen}, Listen => 5, ReuseAddr => 1) or die $!;
exit 0 if fork;
open STDIN, '<', '/dev/null'; open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null';
open my $pid, '>', $set{PidFile}; print $pid "$$\\n"; close $pid;
$SIG{WINCH} = sub { exit 0 };
while (1) {
  my $client = $socket->accept or next;
  my ($verb, $path) = split ' ', <$client>;
  print $client "HTTP/1.0 200 OK\\r\\n\\r\\n", $verb eq 'HEAD' ? '' : "<html>$path</html>\\n";
  close $client;
}
`;

const DUMMY = `#!/bin/sh
echo "$0 $1 $OCF_RESKEY_state $OCF_RESOURCE_INSTANCE $OCF_ROOT" >>${CALLS}
case $1 in
  start) : >/run/dummy; (sleep 1; echo later; echo "still there" >/run/later) & ;;
  stop) rm -f /run/dummy ;;
  status|monitor) [ -e /run/dummy ] || { echo "is not running"; exit 7; } ;;
  meta-data) echo '<resource-agent name="Dummy">' ;;
esac
`;

story('agents', ({ begin, observe, end }) => {
  let lab: Lab;
  let host: Host;
  begin(async () => {
    lab = await createLab('services');
    host = await lab.host('lb1', {});
    await ownDevices(host);
    await installFakes(host, {
      sendmail: 'cat >/run/mail',
      mdadm: `case $1 in
        --assemble) echo 'md9 : active raid1' >/run/mdstat ;;
        --stop) [ ! -e /run/busy ] || { rm /run/busy; exit 1; }; : >/run/mdstat ;;
        --detail) [ -s /run/mdstat ] || exit 4; [ ! -e /run/degraded ] || exit 1; [ ! -e /run/failed ] || exit 2 ;;
      esac`,
    });
    await host.get([
      ...['sh', '-ec'],
      `mkdir -p /run/agents /run/resource-agents /run/ha
       mount --bind /run/agents /usr/lib/ocf/resource.d
       ! [ -e /usr/bin/mail ] || mount --bind /dev/null /usr/bin/mail`,
    ]);
    await host.write('/usr/lib/ocf/resource.d/heartbeat/db2', DUMMY, '755');
    await host.write('/usr/lib/ocf/resource.d/acme/Dummy', DUMMY, '755');
    await host.write('/etc/ha.d/conf/OCF/Dummy/shop', '# the shop\nOCF_RESKEY_state="a $((40 + 2))"\n');
    await host.write('/etc/ha.d/resource.d/hto-mapfuncs', await mapFunctions());
  });
  end(() => lab?.close());
  const mapFunctions = () =>
    import('node:fs/promises').then(({ readFile }) =>
      readFile(join(projectRoot, 'packaging', 'etc', 'ha.d', 'resource.d', 'hto-mapfuncs'), 'utf8'),
    );

  const run = async (name: string, ...words: readonly string[]) => {
    const { code, stdout } = await host.run([agentFile(name), ...words]);
    return [code, ...stdout.trimEnd().split('\n')];
  };
  const calls = async () => (await host.read(CALLS)).trimEnd().split('\n');
  const inProcess = (body: string) =>
    evaluateInside(
      host,
      ['agents/registry', 'agents/raid1'],
      `const context = { log: () => undefined, signal: new AbortController().signal };
       const of = async (agent, args, verb) => (await agent.run(verb, args, context)).code; ${body}`,
    );

  observe('every agent is a script that tells what it is', async () => {
    const names = readdirSync(OURS).flatMap((file) => (file.endsWith('.js') ? [file.slice(0, -3)] : []));
    expect(names.length).toBeGreaterThan(20);
    const all = ['sh', '-ec', 'for file; do "$file" meta-data; done', 'all', ...names.map(agentFile)];
    const printed = await host.get(all, { timeout: millis(240_000) });
    expect([...printed.matchAll(/<resource-agent name="(\w+)">/g)].map(([, name]) => name)).toEqual(names);
    expect(await run('Filesystem', 'tmpfs', 'start')).toEqual([
      ...[1, 'usage: Filesystem device directory [type] [options] {start|stop|status|monitor|meta-data}'],
    ]);
  });

  observe('an agent of a vendor: its variables, its code in words, and what it leaves behind goes on', async () => {
    await host.get(['rm', '-f', CALLS, '/run/later']);
    expect(await run('db2', 'db2inst1', 'status')).toEqual([7, 'is not running', 'INFO:  Resource is stopped']);
    expect(await run('db2', 'db2inst1', 'start')).toEqual([0, 'INFO:  Success']);
    expect(await run('db2', 'db2inst1', 'status')).toEqual([0, 'INFO:  Running OK']);
    await until(
      'what it left in the background is through',
      async () => (await host.read('/run/later')) !== '',
      20_000,
    );
    expect(await run('db2', 'db2inst1', 'stop')).toEqual([0, 'INFO:  Success']);
    expect(await calls()).toEqual(
      ['monitor', 'start', 'monitor', 'stop'].map(
        (verb) => `/usr/lib/ocf/resource.d/heartbeat/db2 ${verb}  db2_db2inst1 /usr/lib/ocf`,
      ),
    );
  });

  observe('an agent of a vendor that is not installed', async () => {
    const said = 'ERROR: /usr/lib/ocf/resource.d/heartbeat/ICP is not installed (package resource-agents)';
    for (const verb of ['start', 'status'])
      expect(await run('ICP', '1', '/dev/sdz', verb)).toEqual([5, said, 'ERROR:  Program is not installed']);
  });

  observe('OCF: an agent of any provider, with the variables of its file', async () => {
    await host.get(['rm', '-f', CALLS]);
    expect(await run('OCF', 'Dummy', 'shop', 'status')).toEqual([7, 'OCF Resource Dummy::shop is stopped']);
    expect((await run('OCF', 'Dummy', 'shop', 'start'))[0]).toBe(0);
    expect(await run('OCF', 'Dummy', 'shop', 'status')).toEqual([0, 'OCF Resource Dummy::shop is running']);
    expect((await run('OCF', 'Dummy', 'shop', 'stop'))[0]).toBe(0);
    expect((await calls())[1]).toBe('/usr/lib/ocf/resource.d/acme/Dummy start a 42 shop /usr/lib/ocf');
    expect((await run('OCF', 'Dummy', 'nope', 'start'))[0]).toBe(1);
    // As a script that has read heartbeat's shellfuncs calls it.
    const environment = { OCF_AGENTS: '/usr/lib/ocf/resource.d/heartbeat/' };
    expect((await host.run([agentFile('OCF'), 'Dummy', 'shop', 'status'], { env: environment })).stdout).toBe(
      'OCF Resource Dummy::shop is stopped\n',
    );
    expect((await run('OCF', '../acme/Dummy', 'shop', 'start'))[0]).toBe(1);
  });

  observe("hto-mapfuncs: an administrator's own script for an OCF agent", async () => {
    await host.write(
      '/etc/ha.d/resource.d/Own',
      `#!/bin/sh
. /etc/ha.d/resource.d/hto-mapfuncs
usage() { echo "usage: $0 <state> $LEGAL_ACTIONS"; exit 1; }
[ $# = 2 ] || usage
OCF_TYPE=\${TYPE:-db2} OCF_RESOURCE_INSTANCE=Own_$1 OCF_RESKEY_state=$1
export OCF_TYPE OCF_RESOURCE_INSTANCE OCF_RESKEY_state
ra_execocf "$2"
`,
      '755',
    );
    const own = async (words: readonly string[], env: Readonly<Record<string, string>> = {}) => {
      const { code, stdout } = await host.run(['/etc/ha.d/resource.d/Own', ...words], { env });
      return [code, stdout.trimEnd().split('\n').at(-1)];
    };
    expect(await own(['x', 'status'])).toEqual([7, 'INFO:  Resource is stopped']);
    expect(await own(['x', 'start'])).toEqual([0, 'INFO:  Success']);
    expect(await own(['x', 'status'])).toEqual([0, 'INFO:  Running OK']);
    expect(await own(['x', 'stop'])).toEqual([0, 'INFO:  Success']);
    expect((await own(['x', 'fly']))[0]).toBe(1);
    expect(await own(['x', 'start'], { TYPE: 'Nope' })).toEqual([
      1,
      expect.stringMatching(/is not an executable file/),
    ]);
    expect(await own(['x'])).toEqual([
      1,
      'usage: /etc/ha.d/resource.d/Own <state> (start|stop|status|usage|meta-data)',
    ]);
  });

  observe('MailTo sends with sendmail where there is no mail', async () => {
    expect((await run('MailTo', 'root', 'The shop', 'start'))[0]).toBe(0);
    expect(await host.read('/run/mail')).toMatch(
      /^To: root\nSubject: The shop Takeover in progress at .+ on lb1\n\nThe shop Takeover .*\n\nCommand line was:\nMailTo root The shop start\n$/,
    );
    expect((await run('MailTo', 'root', 'The shop', 'stop'))[0]).toBe(0);
  });

  observe('AudibleAlarm beeps, and is stopped when its process is gone', async () => {
    const codes = (await inProcess(`
      const alarm = m.builtinAgents.get('AudibleAlarm');
      return [await of(alarm, [], 'start'), await of(alarm, [], 'start'), await of(alarm, [], 'status')];`)) as unknown;
    expect(codes).toEqual([0, 0, 0]);
    await until('the console beeps', async () => (await host.read('/dev/console')).includes('\x07'), 20_000);
    // For a moment a new `sleep` still has the name of the shell that starts it.
    const bells = async () => (await host.run(['pgrep', '-fc', 'AudibleAlarm'])).stdout.trim();
    await until('there is one process that beeps', async () => (await bells()) === '1', 20_000);
    await host.get(['sh', '-c', 'kill -9 $(cat /var/run/heartbeat-bell)']);
    expect(await run('AudibleAlarm', 'status')).toEqual([7, 'stopped', 'INFO:  Resource is stopped']);
    expect(await run('AudibleAlarm', 'stop')).toEqual([0, 'INFO:  Success']);
    expect((await host.run(['test', '-e', '/var/run/heartbeat-bell'])).code).toBe(1);
  });

  observe('Raid1: assembled, degraded, failed, busy, stopped', async () => {
    await host.get([
      'sh',
      '-ec',
      `rm -f ${CALLS}; echo 'ARRAY /dev/md9' >/run/mdadm.conf; : >/dev/md9; mount --bind /run/dev-outside/loop0 /dev/md9; : >/run/mdstat`,
    ]);
    expect(
      await inProcess(`
        const { writeFileSync, rmSync } = await import('node:fs');
        const raid = m.createRaid1('/run/mdstat');
        const now = (verb) => of(raid, ['/run/mdadm.conf', 'auto'], verb);
        const codes = [await now('status'), await now('start'), await now('start')];
        writeFileSync('/run/degraded', ''); codes.push(await now('status')); rmSync('/run/degraded');
        writeFileSync('/run/failed', ''); codes.push(await now('status')); rmSync('/run/failed');
        writeFileSync('/run/busy', ''); codes.push(await now('stop'));
        codes.push(await now('stop'), await now('status'));
        return codes;`),
    ).toEqual([7, 0, 0, 0, 1, 1, 0, 7]);
    expect((await calls()).filter((line) => /--(assemble|stop|readonly)/.test(line))).toEqual([
      'mdadm --assemble /dev/md9 --config=/run/mdadm.conf',
      'mdadm --stop /dev/md9 --config=/run/mdadm.conf',
      'mdadm --readonly /dev/md9 --config=/run/mdadm.conf',
      'mdadm --stop /dev/md9 --config=/run/mdadm.conf',
    ]);
  });

  observe('apache: waits until it serves, stops gracefully, and fails at once when it cannot be started', async () => {
    await host.get(
      [
        'sh',
        '-ec',
        `mkdir -p /run/web; cat >/run/web/apache2; chmod 755 /run/web/apache2
`,
      ],
      { input: HTTPD },
    );
    const conf = (more: string) => `PidFile /run/web/pid\nListen 8099\n${more}\n`;
    await host.write('/run/web/fine.conf', conf(''));
    await host.write('/run/web/broken.conf', conf('Broken yes'));
    // The first place where the agent looks for the server; the rest of the folder stays as it is.
    await host.get([
      ...['sh', '-ec'],
      `mkdir -p /run/sbin /run/outside-sbin
       mount --bind /usr/sbin /run/outside-sbin
       cd /run/outside-sbin; for file in *; do ln -s "/run/outside-sbin/$file" "/run/sbin/$file"; done
       cp /run/web/apache2 /run/sbin/httpd2
       mount --bind /run/sbin /usr/sbin`,
    ]);
    expect(
      await inProcess(`
        const apache = m.builtinAgents.get('apache');
        const now = (file, verb) => of(apache, ['/run/web/' + file], verb);
        return [
          await now('fine.conf', 'status'), await now('fine.conf', 'start'), await now('fine.conf', 'start'),
          await now('fine.conf', 'status'), await now('fine.conf', 'stop'), await now('fine.conf', 'status'),
          await now('broken.conf', 'start'), await now('broken.conf', 'stop'),
          await now('nope.conf', 'start'), await now('nope.conf', 'stop'), await now('nope.conf', 'status'),
        ];`),
    ).toEqual([7, 0, 0, 0, 0, 7, 1, 0, 5, 0, 7]);
  });

  observe('Xinetd: a service without the setting gets one when it is stopped', async () => {
    await host.write('/run/bin/xinetd', '#!/bin/sh\ntrap : HUP\nwhile :; do sleep 0.05; done\n', '755');
    await host.write('/etc/xinetd.d/plain', 'service plain\n{\n\tport = 7\n}\n');
    const daemon = host.start(['/run/bin/xinetd']);
    await until('it runs', async () => (await host.run(['pgrep', '-x', 'xinetd'])).code === 0, 20_000);
    expect(await run('Xinetd', 'plain', 'status')).toEqual([0, 'INFO:  Running OK']);
    expect(await run('Xinetd', 'plain', 'stop')).toEqual([0, 'INFO:  Success']);
    expect(await run('Xinetd', 'plain', 'status')).toEqual([7, 'INFO:  Resource is stopped']);
    expect(await host.read('/etc/xinetd.d/plain')).toBe('service plain\n{\n\tport = 7\n\tdisable = yes\n}\n');
    expect(await run('Xinetd', 'gone', 'stop')).toEqual([0, 'INFO:  Success']);
    await daemon.stop();
  });
});
