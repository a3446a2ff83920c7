/** Two thousand real servers, some silent and some refusing: the right table, one check of each in each interval, nobody is forgotten. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { until } from '../../lib/lab/until.js';
import { CONFIG, config, createDirectorWorld, type DirectorWorld, range, real } from '../bench/director-world.js';
import { startsIn } from '../bench/watch-daemon.js';
import { command, projectRoot } from '../support/paths.js';

const FIELD = { virtuals: 20, realsEach: 100, checktype: 'connect', checkinterval: 2, checktimeout: 1 } as const;
const ALL = FIELD.virtuals * FIELD.realsEach;

/** A second virtual over the reals of the first, with another weight: its checks are not made a second time. */
const SHARING = `virtual=10.1.1.1:80
${range(FIELD.realsEach)
  .map((index) => `    real=${real(1, index)}:80 masq 7`)
  .join('\n')}
    service=http
    checktype=connect
`;

const WATCH_FILE = '/run/watch';
const PATIENCE = 60_000;

/** Of each virtual one real is silent and one refuses from the beginning. */
const silent = range(FIELD.virtuals).map((virtual) => real(virtual, 7));
const refusing = range(FIELD.virtuals).map((virtual) => real(virtual, 8));
const bad = new Set([...silent, ...refusing]);

describe('two thousand real servers', () => {
  let world: DirectorWorld;
  const run = (word: string) =>
    world.host.run([process.execPath, command('ldirectord-ts'), CONFIG, word], {
      env: {
        HA_SUITE_IPVS_ENGINE: 'kernel',
        HA_SUITE_BENCH_WATCH: WATCH_FILE,
        NODE_OPTIONS: `--import ${pathToFileURL(join(projectRoot, 'dist/build/test/bench/watch-daemon.js')).href}`,
      },
    });
  /** The reals of one virtual, `address weight`, as the table has them. */
  const realsOf = async (virtual: string): Promise<readonly string[]> =>
    (await world.host.read('/run/fake-ipvsadm/table'))
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([kind, key]) => kind === 'R' && key === `-t ${virtual}:80`)
      .map(([, , place = '', , weight = '']) => `${place.replace(/:80$/, '')} ${weight}`)
      .toSorted();
  const good = (virtual: number, weight: number, without: ReadonlySet<string> = bad): readonly string[] =>
    range(FIELD.realsEach)
      .map((index) => real(virtual, index))
      .filter((address) => !without.has(address))
      .map((address) => `${address} ${weight}`)
      .toSorted();
  const starts = async () => startsIn(await world.host.read(WATCH_FILE));

  beforeAll(async () => {
    world = await createDirectorWorld('ldmany', `${config(FIELD)}\n${SHARING}`);
    await world.fail('silent', silent);
    await world.fail('refused', refusing);
    expect((await run('start')).code).toBe(0);
  }, 120_000);
  afterAll(() => world?.close());

  test('the table holds exactly the good ones', async () => {
    const wanted = ALL - bad.size + FIELD.realsEach - 2;
    await until('the complete table', async () => (await world.inTable()) >= wanted, PATIENCE, 100);
    for (const virtual of range(FIELD.virtuals)) expect(await realsOf(`10.1.0.${virtual}`)).toEqual(good(virtual, 1));
    expect(await realsOf('10.1.1.1')).toEqual(good(1, 7));
  }, 90_000);

  test('a hundred more that fall silent, one by one virtual, are taken out, and nothing else is', async () => {
    const hushed = range(5).flatMap((virtual) => range(20).map((index) => real(virtual, 20 + index)));
    const before = (await world.changes()).length;
    await world.fail('silent', hushed);
    // Twenty of them serve the second virtual as well.
    const isOver = async () => (await world.changes()).length >= before + hushed.length + 20;
    await until('their removal', isOver, PATIENCE, 100);
    const since = (await world.changes()).slice(before).map(({ what }) => what);
    const removal = (virtual: string, address: string) => `-d -t ${virtual}:80 -r ${address}:80`;
    expect(since.toSorted()).toEqual(
      [
        ...hushed.map((address) => removal(`10.1.0.${address.split('.')[2]}`, address)),
        ...hushed.slice(0, 20).map((address) => removal('10.1.1.1', address)),
      ].toSorted(),
    );
    const gone = new Set([...bad, ...hushed]);
    expect(await realsOf('10.1.0.1')).toEqual(good(1, 1, gone));
    expect(await realsOf('10.1.1.1')).toEqual(good(1, 7, gone));
    expect(await realsOf('10.1.0.20')).toEqual(good(20, 1, gone));
  }, 90_000);

  test('each real is checked once in an interval, also one that two virtuals have, and never by two checks at once', async () => {
    const times = new Map<string, number[]>();
    for (const { host, at } of await starts()) times.set(host, [...(times.get(host) ?? []), at]);
    expect(times.size).toBe(ALL);
    const gaps = [...times.values()].flatMap((all) => all.slice(1).map((at, index) => at - (all[index] ?? 0)));
    expect(gaps.length).toBeGreaterThan(ALL);
    // The first rounds come early, so that the checks spread: at least 45 % of an interval, less what a busy machine is late.
    const interval = FIELD.checkinterval * 1000;
    expect(gaps.filter((gap) => gap < 0.2 * interval)).toEqual([]);
    const sorted = gaps.toSorted((a, b) => a - b);
    expect(sorted[sorted.length >> 1]).toBeGreaterThan(0.6 * interval);
  }, 30_000);

  test('a reload without a change asks for no change and starts nothing twice', async () => {
    const before = (await world.changes()).length;
    const log = async () => (await world.host.read('/var/log/ldirectord.log')).split('\n');
    expect((await run('reload')).code).toBe(0);
    const isTold = async () => (await log()).some((line) => line.includes('Reloading Linux Director Daemon config'));
    await until('the reload', isTold, PATIENCE, 100);
    const begun = (await starts()).length;
    await until('checks after it', async () => (await starts()).length > begun + ALL, PATIENCE, 200);
    expect((await world.changes()).length).toBe(before);
  }, 90_000);

  test('the stop takes everything out', async () => {
    expect((await run('stop')).code).toBe(0);
    await until('the empty table', async () => (await world.inTable()) === 0, PATIENCE, 100);
    expect(await world.host.read('/run/fake-ipvsadm/table')).toBe('');
  }, 90_000);
});
