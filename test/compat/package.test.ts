/** The package: installed over a running genuine pair of programs, used like them, removed, and the genuine ones put back. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { millis } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';

const ADDRESS = '10.0.0.100';
const HA_CF = `logfile /var/log/ha-log
keepalive 500ms
deadtime 3
initdead 4
bcast eth0
auto_failback off
node lb1 lb2
`;
const DIRECTOR = `checktimeout=2
checkinterval=1
virtual=${ADDRESS}:80
\treal=10.0.0.1:80 gate
\tchecktype=on
\tscheduler=rr
\tprotocol=tcp
`;
/** The engine is named so that both programs use the same stand-in for ipvsadm. */
const DEFAULTS = 'CONFIG_FILE=/etc/ha.d/conf/test.cf\nexport HA_SUITE_IPVS_ENGINE=kernel\n';
/** What the administrator and the genuine packages have in /etc, with what they contain. */
const LIST = `find /etc/ha.d /etc/heartbeat /etc/init.d/heartbeat /etc/init.d/ldirectord /etc/logrotate.d/heartbeat \
  /etc/logrotate.d/ldirectord /etc/default/ldirectord -type f -exec md5sum {} + 2>/dev/null | sort -k2
true`;

/** What a removed package would have left: links to its files, and its folders. */
const LEFT = `find /etc /usr/bin /usr/sbin /usr/lib /usr/libexec /usr/share -lname '*lib/ha-suite/*' -print
for folder in /usr/lib/ha-suite /usr/share/ha-suite /usr/share/doc/ha-suite; do [ ! -e $folder ] || echo $folder; done`;

const LONG = 300_000;
let lab: Lab;
let host: Host;
let deb = '';
let genuine: readonly string[] = [];
let downloads = '';
let before = '';

const shell = async (script: string): Promise<string> => {
  const { stdout, stderr, code } = await host.run(['sh', '-c', script], { timeout: millis(180_000) });
  return `${stdout}${stderr}[${code}]`;
};
/** Words that differ between two runs of the same program: times, process numbers, and who says it. */
const same = (text: string): string =>
  text
    .replace(/^\w{3} \d+ [\d:]+ lb1 heartbeat: \[\d+\]: /gm, 'heartbeat: ')
    // verifyallidle of the genuine ResourceManager lets every agent speak.
    .replace(/^\w{3} \d+ [\d:]+ INFO: .*\n/gm, '')
    .replace(/pid:? \d+/g, 'pid N')
    .trim();
/** One init script, word by word. */
const session = async (script: string, words: readonly string[]): Promise<readonly string[]> => {
  const said: string[] = [];
  for (const word of words) said.push(`${word}: ${same(await shell(`/etc/init.d/${script} ${word}`))}`);
  return said;
};
const CLUSTER_WORDS = ['bogus', 'status', 'stop', 'start', 'status', 'start', 'reload'];
const DIRECTOR_WORDS = ['bogus', 'status', 'start', 'status', 'reload', 'try-restart', 'restart', 'status'];
let clusterSaid: readonly string[] = [];
let directorSaid: readonly string[] = [];

const commandLines = async (): Promise<readonly string[]> =>
  (await shell("for file in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$file; echo; done")).split('\n');
const holdsAddress = async (): Promise<boolean> =>
  (await host.run(['ip', '-brief', 'address', 'show', 'eth0'])).stdout.includes(`${ADDRESS}/`);
const untilHeld = (): Promise<number> => until(`the node holds ${ADDRESS}`, holdsAddress, 60_000, 200);
const untilDirectorEnds = (): Promise<number> =>
  until(
    'ldirectord has ended',
    async () => !(await shell('/etc/init.d/ldirectord status')).includes('[0]'),
    30_000,
    200,
  );
const apt = (...words: readonly string[]): Promise<string> =>
  shell(
    `DEBIAN_FRONTEND=noninteractive apt-get -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-unsafe-io ${words.join(' ')} </dev/null`,
  );

/** Where node does not come from a package, one that only says that it is there. */
const nodePackage = (): string | undefined => {
  if (spawnSync('dpkg-query', ['-W', 'nodejs'], { stdio: 'ignore' }).status === 0) return undefined;
  const control = [
    ...['Package: nodejs', `Version: ${process.versions.node}`, 'Architecture: all'],
    ...['Maintainer: nobody <nobody@localhost>', 'Description: stands for the node of this machine', ''],
  ];
  mkdirSync(join(downloads, 'node', 'DEBIAN'), { recursive: true });
  writeFileSync(join(downloads, 'node', 'DEBIAN', 'control'), control.join('\n'));
  execFileSync('dpkg-deb', ['--build', 'node'], { cwd: downloads, stdio: 'pipe' });
  return join(downloads, 'node.deb');
};

