/** Every kind of check against servers that do everything but answer: it ends in time and leaves nothing behind. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { KINDS } from '../../support/hostile/kinds.js';
import type { Order, Report } from '../../support/hostile/run.js';
import { type HostileServers, startHostileServers } from '../../support/hostile/servers.js';
import { projectRoot } from '../../support/paths.js';

const DEADLINE = 400;
const MIB = 1 << 20;

let servers: HostileServers;
let report: Report;

beforeAll(async () => {
  servers = await startHostileServers();
  const program = join(projectRoot, 'dist/build/test/support/hostile/run.js');
  const child = fork(program, [], {
    execArgv: ['--expose-gc', '--no-warnings'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Nobody is trusted, and no store has to be read: what certificates are worth is tested elsewhere.
    env: { ...process.env, SSL_CERT_FILE: '/dev/null', SSL_CERT_DIR: undefined },
  });
  try {
    const order: Order = {
      meetings: servers.meetings,
      deadline: DEADLINE,
      count: 10_000,
      shortDeadline: 100,
      atOnce: 250,
    };
    child.send(order);
    const [answer] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`the checks ended with ${code}`))),
    ]);
    report = answer as Report;
  } finally {
    child.kill('SIGKILL');
  }
}, 240_000);
afterAll(() => servers.close());

const nameOf = (index: number): string => {
  const meeting = servers.meetings[index];
  return `${KINDS[meeting?.kind ?? -1]?.name}: ${meeting?.behaviour}`;
};

test('everybody is met: each kind of check, each behaviour', () => {
  expect(new Set(servers.meetings.map(({ kind }) => kind)).size).toBe(KINDS.length);
  expect(report.verdicts).toHaveLength(servers.meetings.length);
});

test('every check ends at its deadline', () => {
  const late = report.verdicts.flatMap(([verdict, took], index) =>
    took < DEADLINE + 3_000 ? [] : [`${nameOf(index)}: ${verdict} after ${Math.round(took)} ms`],
  );
  expect(late).toEqual([]);
});

test('nobody is taken for a healthy server, but by checks that ask for no more than that', () => {
  const up = report.verdicts.flatMap(([verdict], index) => (verdict === 'up' ? [nameOf(index)] : []));
  // A mail server that has answered EHLO has said all that is asked for.
  const enough = /^(connect|nntp): |^(smtp|submission): a reset at the second word$/;
  expect(up.filter((name) => !enough.test(name))).toEqual([]);
});

test('a cause is named at every stage, none of them by a mistake of ours', () => {
  const causes = new Set(report.verdicts.map(([verdict]) => verdict.replace(/ .*/, '')));
  for (const cause of ['L4RESET', 'L6TIMEOUT', 'L6ERROR', 'L7TIMEOUT', 'L7RESPONSE']) expect(causes).toContain(cause);
});

test('no socket, no timer and no descriptor is left', () => {
  expect(report.left).toEqual([]);
  expect(report.descriptors.after).toBeLessThanOrEqual(report.descriptors.before);
});

test('ten thousand checks later the memory is the same, give or take 20 MiB', () => {
  const { before, after } = report.memory;
  const grown = {
    checks: report.checks,
    heap: (after.heap - before.heap) / MIB,
    external: (after.external - before.external) / MIB,
    rss: (after.rss - before.rss) / MIB,
  };
  process.stdout.write(`hostile checks: ${JSON.stringify({ ...grown, seconds: report.took / 1000 })}\n`);
  expect(grown.checks).toBe(10_000);
  expect(grown.heap).toBeLessThan(20);
  expect(grown.external).toBeLessThan(20);
  expect(grown.rss).toBeLessThan(20);
});
