/** Inside a world of its own: reloads of every kind, and what each does to the table (told to director-reload.test.ts). */
import { appendFileSync, chmodSync, existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { playInside } from '../support/director-world/findings.js';
import { CONFIG, createWorld, until } from '../support/director-world/world.js';
import { textOf } from '../support/files.js';

const GLOBALS = 'checkinterval=1\nchecktimeout=4\nnegotiatetimeout=4\nquiescent=no\n';
const WEB = `virtual=10.0.0.3:80
    real=192.168.0.1:80 masq 2
    real=192.168.0.2:80 masq 2
    fallback=127.0.0.1:80 gate
    checktype=connect
    scheduler=wlc
`;
const MAIL = `virtual=10.0.0.3:25
    real=192.168.0.1:25 masq
    checktype=connect
    scheduler=rr
`;
/** Accepts connections and never answers. */
const SILENT = `virtual=10.0.0.4:80
    real=192.168.0.3:80 masq
    checktype=negotiate
    service=http
`;
const HEALTHY = [
  'TCP  10.0.0.3:25 rr',
  '  -> 192.168.0.1:25 Masq 1 x0 y0',
  'TCP  10.0.0.3:80 wlc',
  '  -> 192.168.0.1:80 Masq 2 x0 y0',
  '  -> 192.168.0.2:80 Masq 2 x0 y0',
];

await playInside(async ({ tell }) => {
  const world = await createWorld(['192.168.0.1', '192.168.0.2', '192.168.0.3']);
  const { ipvs } = world;
  await world.up('192.168.0.1:80', '192.168.0.2:80', '192.168.0.1:25', '192.168.0.2:25', '192.168.0.3:80');
  let callsBefore = 0;
  let linesBefore = 0;
  const mark = (): void => {
    callsBefore = ipvs.calls.length;
    linesBefore = world.log().length;
  };
  const calls = (): string[] => ipvs.calls.slice(callsBefore).map(({ argv }) => argv.join(' '));
  const lines = (): string[] => world.log().slice(linesBefore);
  /** Lines about servers may still be on their way from what was before. */
  const others = (): string[] => lines().filter((line) => !/ (real|fallback) server: /.test(line));
  const said = (text: string): number => lines().filter((line) => line.includes(text)).length;
  /** A reload, up to the end of everything it brings about. */
  const reload = async (text: string, done: () => boolean = () => true): Promise<void> => {
    world.configure(text);
    const runs = ipvs.runs();
    mark();
    world.kill('SIGHUP');
    await until(() => said('Reloading') > 0 && ipvs.runs() > runs && ipvs.busy() === 0 && done());
    await pause(150);
    await until(() => ipvs.busy() === 0);
  };

  world.configure(GLOBALS + WEB + MAIL);
  tell('start', (await world.call('start')).code);
  tell('settled', await world.settled(HEALTHY));

  await reload(GLOBALS + WEB + MAIL);
  tell('nothing changed', { calls: calls(), log: others() });

  mark();
  for (let count = 0; count < 10; count += 1) world.kill('SIGHUP');
  await until(() => said('Reloading') > 0);
  await pause(400);
  tell('ten signals', { calls: calls(), reloads: said('Reloading'), alive: world.pid() !== undefined });

  await reload(GLOBALS + WEB.replace('1:80 masq 2', '1:80 masq 5') + MAIL, () => calls().length > 0);
  tell('weight', calls());
  await reload(GLOBALS + WEB.replace('1:80 masq 2', '1:80 masq 5 l:2 u:9') + MAIL, () => calls().length > 0);
  tell('thresholds', calls());
  await reload(GLOBALS + WEB.replace('1:80 masq 2', '1:80 gate 5') + MAIL, () => calls().length > 0);
  tell('method', calls());
  await reload(`${GLOBALS}${WEB}    persistent=600\n${MAIL}`, () => calls().length > 1);
  tell('persistence', calls());
  await reload(GLOBALS + WEB + MAIL, () => calls().length > 0);
  tell('persistence off', calls());
  await reload(GLOBALS + WEB.replace('wlc', 'rr') + MAIL, () => calls().length > 0);
  tell('scheduler', calls());
  await reload(GLOBALS + WEB, () => calls().length > 1);
  tell('virtual removed', calls());
  await reload(GLOBALS + WEB + MAIL, () => calls().length > 1);
  tell('virtual added', calls());
  const moved =
    WEB.replace('    real=192.168.0.2:80 masq 2\n', '') +
    MAIL.replace('1:25 masq\n', '1:25 masq\n    real=192.168.0.2:25 masq\n');
  await reload(GLOBALS + moved, () => calls().length > 1);
  tell('real moved', calls());
  await reload(GLOBALS + WEB + MAIL, () => world.table().join() === HEALTHY.join());

  // --- a broken file -----------------------------------------------------------------------------------------------
  world.configure(`${GLOBALS}checkinterval=60\n${WEB}    nonsense=1\n`);
  mark();
  world.kill('SIGHUP');
  await until(() => said('the running configuration stays in force') > 0);
  const broken = others();
  await world.down('192.168.0.2:80');
  const follows = await until(() => calls().length > 0);
  tell('a broken file', { log: broken, calls: calls(), follows });
  await world.up('192.168.0.2:80');
  await world.settled(HEALTHY);
  tell('status with a broken file', (await world.call('status')).code);
  tell('the daemon after status', world.pid() !== undefined);
  world.configure(GLOBALS + WEB + MAIL);

  // --- another log ---------------------------------------------------------------------------------------------------
  await reload(`logfile="/var/log/other.log"\n${GLOBALS}${WEB}${MAIL}`);
  const linesThen = world.log().length;
  await world.down('192.168.0.2:80');
  const other = (): string => textOf('/var/log/other.log');
  tell('another log', {
    new: await until(() => other().includes('Deleted real server: 192.168.0.2:80 (10.0.0.3:80)')),
    old: world.log().slice(linesThen),
  });
  await world.up('192.168.0.2:80');
  await world.settled(HEALTHY);
  world.kill('SIGHUP');
  await pause(300);

  // --- in the middle of a check, and of a stop -------------------------------------------------------------------------
  await reload(GLOBALS + WEB + MAIL + SILENT, () => calls().length > 0);
  await pause(500);
  await reload(GLOBALS + WEB.replace('1:80 masq 2', '1:80 masq 7') + MAIL + SILENT, () => calls().length > 0);
  tell('during a check', { calls: calls(), log: lines().filter((line) => line.includes('192.168.0.3')) });
  mark();
  ipvs.behave({ delay: 100 });
  const began = performance.now();
  world.kill('SIGTERM');
  world.kill('SIGHUP');
  await until(() => ipvs.busy() > 0);
  for (let count = 0; count < 5; count += 1) world.kill('SIGHUP');
  const ended = await until(() => world.pid() === undefined);
  tell('during a stop', {
    ended,
    inTime: performance.now() - began < 4000,
    table: world.table(),
    reloads: said('Reloading'),
    last: lines().at(-1),
    left: (await world.shell('ls /run/*.pid /run/*.virtuals 2>/dev/null')).trim(),
  });
  ipvs.behave({});

  // --- autoreload and callback -----------------------------------------------------------------------------------------
  const callback = '/run/callback';
  writeFileSync(callback, `#!/bin/sh\necho "$1" >>/run/called\nsleep 2\necho end >>/run/called\n`);
  chmodSync(callback, 0o755);
  const auto = (weight: number): string =>
    `autoreload=yes\ncallback="${callback}"\n${GLOBALS}${WEB.replace('1:80 masq 2', `1:80 masq ${weight}`)}${MAIL}`;
  const weightIs = (weight: number): Promise<boolean> =>
    until(() => world.table().includes(`  -> 192.168.0.1:80 Masq ${weight} x0 y0`));
  world.configure(auto(2));
  await world.call('start');
  await world.settled(HEALTHY);
  mark();
  world.configure(auto(3));
  tell('autoreload', await weightIs(3));
  tell('autoreload log', others());
  await until(() => existsSync('/run/called'));
  // Twice while the callback still runs.
  world.configure(auto(4));
  await pause(300);
  world.configure(auto(5));
  tell('autoreload during a callback', await weightIs(5));
  await until(() => readFileSync('/run/called', 'utf8').split('end').length > 2);
  tell('callbacks', readFileSync('/run/called', 'utf8').split('\n').slice(0, 4));
  mark();
  utimesSync(CONFIG, 1000, 1000);
  await pause(1500);
  tell('touched only', others());
  appendFileSync(CONFIG, 'nonsense\n');
  await until(() => said('the running configuration stays in force') > 0);
  await pause(2500);
  tell('autoreload of a broken file', { once: said('the running configuration stays in force'), calls: calls() });
  world.kill('SIGTERM');
  await until(() => world.pid() === undefined);
});