beforeAll(async () => {
  downloads = mkdtempSync(join(tmpdir(), 'ha-suite-package-'));
  const built = execFileSync(process.execPath, ['scripts/package.mjs'], { cwd: projectRoot, encoding: 'utf8' });
  deb = join(projectRoot, built.trim().split('\n').at(-1) ?? '');
  execFileSync('apt-get', ['-q', 'download', 'heartbeat', 'ldirectord'], { cwd: downloads, stdio: 'pipe' });
  genuine = readdirSync(downloads).map((name) => join(downloads, name));
  const node = nodePackage();
  lab = await createLab('package');
  const lan = await lab.network('lan');
  host = await lab.host('lb1', {
    separation: 'system',
    interfaces: [{ device: 'eth0', network: lan, addresses: ['10.0.0.1/24'] }],
  });
  if (node !== undefined) await host.get(['dpkg', '-i', node]);
  // A machine that has been booted by sysvinit, and starts what is installed.
  await host.get(['rm', '-f', '/usr/sbin/policy-rc.d', '/sbin/runlevel']);
  await host.write('/usr/sbin/runlevel', '#!/bin/sh\necho N 2\n', '755');
  // The set-up of the tests has switched both off at boot.
  for (const name of ['heartbeat', 'ldirectord']) await host.get(['update-rc.d', name, 'enable']);
  await host.get(['cp', join(projectRoot, 'test/support/fake-ipvsadm.pl'), '/usr/sbin/ipvsadm']);
  await host.write('/etc/ha.d/ha.cf', HA_CF);
  await host.write('/etc/ha.d/authkeys', 'auth 1\n1 sha1 not-a-secret\n', '600');
  await host.write('/etc/ha.d/haresources', `lb1 IPaddr2::${ADDRESS}/24/eth0\n`);
  await host.write('/etc/ha.d/conf/test.cf', DIRECTOR);
  await host.write('/etc/default/ldirectord', DEFAULTS);
  before = await shell(LIST);
}, LONG);
afterAll(async () => {
  await lab?.close();
  rmSync(downloads, { recursive: true, force: true });
});

const step = (name: string, action: () => Promise<void>): void => test(name, action, LONG);

step('genuine programs run, and their init scripts are heard', async () => {
  clusterSaid = await session('heartbeat', CLUSTER_WORDS);
  directorSaid = await session('ldirectord', DIRECTOR_WORDS);
  expect(clusterSaid).toContain('start: Starting High-Availability services: Done.\n\n[0]');
  await untilHeld();
});

step('installed over them it goes on with what they did, and no file in /etc is another one', async () => {
  expect(await apt('install', '--no-install-recommends', deb)).toMatch(/Setting up ha-suite[\s\S]*\[0\]$/);
  expect(await shell(LIST)).toBe(before);
  await untilHeld();
  const running = await commandLines();
  expect(running.filter((line) => /^ha-heartbeat: master control process/.test(line))).toHaveLength(1);
  expect(running.filter((line) => /node .*\/usr\/sbin\/ldirectord .*test\.cf start/.test(line))).toHaveLength(1);
  expect(running.filter((line) => /^heartbeat: |perl.*ldirectord/.test(line))).toEqual([]);
});

step(
  'the init scripts of the genuine packages, which are still there, say with ours what they said with theirs',
  async () => {
    await shell('/etc/init.d/ldirectord stop; /etc/init.d/heartbeat stop; rm -f /run/heartbeat.pid');
    expect(await session('heartbeat', CLUSTER_WORDS)).toEqual(clusterSaid);
    await untilDirectorEnds();
    expect(await session('ldirectord', DIRECTOR_WORDS)).toEqual(directorSaid);
    await untilHeld();
  },
);

step('and so do ours', async () => {
  await shell('/etc/init.d/ldirectord stop; /etc/init.d/heartbeat stop; rm -f /run/heartbeat.pid');
  await untilDirectorEnds();
  await shell('mkdir /run/theirs; for name in heartbeat ldirectord; do mv /etc/init.d/$name /run/theirs; done');
  await host.get(['/usr/lib/ha-suite/place', 'add']);
  expect(await session('heartbeat', CLUSTER_WORDS)).toEqual(clusterSaid);
  expect(await session('ldirectord', DIRECTOR_WORDS)).toEqual(directorSaid);
  await untilHeld();
  await shell('for name in heartbeat ldirectord; do mv /run/theirs/$name /etc/init.d; done');
});

