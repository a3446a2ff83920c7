/** Inside a world of its own: everything around the daemon fails in turn (told to director-failures.test.ts). */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { playInside } from '../support/director-world/findings.js';
import { createWorld, LOG, PID_FILE, until } from '../support/director-world/world.js';
import { command } from '../support/paths.js';

const GLOBALS = 'checkinterval=1\nchecktimeout=2\nquiescent=no\n';
const WEB = `virtual=10.0.0.3:80
    real=192.168.0.1:80 masq
    real=192.168.0.2:80 masq
    fallback=127.0.0.1:80 gate
    checktype=connect
    scheduler=rr
`;
const row = (number: number): string => `  -> 192.168.0.${number}:80 Masq 1 x0 y0`;
const HEALTHY = ['TCP  10.0.0.3:80 rr', row(1), row(2)];

const daemons = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes('ldirectord-ts.js\0');
      } catch {
        return false;
      }
    })
    .map(Number);

await playInside(async ({ tell }) => {
  const world = await createWorld(['192.168.0.1', '192.168.0.2']);
  const { ipvs } = world;
  await world.up('192.168.0.1:80', '192.168.0.2:80');
  let linesBefore = 0;
  const mark = (): void => {
    linesBefore = world.log().length;
  };
  const lines = (): string[] => world.log().slice(linesBefore);
  const said = (text: string): number => lines().filter((line) => line.includes(text)).length;
  const has = (line: string): Promise<boolean> => until(() => world.table().includes(line));
  const lacks = (line: string): Promise<boolean> => until(() => !world.table().includes(line));
  const end = async (): Promise<boolean> => {
    world.kill('SIGTERM');
    return until(() => world.pid() === undefined, 40_000);
  };
  world.configure(GLOBALS + WEB);

  // --- two starts at once ------------------------------------------------------------------------------------------------
  const rounds: unknown[] = [];
  for (let round = 0; round < 2; round += 1) {
    const codes = await Promise.all([1, 2, 3].map(async () => (await world.call('start')).code));
    await world.settled(HEALTHY);
    await until(() => daemons().length === 1, 5000);
    rounds.push({ codes, daemons: daemons().length, isIt: daemons()[0] === world.pid() });
    if (round === 0) await end();
  }
  tell('three starts at once', rounds);
  tell('left by them', (await world.shell(`ls ${PID_FILE}.*`)).trim());

  await end();
  ipvs.behave({ fails: 'Memory allocation problem' });
  const blind = await world.call('start');
  const before = world.table();
  ipvs.behave({});
  tell('start without ipvsadm', { code: blind.code, before, after: await world.settled(HEALTHY) });

  // --- ipvsadm fails, is slow, is gone, hangs ------------------------------------------------------------------------------
  mark();
  ipvs.behave({ fails: 'Memory allocation problem' });
  await world.down('192.168.0.2:80');
  await until(() => said('Can not reach') > 0);
  await pause(2500);
  tell('failing', { told: lines().filter((line) => line.startsWith('Can not reach')), table: world.table() });
  ipvs.behave({});
  tell('failing no more', [await lacks(row(2)), await until(() => said('can be reached again') === 1)]);
  await world.up('192.168.0.2:80');
  await has(row(2));

  mark();
  await world.shell('mount --bind /dev/null /usr/sbin/ipvsadm');
  await world.down('192.168.0.2:80');
  await until(() => said('Can not reach') > 0);
  const withoutProgram = await world.call('status');
  tell('gone', {
    told: lines().filter((line) => line.startsWith('Can not reach')),
    status: [withoutProgram.code, withoutProgram.stderr],
  });
  await world.shell('umount /usr/sbin/ipvsadm');
  tell('gone no more', await lacks(row(2)));
  await world.up('192.168.0.2:80');
  await has(row(2));

  mark();
  ipvs.behave({ delay: 700 });
  await world.down('192.168.0.2:80');
  const slow = await lacks(row(2));
  await world.up('192.168.0.2:80');
  tell('slow', { slow, back: await has(row(2)), troubles: said('Can not reach') });

  mark();
  ipvs.behave({ hangs: true });
  await world.down('192.168.0.2:80');
  await until(() => said('Can not reach') > 0);
  tell(
    'hanging',
    lines().filter((line) => line.startsWith('Can not reach')),
  );
  ipvs.behave({});
  tell('hanging no more', await lacks(row(2)));
  await world.up('192.168.0.2:80');
  await has(row(2));
  ipvs.behave({ hangs: true });
  await world.down('192.168.0.2:80');
  const runs = ipvs.runs();
  await until(() => ipvs.runs() > runs);
  const endedAnyway = await end();
  const left = (await world.shell('ls /run/*.virtuals')).trim();
  ipvs.behave({});
  await world.up('192.168.0.2:80');
  await world.call('start');
  await until(() => world.log().some((line) => line.startsWith('Taking over the table')));
  tell('stop while it hangs', { endedAnyway, left, again: await world.settled(HEALTHY) });
  // After a take-over the table is looked at a second time, which would undo what is done by hand now.
  await pause(3000);

  // --- others change the table ---------------------------------------------------------------------------------------------
  mark();
  const byHand = (line: string): void => void ipvs.kernel.run(line.split(' '), '');
  byHand('-A -t 10.9.9.9:99 -s rr');
  byHand('-a -t 10.0.0.3:80 -r 192.168.0.77:80 -m -w 1');
  byHand('-d -t 10.0.0.3:80 -r 192.168.0.1:80');
  byHand('-e -t 10.0.0.3:80 -r 192.168.0.2:80 -m -w 9');
  await pause(2500);
  tell('changed by hand', world.table());
  world.kill('SIGHUP');
  tell('changed by hand, after a reload', await world.settled([...HEALTHY, 'TCP  10.9.9.9:99 rr']));
  byHand('-C');
  tell('cleared by hand', [
    await world.settled(HEALTHY),
    await until(() => said('Virtual server tcp:10.0.0.3:80 is gone from the table: putting it back') === 1),
  ]);

  // --- a full disk ----------------------------------------------------------------------------------------------------------
  await world.shell('mount -o remount,size=64k /var/log; dd if=/dev/zero of=/var/log/filler bs=4k count=100');
  // The last block of the log has room left.
  await world.shell(`head -c 5000 /dev/zero | tr '\\0' '\\n' >>${LOG}`);
  await world.down('192.168.0.2:80');
  const follows = await lacks(row(2));
  await pause(300);
  await world.shell('rm /var/log/filler');
  await world.up('192.168.0.2:80');
  await has(row(2));
  await until(() => world.log().some((line) => line.includes('lines could not be written')), 5000);
  tell('full disk', {
    follows,
    told: world.log().filter((line) => /^\d+ lines could not be written to \/var\/log\/ldirectord\.log$/.test(line))
      .length,
  });
  await end();

  // --- /run ----------------------------------------------------------------------------------------------------------------
  await world.shell('mount -o remount,ro /run');
  const readOnly = await world.call('start');
  await world.shell('mount -o remount,rw /run');
  tell('read-only /run', { code: readOnly.code, stderr: readOnly.stderr, daemons: daemons().length });
  tell('read-only /run, table', world.table());
  await world.call('start');
  await world.settled(HEALTHY);
  await world.shell('mount -o remount,ro /run');
  await world.down('192.168.0.2:80');
  const goesOn = await lacks(row(2));
  world.kill('SIGTERM');
  const ended = await until(() => daemons().length === 0);
  const status = await world.call('status');
  await world.shell('mount -o remount,rw /run');
  await world.up('192.168.0.2:80');
  tell('/run became read-only', { goesOn, ended, table: world.table(), status: status.code });
  await world.shell(`rm -f ${PID_FILE} /run/*.virtuals`);

  await world.shell('mount -o remount,size=1m /run; dd if=/dev/zero of=/run/filler bs=4k count=1000');
  const full = await world.call('start');
  await world.shell('rm /run/filler; mount -o remount,size=100m /run');
  tell('full /run', { code: full.code, stderr: full.stderr, daemons: daemons().length, table: world.table() });
  tell('left in a full /run', (await world.shell(`ls ${PID_FILE}* 2>/dev/null`)).trim());

  // --- signals ---------------------------------------------------------------------------------------------------------------
  const signals: unknown[] = [];
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGXCPU'] as const) {
    await world.call('start');
    await world.settled(HEALTHY);
    for (const harmless of ['SIGPIPE', 'SIGUSR1', 'SIGCHLD'] as const) world.kill(harmless);
    world.kill(signal);
    // A second one before the first is done.
    world.kill(signal);
    const gone = await until(() => world.pid() === undefined);
    signals.push([signal, gone, world.table(), world.log().at(-1), existsSync(PID_FILE)]);
  }
  tell('signals', signals);

  // --- supervised ------------------------------------------------------------------------------------------------------------
  world.configure(`supervised=yes\n${GLOBALS}${WEB}`);
  const child = spawn(process.execPath, [command('ldirectord-ts'), 'test.cf', 'start'], {
    env: { ...process.env, HA_SUITE_IPVS_ENGINE: 'kernel' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk.toString('utf8');
  });
  const supervised = await world.settled(HEALTHY);
  await until(() => stdout.includes('Added real server: 192.168.0.2:80'));
  const asked = await world.call('status');
  child.stdout.destroy();
  child.stderr.destroy();
  await world.down('192.168.0.2:80');
  const deaf = await lacks(row(2));
  const code = new Promise((resolve) => child.once('exit', (status, signal) => resolve(status ?? signal)));
  child.kill('SIGTERM');
  tell('supervised', {
    supervised,
    stdout: stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replace(/^\[[^\]]*\]/, '[date]')),
    pidFile: existsSync(PID_FILE),
    status: [asked.code, asked.stdout.split('\n').filter((line) => !line.startsWith('['))],
    deaf,
    code: await code,
    table: world.table(),
  });
  tell('log of a supervised one', existsSync(LOG));
});
