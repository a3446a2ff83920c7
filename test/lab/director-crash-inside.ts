/**
 * Inside a world of its own: a daemon that is killed at any moment, and started again. Each round is one scenario with its own
 * random moment (the seed is told, and given by WORLD_SEED it is played again).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { playInside } from '../support/director-world/findings.js';
import { createWorld, until } from '../support/director-world/world.js';

const ROUNDS = 16;
const KINDS = ['start', 'check', 'reload', 'stop', 'batch'] as const;

/** mulberry32: small, and good enough to pick moments. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
};

interface Service {
  readonly port: number;
  readonly weight: number;
}
const REALS = ['192.168.0.1', '192.168.0.2', '192.168.0.3', '192.168.0.4'];
const PORTS = [80, 81, 82];

const textOf = (services: readonly Service[]): string =>
  [
    'checkinterval=1\nchecktimeout=2\nquiescent=no\n',
    ...services.map(({ port, weight }) =>
      [
        `virtual=10.0.0.3:${port}`,
        ...REALS.map((real) => `    real=${real}:${port} masq ${weight}`),
        '    fallback=127.0.0.1:9 gate',
        '    checktype=connect',
        '    scheduler=wrr\n',
      ].join('\n'),
    ),
  ].join('');

/** The right table: every healthy real of every configured virtual, and the fallback only where nobody is healthy. */
const tableOf = (services: readonly Service[], isUp: (place: string) => boolean): readonly string[] =>
  [...services]
    .sort((one, other) => one.port - other.port)
    .flatMap(({ port, weight }) => {
      const healthy = REALS.filter((real) => isUp(`${real}:${port}`));
      const rows = healthy.map((real) => `  -> ${real}:${port} Masq ${weight} x0 y0`);
      return [`TCP  10.0.0.3:${port} wrr`, ...(rows.length > 0 ? rows : [`  -> 127.0.0.1:${port} Route 1 x0 y0`])];
    });

/** Processes of the command and its daemon, or of ipvsadm. */
const processesOf = (mark: RegExp): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((name) => {
      try {
        return mark.test(readFileSync(`/proc/${name}/cmdline`, 'latin1'));
      } catch {
        return false;
      }
    })
    .map(Number);
const killAll = (mark: RegExp): void => {
  for (const pid of processesOf(mark)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }
};
const DAEMON = /ldirectord-ts\.js/;
const IPVSADM = /\/ipvsadm\0-R/;

await playInside(async ({ tell }) => {
  const seed = Number(process.env.WORLD_SEED ?? Date.now() % 1_000_000);
  tell('seed', seed);
  const random = randomFrom(seed);
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const world = await createWorld(REALS);
  const { ipvs } = world;
  const listening = new Set(REALS.flatMap((real) => PORTS.map((port) => `${real}:${port}`)));
  await world.up(...listening);
  const isUp = (place: string): boolean => listening.has(place);
  const toggle = async (place: string): Promise<void> => {
    if (isUp(place)) {
      listening.delete(place);
      await world.down(place);
    } else {
      listening.add(place);
      await world.up(place);
    }
  };
  const anyServices = (): readonly Service[] => {
    const services = PORTS.filter(() => random() < 0.7).map((port) => ({ port, weight: pick([1, 2, 3]) }));
    return services.length > 0 ? services : [{ port: 80, weight: 1 }];
  };
  let services = anyServices();
  const configure = (next: readonly Service[]): void => {
    services = next;
    world.configure(textOf(next));
  };
  // Every line takes a moment, so that batches can be met in the middle.
  ipvs.behave({ delay: 8 });
  /** Somebody else's virtual, which nobody may touch. */
  ipvs.kernel.run(['-A', '-t', '10.9.9.9:99', '-s', 'rr'], '');
  const right = (): readonly string[] => [...tableOf(services, isUp), 'TCP  10.9.9.9:99 rr'];
  let startTime = 800;
  const start = async (): Promise<void> => {
    const { milliseconds } = await world.call('start');
    startTime = milliseconds;
  };
  const rounds: unknown[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const kind = KINDS[round % KINDS.length] ?? 'start';
    const within = async (longest: number): Promise<number> => {
      const moment = Math.round(random() * longest);
      await pause(moment);
      return moment;
    };
    let moment = 0;
    if (kind === 'start') {
      configure(anyServices());
      const starting = start();
      moment = await within(startTime * 1.3);
      killAll(DAEMON);
      await starting;
    } else {
      configure(anyServices());
      await start();
      if (kind !== 'batch') await world.settled(right());
      if (kind === 'check') {
        await toggle(pick([...REALS.flatMap((real) => PORTS.map((port) => `${real}:${port}`))]));
        moment = await within(1300);
      } else if (kind === 'reload') {
        configure(anyServices());
        world.kill('SIGHUP');
        moment = await within(300);
      } else if (kind === 'stop') {
        world.kill('SIGTERM');
        moment = await within(150);
      } else {
        await until(() => ipvs.writing() > 0, 5000);
        moment = await within(60);
      }
      killAll(DAEMON);
    }
    // Often the batch dies with the daemon, as when a service manager kills both; else it goes on without it.
    const left = new Set(processesOf(IPVSADM));
    const batch = left.size === 0 ? 'none' : random() < 0.5 ? 'killed' : 'goes on';
    if (batch === 'killed') killAll(IPVSADM);
    // While nobody watches, the configuration changes as well.
    const edited = random() < 0.4;
    if (edited) configure(anyServices());
    const callsBefore = ipvs.calls.length;
    const dead = REALS.flatMap((real) => PORTS.map((port) => `${real}:${port}`)).filter((place) => !isUp(place));
    await start();
    const settled = await world.settled(right(), 15_000);
    // It must stay so: the new daemon looks a second time after two seconds.
    if (batch === 'goes on') await pause(2300);
    await until(() => ipvs.busy() === 0, 5000);
    const stays = world.table().join('\n') === right().join('\n');
    const harmed = ipvs.calls
      .slice(callsBefore)
      .filter(({ pid }) => !left.has(pid))
      .map(({ argv }) => argv.join(' '))
      .filter((text) => {
        const real = / -r (192\.168\.0\.\d+:\d+)/.exec(text)?.[1];
        const port = Number(/:(\d+)/.exec(text)?.[1]);
        const isConfigured = services.some((one) => one.port === port);
        if (/^-D/.test(text)) return isConfigured || text.includes('10.9.9.9');
        return real !== undefined && isConfigured && !dead.includes(real) && /^-d| -w 0/.test(text);
      });
    rounds.push({
      round,
      kind,
      moment,
      batch,
      edited,
      settled,
      stays,
      harmed,
      ...(settled && stays ? {} : { table: world.table(), right: right(), log: world.log().slice(-25) }),
    });
    tell('rounds', rounds);
    killAll(DAEMON);
    await until(() => ipvs.busy() === 0, 5000);
  }
  // At the end everything can be cleaned away in good order.
  configure([{ port: 80, weight: 1 }]);
  await start();
  await world.settled(right());
  await world.call('stop');
  await until(() => world.pid() === undefined);
  tell('after a stop', {
    table: world.table(),
    left: (await world.shell('ls /run/ldirectord.* 2>/dev/null')).trim(),
  });
});
