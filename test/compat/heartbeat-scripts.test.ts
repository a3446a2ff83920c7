/**
 * What we keep in /usr/share/heartbeat and /etc/ha.d, called with the words, the haresources and the resource scripts with
 * which the genuine scripts were recorded: output, exit codes, log files, calls, environment and messages for the daemon.
 *
 * The library of the OCF agents is hidden, so that our own functions are what is compared.
 */
import { readFileSync } from 'node:fs';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { fixture } from '../support/paths.js';
import { CALLS, installScripts, prepare } from '../support/script-calls.js';
import { type Outcome, PARTS, runSession } from '../support/script-session.js';

let lab: Lab;
let own: Host;
const genuine = new Map(
  Object.entries(JSON.parse(readFileSync(fixture('scripts', 'outcomes.json'), 'utf8')) as Record<string, Outcome>),
);
let ours: ReadonlyMap<string, Outcome>;

beforeAll(async () => {
  lab = await createLab('scripts');
  own = await lab.host('own');
  await installScripts(own);
  await prepare(own);
  ours = await runSession(own, CALLS);
}, 620_000);
afterAll(() => lab?.close());

const outcome = (of: ReadonlyMap<string, Outcome>, name: string): Outcome => {
  const found = of.get(name);
  if (found === undefined) throw new Error(`no call ${name}`);
  return found;
};

const parts = (of: Outcome, names: readonly (keyof Outcome)[]) => names.map((name) => [name, of[name]]);

test.each(CALLS.map((call) => [call.name, call] as const))('%s', (name, { same = PARTS }) => {
  expect(parts(outcome(ours, name), same)).toEqual(parts(outcome(genuine, name), same));
});

test('what has no script is said once', () => {
  const { log } = outcome(ours, 'ResourceManager takegroup of what has no script');
  expect(log.match(/ERROR: Cannot locate resource script Gone/g)).toHaveLength(2);
  expect(log).toContain('CRIT: Giving up resources due to failure of Gone');
});

test('the status of an unknown group is NONE', () => {
  expect(outcome(ours, 'ResourceManager statgroup of an unknown key').debug).toBe('NONE\n');
});

test('ha_config tells whose the files are', async () => {
  const said = await own.get(['sh', '-c', '. /usr/share/heartbeat/ha_config; echo $HA_APIGID $HA_CCMUID $VERSION']);
  expect(said).toMatch(/^\d+ \d+ 3\.0\.6\n$/);
});

test('ha_propagate copies the files to all other nodes, and says so', async () => {
  for (const name of ['scp', 'ssh']) {
    await own.write(`/usr/local/sbin/${name}`, `#!/bin/sh\necho "${name} $*" >>/run/copied\n`, '755');
    // Where the real one is installed it would be found first.
    await own.get(['sh', '-c', '[ ! -e /usr/bin/$1 ] || mount --bind /usr/local/sbin/$1 /usr/bin/$1', 'sh', name]);
  }
  await own.get(['hostname', 'lb1']);
  await own.write('/etc/ha.d/authkeys', 'auth 1\n1 crc\n', '600');
  const said = await own.get(['/usr/share/heartbeat/ha_propagate']);
  expect(said).toContain('Propagating HA configuration files to node lb2.\n');
  const files = '/etc/ha.d/ha.cf /etc/ha.d/authkeys /etc/ha.d/haresources';
  expect((await own.read('/run/copied')).split('\n')).toEqual(
    expect.arrayContaining([`scp -p -- ${files} root@lb2:/etc/ha.d/`]),
  );
  await own.get(['rm', '/etc/ha.d/authkeys']);
  const refused = await own.run(['/usr/share/heartbeat/ha_propagate']);
  expect([refused.code, refused.stderr]).toEqual([1, 'HA Linux not configured on this node.  Can not propagate.\n']);
});