step('all commands are there under their own names and the genuine ones', async () => {
  for (const command of [
    ...[
      '/usr/lib/heartbeat/heartbeat -s',
      '/usr/libexec/heartbeat/heartbeat -s',
      'ha-heartbeat -s',
      'cl_status hbstatus',
    ],
    ...['ldirectord --version', 'ldirectord-ts --version', 'ha-ipvsadm -h', 'ldirectord test.cf status'],
    ...[
      'test -x /usr/libexec/heartbeat/ipfail -a -x /usr/lib/heartbeat/ipfail',
      'bash -n /usr/share/bash-completion/completions/ldirectord',
    ],
  ]) {
    expect([command, await shell(`${command} >/dev/null 2>&1`)]).toEqual([command, '[0]']);
  }
});

step('ipvsadm is diverted only when asked for, and comes back', async () => {
  const real = await shell('md5sum </usr/sbin/ipvsadm');
  expect(await shell('ha-suite-divert-ipvsadm status')).toBe('off\n[0]');
  expect(await shell('ha-suite-divert-ipvsadm on && ha-suite-divert-ipvsadm on')).toBe('[0]');
  expect(await shell('ha-suite-divert-ipvsadm status; ipvsadm -h | head -1')).toMatch(/^on\nha-ipvsadm/);
  // The engine finds the genuine one: otherwise ours would call itself for ever.
  expect(await shell('HA_SUITE_IPVS_ENGINE=kernel timeout 20 ipvsadm -L -n | head -1')).toContain('IP Virtual Server');
  expect(await shell('ha-suite-divert-ipvsadm off; md5sum </usr/sbin/ipvsadm')).toBe(real);
});

step('one command goes back: apt removes it, nothing of it is left, and the genuine programs work', async () => {
  expect(await apt('install', '--no-install-recommends', ...genuine)).toMatch(
    /Removing ha-suite[\s\S]*Setting up heartbeat[\s\S]*\[0\]$/,
  );
  expect((await commandLines()).filter((line) => /ha-heartbeat|ha-suite/.test(line))).toEqual([]);
  expect(await shell(LEFT)).toBe('[0]');
  expect(await shell(LIST)).toBe(before);
  await untilHeld();
  expect((await commandLines()).filter((line) => /^heartbeat: master control process/.test(line))).toHaveLength(1);
  expect(await shell('/etc/init.d/ldirectord status')).toContain('[0]');
});

step(
  'on a machine that has never seen the genuine programs it brings everything, and takes it away again',
  async () => {
    await shell('/etc/init.d/ldirectord stop; /etc/init.d/heartbeat stop');
    await apt('purge', 'heartbeat', 'ldirectord');
    await shell('rm -rf /etc/ha.d');
    expect(await apt('install', '--no-install-recommends', deb)).toContain(
      'Heartbeat not configured: /etc/ha.d/ha.cf not found. Heartbeat failure [rc=1]. Failed.',
    );
    const links = await shell('ls -l /etc/ha.d/resource.d');
    for (const agent of ['IPaddr', 'IPaddr2', 'LVSSyncDaemonSwap', 'ldirectord'])
      expect(links).toMatch(new RegExp(` ${agent} -> /usr/lib/ha-suite/resource.d/${agent}.js$`, 'm'));
    expect(await shell('readlink /usr/lib/ocf/resource.d/ha-suite/IPaddr2')).toBe(
      '/usr/lib/ha-suite/ocf/IPaddr2.js\n[0]',
    );
    for (const path of ['init.d/heartbeat', 'init.d/ldirectord', 'logrotate.d/heartbeat', 'default/ldirectord'])
      expect(await shell(`cmp /etc/${path} /usr/share/ha-suite/${path}`)).toBe('[0]');
    expect(
      await shell(
        `systemd-analyze verify ${['heartbeat', 'ldirectord', 'ha-suite-status'].map((unit) => `/lib/systemd/system/${unit}.service`).join(' ')}`,
      ),
    ).toBe('[0]');
    expect(await apt('purge', 'ha-suite')).toMatch(/\[0\]$/);
    expect(
      await shell('ls /etc/ha.d /etc/init.d/heartbeat /etc/init.d/ldirectord /etc/default/ldirectord 2>/dev/null'),
    ).toBe('[2]');
  },
);

test(
  'lintian has nothing to say',
  () => {
    const { stdout, status } = spawnSync('lintian', ['--allow-root', '--fail-on', 'error,warning', deb], {
      encoding: 'utf8',
    });
    expect([stdout, status]).toEqual(['', 0]);
  },
  LONG,
);

test(
  'the same sources give the same bytes',
  () => {
    const sum = (): string => execFileSync('sha256sum', [deb], { encoding: 'utf8' });
    const first = sum();
    execFileSync(process.execPath, ['scripts/package.mjs'], { cwd: projectRoot, stdio: 'pipe' });
    expect(sum()).toBe(first);
  },
  LONG,
);
