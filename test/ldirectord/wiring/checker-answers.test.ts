/** Checks that are answered without being made, and checks that are made before their time. */
import { performance } from 'node:perf_hooks';
import type { Verdict } from '../../../lib/ldirectord/checks/verdict.js';
import { adopt } from '../../../lib/ldirectord/director.js';
import { MAINTENANCE } from '../../../lib/ldirectord/maintenance.js';
import { createChecker } from '../../../lib/ldirectord/wiring/checker.js';
import { millis, seconds } from '../../../lib/time.js';
import { config, real, virtual } from '../build.js';
import { closeServers, tcpServer } from '../checks/servers.js';

afterEach(closeServers);

test('a server that is answered for is not asked; without the answer it is, at once when told so', async () => {
  const server = await tcpServer((socket) => socket.once('end', () => socket.end()));
  let answer: Verdict | undefined = MAINTENANCE;
  const seen: string[] = [];
  let wake = (): void => {};
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const started: string[] = [];
  const checker = createChecker({
    mono: () => millis(performance.now()),
    verify: 'genuine',
    log: () => undefined,
    onStart: (probe) => started.push(probe),
    onVerdict: (_, verdict) => {
      seen.push(verdict.state === 'up' ? 'up' : verdict.cause);
      wake();
    },
    answerFor: () => answer,
  });
  const director = adopt(
    config([virtual('10.0.0.3:80', [real('127.0.0.1', server.port)], { checkInterval: seconds(3600) })]),
    { services: [] },
  );
  const probes = [...director.membersByProbe.keys()];
  try {
    let arrived = next();
    checker.follow(director);
    await arrived;
    expect([seen, started, server.received]).toEqual([['MAINTENANCE'], [], []]);
    answer = undefined;
    arrived = next();
    // The second call finds the check under way; an unknown one is nobody's.
    checker.checkNow(probes);
    checker.checkNow([...probes, 'nothing']);
    await arrived;
    expect([seen, started]).toEqual([['MAINTENANCE', 'up'], probes]);
    answer = MAINTENANCE;
    arrived = next();
    checker.checkNow(probes);
    await arrived;
    expect(seen).toEqual(['MAINTENANCE', 'up', 'MAINTENANCE']);
  } finally {
    checker.stop();
  }
  checker.checkNow(probes);
  expect(seen).toHaveLength(3);
});
