import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHeartbeat, runState } from '../../../../lib/heartbeat/wiring/process/running.js';
import { isShadow } from '../../../../lib/heartbeat/wiring/shadow/running.js';

test.each([
  ['the genuine daemon', { program: 'heartbeat', commandLine: ['heartbeat: master control process'] }, true],
  ['ours by its title', { program: 'node', commandLine: ['ha-heartbeat: master control process'] }, true],
  [
    'ours by its script',
    { program: 'node', commandLine: ['/usr/bin/node', '/opt/dist/bin/ha-heartbeat.js', '-f'] },
    true,
  ],
  ['ours by its link', { program: 'node', commandLine: ['node', '/usr/sbin/ha-heartbeat'] }, true],
  ['a program that talks about it', { program: 'vim', commandLine: ['vim', '-n', '-R', 'ha-heartbeat.js'] }, false],
  ['a shadow, which is none', { program: 'node', commandLine: ['node', '/usr/sbin/ha-heartbeat', '--shadow'] }, false],
  ['a shadow by its title', { program: 'node', commandLine: ['ha-heartbeat-shadow'] }, false],
  ['a shell', { program: 'bash', commandLine: ['-bash'] }, false],
  ['nothing', { program: undefined, commandLine: [] }, false],
  [
    'ours in the place of the genuine one',
    { program: 'node', commandLine: ['node', '/usr/libexec/heartbeat/heartbeat', '-R', '-C', 'all'] },
    true,
  ],
])('%s', (_case, face, expected) => {
  expect(isHeartbeat(face)).toBe(expected);
});

test.each([
  [['ha-heartbeat-shadow'], true],
  [['node', '/usr/sbin/ha-heartbeat', '--shadow'], true],
  [['node', '/usr/sbin/ldirectord-ts', '--shadow', 'ldirectord.cf'], false],
  [['node', '/usr/sbin/ha-heartbeat', '-f'], false],
  [[], false],
])('%p is a shadow of heartbeat: %p', (commandLine, expected) => {
  expect(isShadow(commandLine)).toBe(expected);
});

describe('the pid file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'running-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('none, stale, or of a process that is no heartbeat', () => {
    const path = join(folder, 'pid');
    expect(runState(path)).toEqual({ state: 'none' });
    writeFileSync(path, '   4194305\n');
    expect(runState(path)).toEqual({ state: 'stale' });
    writeFileSync(path, `${process.pid}\n`);
    expect(runState(path)).toEqual({ state: 'stale' });
  });
});
