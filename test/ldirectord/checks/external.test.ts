/** checktype=external: a program decides; its arguments, exit status, death and deadline. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { externalCheck, externalPerlCheck } from '../../../lib/ldirectord/checks/external.js';
import { millis } from '../../../lib/time.js';
import { inWords, targetOn, timed } from './run.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ldirectord-external-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const script = (body: string, interpreter = '#!/bin/sh'): string => {
  const path = join(folder, 'chk');
  writeFileSync(path, `${interpreter}\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
};

const run = (checkCommand: string, more: Parameters<typeof targetOn>[1] = {}) =>
  timed(externalCheck, targetOn(8080, { checkCommand, ...more }));

describe('external check', () => {
  test('arguments: virtual address and port, real address and port; cwd is /', async () => {
    const out = join(folder, 'out');
    expect((await run(script(`echo "$@" >${out}; pwd >>${out}`))).verdict.state).toBe('up');
    expect(readFileSync(out, 'utf8')).toBe('10.0.0.3 80 127.0.0.1 8080\n/\n');
  });

  test('a firewall mark gives the mark and 0', async () => {
    const out = join(folder, 'out');
    await run(script(`echo "$@" >${out}`), { key: { protocol: 'fwm', family: 'ipv4', mark: 5 } });
    expect(readFileSync(out, 'utf8')).toBe('5 0 127.0.0.1 8080\n');
  });

  test('exit status other than 0 is down', async () => {
    expect(inWords((await run(script('exit 3'))).verdict)).toBe('L7EXIT 3: ');
  });

  test('death by a signal is down (genuine takes it for success)', async () => {
    expect(inWords((await run(script('kill -SEGV $$'))).verdict)).toBe('L7SIGNAL SIGSEGV: ');
  });

  test('a program that is not there is down, with the genuine log line', async () => {
    expect((await run('/nosuch/chk arg')).verdict).toMatchObject({
      state: 'down',
      cause: 'L7EXEC',
      note: 'Exiting with exit_status 127: exec(/nosuch/chk arg 10.0.0.3 80 127.0.0.1 8080) failed: No such file or directory',
    });
  });

  test('at checktimeout the program and all that it started are killed', async () => {
    const alive = join(folder, 'alive');
    const path = script(`(sleep 2; touch ${alive}) & sleep 30`);
    const { verdict, took } = await run(path, { checkTimeout: millis(200) });
    expect(verdict).toMatchObject({
      state: 'down',
      cause: 'L7TIMEOUT',
      note: `system_timeout(0.2, ${path} 10.0.0.3 80 127.0.0.1 8080) timed out, kill -TERM child`,
    });
    expect(took).toBeLessThan(2000);
    await new Promise((resolve) => setTimeout(resolve, 2200));
    expect(existsSync(alive)).toBe(false);
  });

  test('external-perl: the script runs under perl with the same arguments', async () => {
    const path = script('exit($ARGV[3] == 8080 ? 0 : 1);', '# no interpreter line needed');
    const check = (port: number) => timed(externalPerlCheck, targetOn(port, { checkCommand: path }));
    expect((await check(8080)).verdict.state).toBe('up');
    expect(inWords((await check(8081)).verdict)).toBe('L7EXIT 1: ');
  });
});
