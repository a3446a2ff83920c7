/** Our OCF agent ldirectord beside that of the resource-agents package, over an ldirectord that answers as it is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, run } from '../../lib/platform/exec.js';
import { seconds } from '../../lib/time.js';
import { textOf } from '../support/files.js';
import { projectRoot } from '../support/paths.js';

const GENUINE = '/usr/lib/ocf/resource.d/heartbeat/ldirectord';
const OURS = join(projectRoot, 'packaging', 'ocf', 'heartbeat', 'ldirectord');

/** The interface as resource-agents describes it. */
const DTD = '/usr/share/resource-agents/ra-api-1.dtd';

const folder = mkdtempSync(join(tmpdir(), 'ocf-ldirectord-'));
afterAll(() => rmSync(folder, { recursive: true }));
const inFolder = (name: string): string => join(folder, name);

/** What the program says to `status` before and after a start, and how it ends a start and a stop. */
interface World {
  readonly status?: readonly [code: number, said: string];
  readonly later?: readonly [code: number, said: string];
  readonly start?: number;
  readonly stop?: number;
}

const program = ({ status = [3, ''], later = status, start = 0, stop = 0 }: World): string => `#!/bin/sh
echo "$*" >>${inFolder('calls')}
case $2 in
  status) if grep -q start ${inFolder('calls')}; then echo '${later[1]}'; exit ${later[0]}; fi; echo '${status[1]}' >&2; exit ${status[0]};;
  start) echo "starts"; exit ${start};;
  stop) echo "stops"; exit ${stop};;
esac
`;

const CONFIG = inFolder('site.cf');
const PROGRAM = inFolder('ldirectord');

const PARAMETERS = { OCF_RESKEY_configfile: CONFIG, OCF_RESKEY_ldirectord: PROGRAM };

/** One call, without what differs between any two: dates, process ids, the path of the agent. */
const call = async (agent: string, words: readonly string[], env: Readonly<Record<string, string>>) => {
  for (const name of ['calls', 'log']) writeFileSync(inFolder(name), '');
  const result = await run(agent, words, {
    timeout: seconds(20),
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      OCF_ROOT: '/usr/lib/ocf',
      OCF_RA_VERSION_MAJOR: '1',
      OCF_RESOURCE_INSTANCE: 'lvs',
      HA_LOGFILE: inFolder('log'),
      HA_DATEFMT: 'DATE ',
      ...env,
    },
  });
  const log = textOf(inFolder('log')).replace(/\[\d+\]/g, '[PID]');
  return { code: result.code, stdout: result.stdout, stderr: result.stderr, log, calls: textOf(inFolder('calls')) };
};

/** Our agent does not need the library; then it has the functions that are installed beside it. */
const WITHOUT_LIBRARY = { OCF_FUNCTIONS_DIR: '/nowhere', HA_NOARCHBIN: join(projectRoot, 'packaging', 'share') };

const both = async (words: readonly string[], env: Readonly<Record<string, string>>) => ({
  theirs: await call(GENUINE, words, env),
  own: await call(OURS, words, { ...env, ...WITHOUT_LIBRARY }),
});

const STALE: World['status'] = [1, 'ldirectord stale pid file /var/run/ldirectord.site.cf.pid for /site.cf'];
const RUNNING: World['status'] = [0, 'ldirectord for /site.cf is running with pid: 1'];

const WORLDS: readonly (readonly [string, World])[] = [
  ['is stopped', {}],
  ['is stopped, and starts', { later: RUNNING }],
  ['is stopped, and cannot be started', { start: 2 }],
  ['dies at once', { later: STALE }],
  ['runs', { status: RUNNING }],
  ['runs, and cannot be stopped', { status: RUNNING, stop: 3 }],
  ['has left a pid file', { status: STALE }],
  ['has trouble of its own', { status: [1, 'two  lines'] }],
  ['has a broken configuration', { status: [2, 'Error [1] reading file'] }],
  ['answers with something new', { status: [17, 'what?'] }],
];

describe.each(WORLDS)('ldirectord %s', (_name, world) => {
  test.each(['start', 'stop', 'monitor'])('%s', async (action) => {
    writeFileSync(CONFIG, '');
    writeFileSync(PROGRAM, program(world), { mode: 0o755 });
    const { theirs, own } = await both([action], PARAMETERS);
    expect(own).toEqual(theirs);
  });
});

test('with the library it does the same as without', async () => {
  writeFileSync(CONFIG, '');
  writeFileSync(PROGRAM, program({ later: RUNNING }), { mode: 0o755 });
  const without = await call(OURS, ['start'], { ...PARAMETERS, ...WITHOUT_LIBRARY });
  expect(without.log).toContain('INFO: Starting ldirectord');
  expect(await call(OURS, ['start'], PARAMETERS)).toEqual(without);
});

test.each([
  ['without the configuration', ['start'], { ...PARAMETERS, OCF_RESKEY_configfile: '/nowhere/site.cf' }, 5],
  ['without the program', ['monitor'], { ...PARAMETERS, OCF_RESKEY_ldirectord: '/nowhere/ldirectord' }, 5],
  ['without an instance', ['monitor'], { ...PARAMETERS, OCF_RESOURCE_INSTANCE: '' }, 2],
  ['an action that it does not know', ['promote'], PARAMETERS, 3],
  ['no action', [], PARAMETERS, 3],
  ['validation', ['validate-all'], PARAMETERS, 0],
  ['usage', ['usage'], {}, 0],
] as const)('%s', async (_name, words, env, code) => {
  writeFileSync(CONFIG, '');
  writeFileSync(PROGRAM, program({}), { mode: 0o755 });
  const { theirs, own } = await both(words, env);
  // The text of the usage is our own.
  const facts = ({ code, stderr, log, calls }: typeof own) => ({ code, stderr, log, calls });
  expect(facts(own)).toEqual(facts(theirs));
  expect(own.code).toBe(code);
});

describe('meta-data', () => {
  test('is valid XML with the same parameters, defaults and actions', async () => {
    const { theirs, own } = await both(['meta-data'], {});
    const facts = (xml: string) => ({
      names: [...xml.matchAll(/<parameter name="(\w+)" unique="(\d)"|<content type="string" default="([^"]*)"/g)].map(
        ([, ...found]) => found,
      ),
      actions: [...xml.matchAll(/<action name="([\w-]+)"/g)].map(([, name]) => name),
    });
    expect(own.code).toBe(0);
    expect(facts(own.stdout).actions).toHaveLength(5);
    expect(facts(own.stdout)).toEqual(facts(theirs.stdout));
    const xmllint = findProgram('xmllint') ?? 'xmllint';
    // The document names the DTD without a folder, where only resource-agents would find it.
    const input = own.stdout.replace(/^<!DOCTYPE.*\n/m, '');
    const checked = await run(xmllint, ['--noout', '--dtdvalid', DTD, '-'], { timeout: seconds(10), input });
    expect([checked.code, checked.stderr]).toEqual([0, '']);
  });
});
