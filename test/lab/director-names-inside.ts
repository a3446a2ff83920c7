/** Inside a world of its own: host names with a name server that answers, is silent, changes its mind, is gone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { playInside } from '../support/director-world/findings.js';
import { createWorld, runCommand, until } from '../support/director-world/world.js';

const CF = `checkinterval=1
checktimeout=2
virtual=10.0.0.3:80
    real=web.example.test:80 masq
    real=192.168.0.3:80 masq
    checktype=connect
    scheduler=rr
virtual6=[2001:db8::5]:80
    real6=six.example.test:80 masq
    checktype=connect
    scheduler=rr
`;
const tableWith = (...reals: readonly string[]): readonly string[] => [
  'TCP  10.0.0.3:80 rr',
  ...reals.map((real) => `  -> ${real}:80 Masq 1 x0 y0`),
  'TCP  [2001:db8::5]:80 rr',
  '  -> [2001:db8::4]:80 Masq 1 x0 y0',
];

/** Takes every question and answers none. */
const SILENT = `use Socket; socket(S, AF_INET, SOCK_DGRAM, 0); bind(S, sockaddr_in(53, inet_aton('127.0.0.1'))) or exit 1;
  while (defined recv(S, $b, 512, 0)) { $n++ ; open F, '>', '/run/asked'; print F $n; close F }`;

await playInside(async ({ tell }) => {
  const world = await createWorld(['192.168.0.1', '192.168.0.2', '192.168.0.3', '2001:db8::4/128 nodad']);
  mkdirSync('/run/names');
  writeFileSync('/run/names/resolv', 'nameserver 127.0.0.1\n');
  writeFileSync('/run/names/hosts', '127.0.0.1 localhost\n');
  await world.shell('mount --bind /run/names/resolv /etc/resolv.conf; mount --bind /run/names/hosts /etc/hosts');
  await world.up('192.168.0.1:80', '192.168.0.2:80', '192.168.0.3:80', '2001:db8::4:80');

  let server: ChildProcess | undefined;
  const gone = async (): Promise<void> => {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    if (server?.exitCode === null && server.signalCode === null) {
      server.kill('SIGKILL');
      await ended;
    }
    server = undefined;
  };
  const answering = async (address: string): Promise<void> => {
    await gone();
    const words = [
      '--keep-in-foreground',
      '--no-resolv',
      '--no-hosts',
      '--user=root',
      '--pid-file=',
      '--conf-file=/dev/null',
    ];
    const names = [`--host-record=web.example.test,${address}`, '--host-record=six.example.test,2001:db8::4'];
    server = spawn('/usr/sbin/dnsmasq', [...words, '--listen-address=127.0.0.1', '--bind-interfaces', ...names], {
      stdio: 'ignore',
    });
    await until(() => listening());
  };
  const silent = async (): Promise<void> => {
    await gone();
    server = spawn('/usr/bin/perl', ['-e', SILENT], { stdio: 'ignore' });
    await until(() => listening());
  };
  /** Somebody has port 53. */
  const listening = (): boolean => readFileSync('/proc/net/udp', 'latin1').includes(':0035 ');

  let linesBefore = 0;
  const said = (text: string): number =>
    world
      .log()
      .slice(linesBefore)
      .filter((line) => line.includes(text)).length;
  /** A reload up to the moment when its names are known, one way or the other. */
  const reload = async (): Promise<number> => {
    linesBefore = world.log().length;
    const [began, runs] = [performance.now(), world.ipvs.runs()];
    world.kill('SIGHUP');
    await until(() => said('Reloading') > 0 && world.ipvs.runs() > runs && world.ipvs.busy() === 0);
    return performance.now() - began;
  };
  const startAndSettle = async (table: readonly string[]) => {
    const result = await world.call('start');
    return { code: result.code, settled: await world.settled(table), seconds: result.milliseconds / 1000 };
  };
  const stop = async (): Promise<void> => {
    await world.call('stop');
    await until(() => world.pid() === undefined);
  };

  await answering('192.168.0.1');
  world.configure(CF);
  tell('answering', await startAndSettle(tableWith('192.168.0.1', '192.168.0.3')));

  await answering('192.168.0.2');
  await pause(1500);
  tell('changed, before the reload', world.table());
  await reload();
  tell('changed, after the reload', await world.settled(tableWith('192.168.0.2', '192.168.0.3')));

  // --- gone: nobody listens on port 53 ---------------------------------------------------------------------------------
  await gone();
  const before = world.ipvs.calls.length;
  await reload();
  await pause(300);
  tell('gone', {
    calls: world.ipvs.calls.slice(before).map(({ argv }) => argv.join(' ')),
    log: world
      .log()
      .slice(linesBefore)
      .filter((line) => !line.startsWith('Added real server')),
  });
  await stop();
  tell('gone, started anew', await startAndSettle(tableWith('192.168.0.2', '192.168.0.3')));

  // --- silent: questions are taken and never answered --------------------------------------------------------------------
  await silent();
  linesBefore = world.log().length;
  const began = performance.now();
  world.kill('SIGHUP');
  await until(() => said('Reloading') > 0);
  for (let count = 0; count < 3; count += 1) world.kill('SIGHUP');
  await world.down('192.168.0.3:80');
  const noticed = await until(() => !world.table().includes('  -> 192.168.0.3:80 Masq 1 x0 y0'), 6000);
  tell('silent, a real dies during the reload', { noticed, stillResolving: said('does not resolve') === 0 });
  const kept = await until(() => said('does not resolve') === 2, 25_000);
  tell('silent, the reload ends', { kept, seconds: (performance.now() - began) / 1000 });
  const again = await until(() => said('does not resolve') === 4, 25_000);
  await pause(1500);
  tell('silent, more signals meanwhile', { again, reloads: said('Reloading') });
  await world.up('192.168.0.3:80');
  await world.settled(tableWith('192.168.0.2', '192.168.0.3'));

  const quick = async (word: string) => {
    const { code, milliseconds } = await world.call(word);
    return { code, inTime: milliseconds < 5000 };
  };
  tell('silent, status', await quick('status'));
  tell('silent, reload command', await quick('reload'));
  await pause(500);
  const stopping = performance.now();
  tell('silent, stop while names are looked up', await quick('stop'));
  const ended = await until(() => world.pid() === undefined);
  tell('silent, the daemon ends', { ended, inTime: performance.now() - stopping < 5000, table: world.table() });
  tell('silent, started anew', await startAndSettle(tableWith('192.168.0.2', '192.168.0.3')));

  // --- silent, and the names were never known ----------------------------------------------------------------------------
  rmSync('/run/ldirectord.test.cf.hosts');
  const unknown = await runCommand(['test.cf', 'status']);
  tell('never known, status', { code: unknown.code, stderr: unknown.stderr, inTime: unknown.milliseconds < 12_000 });
  const stopped = await runCommand(['test.cf', 'stop']);
  tell('never known, stop', {
    code: stopped.code,
    inTime: stopped.milliseconds < 12_000,
    ended: await until(() => world.pid() === undefined),
  });
  await gone();
  tell('never known and gone, start', (await world.call('start')).code);
});
