/** The worker between director and engine: no batch without a fallback, nothing after the end, sight after blindness. */

import { applyChanges } from '../../../lib/ipvs/apply.js';
import { printChange } from '../../../lib/ipvs/grammar/print-command.js';
import type { Change, Engine, FailedChange, Table } from '../../../lib/ipvs/model.js';
import { up } from '../../../lib/ldirectord/checks/verdict.js';
import type { DirectorConfig } from '../../../lib/ldirectord/config/model.js';
import { adopt, type Director, hear, settle } from '../../../lib/ldirectord/director.js';
import { only } from '../../../lib/ldirectord/plan.js';
import { stopPlan } from '../../../lib/ldirectord/stop-plan.js';
import { createTableWorker } from '../../../lib/ldirectord/wiring/table-worker.js';
import { config, fallback, real, virtual } from '../build.js';

/** An engine in memory; `refuses` picks changes that it never makes. */
const memoryEngine = (refuses: (text: string) => boolean = () => false, foresees = true) => {
  let table: Table = { services: [] };
  let broken: string | undefined;
  const batches: string[][] = [];
  const textOf = (change: Change): string => printChange(change).join(' ');
  const refusedOf = (changes: readonly Change[]): FailedChange[] =>
    changes.filter((change) => refuses(textOf(change))).map((change) => ({ change, reason: 'not here' }));
  const engine: Engine = {
    name: 'nft',
    read: async () => {
      if (broken !== undefined) throw new Error(broken);
      return table;
    },
    foresee: (_, changes) => (foresees ? refusedOf(changes) : []),
    apply: async (changes) => {
      if (broken !== undefined) throw new Error(broken);
      const failed = refusedOf(changes);
      const made = changes.filter((change) => !failed.some((one) => one.change === change));
      batches.push(made.map(textOf));
      const { table: after, refused } = applyChanges(table, made);
      table = after;
      return [...failed, ...refused];
    },
  };
  return {
    engine,
    batches,
    breaks: (reason: string | undefined) => {
      broken = reason;
    },
    holds: (next: Table) => {
      table = next;
    },
    table: () => table,
  };
};

const pause = (time = 20): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** What has to be ended after each test, so that nothing is tried again for ever. */
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

const daemon = (initial: DirectorConfig, engine: Engine) => {
  let director: Director = adopt(initial, undefined);
  const log: string[] = [];
  const worker = createTableWorker({
    engine: () => Promise.resolve(engine),
    director: () => director,
    onSettled: (settled) => {
      const step = settle(director, settled);
      director = step.director;
      return step.changed;
    },
    onDone: () => undefined,
    log: (_, text) => log.push(text),
  });
  const finish = () => worker.finish((actual) => stopPlan(director, actual));
  ends.push(() => worker.finish(() => []));
  return {
    worker,
    log,
    take: (next = initial) =>
      worker.adopt((actual) => {
        director = adopt(next, actual, director);
      }),
    good: () => {
      for (const [identity, members] of director.membersByProbe) {
        const heard = hear(director, identity, up());
        director = heard.director;
        worker.want(only(heard.touched));
        expect(members.length).toBeGreaterThan(0);
      }
    },
    finish,
    director: () => director,
  };
};

const web = (more = {}) =>
  virtual(
    '10.0.0.3:80',
    [real('192.168.0.1', 80, { method: 'gate' }), real('192.168.0.2', 80, { method: 'gate' })],
    more,
  );
const withFallback = config([web({ fallback: fallback('127.0.0.1', 80) })]);
const servingNow = (table: Table): string[] =>
  table.services.flatMap(({ destinations }) => destinations.map(({ address }) => address));

test('reals that the engine is bound to refuse never push the fallback out, not even for one batch', async () => {
  const memory = memoryEngine((text) => /-r 192\.168/.test(text));
  const { take, good, log } = daemon(withFallback, memory.engine);
  take();
  await pause();
  expect(servingNow(memory.table())).toEqual(['127.0.0.1']);
  good();
  await pause();
  expect(memory.batches.flat().filter((text) => text.startsWith('-d'))).toEqual([]);
  expect(servingNow(memory.table())).toEqual(['127.0.0.1']);
  expect(log.filter((line) => line.includes('failed: not here'))).toHaveLength(2);
});

test('a refusal that nobody could foresee costs one batch, and the fallback is back with the next', async () => {
  const memory = memoryEngine((text) => /-r 192\.168/.test(text), false);
  const { take, good } = daemon(withFallback, memory.engine);
  take();
  await pause();
  good();
  await pause();
  expect(servingNow(memory.table())).toEqual(['127.0.0.1']);
  expect(memory.batches.flat().filter((text) => text.startsWith('-d'))).toHaveLength(1);
});

test('a table that could not be read at the start is adopted when it can be: who serves there counts as up', async () => {
  const memory = memoryEngine();
  memory.holds(
    applyChanges({ services: [] }, [
      {
        kind: 'add-service',
        service: {
          ...keyOf(withFallback),
          scheduler: 'wrr',
          flags: [],
          persistent: undefined,
          netmask: undefined,
          ops: false,
        },
      },
      {
        kind: 'add-destination',
        key: keyOf(withFallback).key,
        destination: { address: '192.168.0.1', port: 80, method: 'gate', weight: 1, upper: 0, lower: 0 },
      },
    ]).table,
  );
  memory.breaks('not now');
  const { take, worker, log } = daemon(withFallback, memory.engine);
  take();
  await pause();
  memory.breaks(undefined);
  worker.want('all');
  await pause();
  // No fallback beside a server that serves.
  expect(memory.batches.flat()).toEqual([]);
  expect(log).toEqual([
    'Can not reach the virtual server table: not now',
    'The virtual server table can be reached again',
  ]);
});

test('after the end nothing is put into the table any more', async () => {
  const memory = memoryEngine();
  const { take, good, finish, worker } = daemon(withFallback, memory.engine);
  take();
  await pause();
  good();
  await pause();
  expect(await finish()).toBe(true);
  take();
  worker.want('all');
  await pause();
  expect(memory.table()).toEqual({ services: [] });
});

test('an end that cannot reach the table is tried again, and says that it has failed', async () => {
  const memory = memoryEngine();
  const { take, finish, log } = daemon(withFallback, memory.engine);
  take();
  await pause();
  memory.breaks('hangs');
  setTimeout(() => memory.breaks(undefined), 500);
  expect(await finish()).toBe(true);
  expect(memory.table()).toEqual({ services: [] });
  expect(log.filter((line) => line.startsWith('Can not clean'))).toEqual([
    'Can not clean the virtual server table: hangs',
  ]);
});

/** The key of the only virtual. */
function keyOf({ virtuals }: DirectorConfig): { readonly key: (typeof virtuals)[number]['key'] } {
  const [first] = virtuals;
  if (first === undefined) throw new Error('no virtual');
  return { key: first.key };
}
