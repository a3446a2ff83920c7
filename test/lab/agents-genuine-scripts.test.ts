/** The genuine resource scripts of Debian, run by our runner as they are: foreign scripts keep their place by default. */
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { evaluateInside } from './agents-module.js';

const MODULES = [
  ...['agents/performer', 'agents/registry', 'heartbeat/resources/runner', 'heartbeat/resources/environment'],
  'heartbeat/config/haresources',
];

/** A runner over a haresources text, which records its log lines. */
const PROLOGUE = (text: string, prefer: 'script' | 'builtin'): string => `
  const logged = [];
  const log = (script, priority, text) => logged.push(script.name + ' ' + priority + ': ' + text);
  const runner = m.createResourceRunner({
    self: 'lb1',
    stopRetries: 1,
    readGroups: async () => m.parseHaResources(${JSON.stringify(text)}, '/etc/ha.d/haresources', ['lb1', 'lb2']),
    knownGroups: [],
    performer: m.createPerformer({
      folders: ['/etc/ha.d/resource.d', '/etc/init.d'],
      ownFolder: undefined,
      prefer: '${prefer}',
      agents: m.builtinAgents,
      environment: m.resourceEnvironment({
        self: 'lb1', logfile: '/run/ha-log', debugfile: '/run/ha-debug', logfacility: undefined, debug: 0,
        environment: {}, path: process.env.PATH,
      }),
      outputFile: '/run/ha-debug',
      log,
    }),
    log,
    after: (delay, act) => { const timer = setTimeout(act, delay); return () => clearTimeout(timer); },
    mono: () => performance.now(),
  });
  const listed = async () => (await import('node:child_process')).execFileSync('ip', ['-o', '-4', 'addr', 'show', 'dev', 'eth0'], { encoding: 'utf8' });
`;

let lab: Lab;
let host: Host;
beforeAll(async () => {
  lab = await createLab('agents-genuine');
  const lan = await lab.network('lan');
  host = await lab.host('lb1', { interfaces: [{ device: 'eth0', network: lan, addresses: ['10.9.0.1/24'] }] });
  await host.get(['mkdir', '-p', '/run/heartbeat/rsctmp', '/run/resource-agents']);
}, 90_000);
afterAll(() => lab.close());

test.each(['script', 'builtin'] as const)(
  'with prefer = %s, groups go up and down',
  async (prefer) => {
    const result = (await evaluateInside(
      host,
      MODULES,
      `${PROLOGUE('lb1 10.9.0.100/24/eth0 IPaddr2::10.9.0.101/24/eth0\n', prefer)}
     const up = await runner.acquire('local');
     const started = await listed();
     const again = await runner.acquire('local');
     const down = await runner.release('every');
     return { up, again, down, started, stopped: await listed(), logged };`,
    )) as { up: unknown; again: unknown; down: unknown; started: string; stopped: string; logged: string[] };
    const fine = { outcome: 'done', givenUp: [], stuck: [] };
    expect(result).toMatchObject({ up: fine, again: fine, down: fine });
    expect(result.started).toMatch(/10\.9\.0\.100\/24 .* eth0:0\\/);
    expect(result.started).toMatch(/10\.9\.0\.101\/24 .* eth0\\/);
    expect(result.stopped).not.toMatch(/10\.9\.0\.10[01]/);
    const runs = result.logged.filter((line) => line.includes('Running '));
    expect(runs).toEqual([
      'ResourceManager info: Running /etc/ha.d/resource.d/IPaddr 10.9.0.100/24/eth0 start',
      'ResourceManager info: Running /etc/ha.d/resource.d/IPaddr2 10.9.0.101/24/eth0 start',
      'ResourceManager info: Running /etc/ha.d/resource.d/IPaddr2 10.9.0.101/24/eth0 stop',
      'ResourceManager info: Running /etc/ha.d/resource.d/IPaddr 10.9.0.100/24/eth0 stop',
    ]);
    const scriptLog = await host.read('/run/ha-log');
    if (prefer === 'script') expect(scriptLog).toMatch(/IPaddr\(IPaddr_10\.9\.0\.100\)\[\d+\]:\s+INFO/);
  },
  180_000,
);

test('a group whose script fails is given up in order, and what ran is stopped', async () => {
  await host.write('/etc/ha.d/resource.d/failing', '#!/bin/sh\n[ "$1" = start ] && exit 5\nexit 0\n', '755');
  const result = (await evaluateInside(
    host,
    MODULES,
    `${PROLOGUE('lb1 IPaddr2::10.9.0.102/24/eth0 failing\n', 'builtin')}
     const up = await runner.acquire('local');
     return { up, stopped: await listed(), logged };`,
  )) as { up: unknown; stopped: string; logged: string[] };
  expect(result.up).toMatchObject({ outcome: 'failed', givenUp: [{ node: 'lb1' }] });
  expect(result.stopped).not.toMatch(/10\.9\.0\.102/);
  expect(result.logged).toEqual(
    expect.arrayContaining([
      'ResourceManager ERROR: Return code 5 from /etc/ha.d/resource.d/failing',
      'ResourceManager CRIT: Giving up resources due to failure of failing',
    ]),
  );
}, 90_000);
