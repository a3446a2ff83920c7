/** checktype=external: a program decides; its arguments, exit status, death and deadline. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const isAlive = (pid: number): boolean => {
  try {
    // A zombie that nobody has waited for yet is dead.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const condition = async (holds: () => boolean): Promise<void> => {
  const end = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('the condition has not come');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const appears = (path: string): Promise<void> => condition(() => existsSync(path));

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

  test('a program without an interpreter line is a shell script, as for execvp(3)', async () => {
    expect((await run(script('exit 0', '# no interpreter'))).verdict.state).toBe('up');
  });

  test.each([
    ['is not executable', 0o644, '#!/bin/sh', 'Permission denied'],
    ['has an interpreter that is not there', 0o755, '#!/nosuch/sh', 'No such file or directory'],
  ])('a program that %s is down, with the reason', async (_, mode, interpreter, reason) => {
    const path = script('exit 0', interpreter);
    chmodSync(path, mode);
    expect((await run(path)).verdict).toMatchObject({ state: 'down', cause: 'L7EXEC', text: reason });
  });

  test('a folder is no program', async () => {
    expect((await run(folder)).verdict).toMatchObject({ cause: 'L7EXEC', text: 'Permission denied' });
  });

  test('all three streams are /dev/null: ten megabytes of output are no trouble, and there is nothing to read', async () => {
    const out = join(folder, 'out');
    const streams = '$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2)';
    const path = script(`echo ${streams} >${out}; cat; head -c 10000000 /dev/zero`);
    expect((await run(path)).verdict.state).toBe('up');
    expect(readFileSync(out, 'utf8')).toBe('/dev/null /dev/null /dev/null\n');
  });

  test('what a program leaves running does not hold back its verdict, and lives on', async () => {
    const mark = join(folder, 'mark');
    const { verdict, took } = await run(script(`(sleep 1; echo alive; touch ${mark}) & exit 0`));
    expect(verdict.state).toBe('up');
    expect(took).toBeLessThan(900);
    await appears(mark);
  });

  test('at checktimeout a program hears SIGTERM, so that it can tidy up', async () => {
    const heard = join(folder, 'heard');
    const path = script(`trap 'touch ${heard}; exit 0' TERM; sleep 30 & wait`);
    const { verdict } = await run(path, { checkTimeout: millis(300) });
    expect(verdict).toMatchObject({
      state: 'down',
      cause: 'L7TIMEOUT',
      note: `system_timeout(0.3, ${path} 10.0.0.3 80 127.0.0.1 8080) timed out, kill -TERM child`,
    });
    await appears(heard);
  });

  test('what ignores SIGTERM is killed soon after, with all that it started in its process group', async () => {
    const pids = join(folder, 'pids');
    const ignoring = `trap '' TERM; echo $$ >>${pids}; while :; do sleep 5; done`;
    const path = script(`sh -c "${ignoring.replaceAll('$', '\\$')}" & ${ignoring}`);
    const { verdict, took } = await run(path, { checkTimeout: millis(500) });
    expect(verdict).toMatchObject({ state: 'down', cause: 'L7TIMEOUT' });
    expect(took).toBeLessThan(2000);
    const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    expect(started).toHaveLength(2);
    await condition(() => started.every((pid) => !isAlive(pid)));
  });

  test('a stop of the daemon ends a running program too', async () => {
    const pids = join(folder, 'pids');
    const stop = new AbortController();
    const running = externalCheck(
      targetOn(80, { checkCommand: script(`echo $$ >${pids}; exec sleep 30`) }),
      stop.signal,
    );
    await condition(() => existsSync(pids) && readFileSync(pids, 'utf8').endsWith('\n'));
    stop.abort();
    expect(inWords(await running)).toBe('L7SIGNAL SIGTERM: ');
    expect(isAlive(Number(readFileSync(pids, 'utf8')))).toBe(false);
  });

  test('a hundred checks leave no descriptor open', async () => {
    const path = script('exit 0');
    await run(path);
    const before = readdirSync('/proc/self/fd').length;
    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 10 }, () => run(path)));
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
  });
});

describe('external-perl check', () => {
  const runPerl = async (body: string, more: Parameters<typeof targetOn>[1] = {}): Promise<string> => {
    const checkCommand = script(body, '# no interpreter line needed');
    return inWords((await timed(externalPerlCheck, targetOn(8080, { checkCommand, ...more }))).verdict);
  };

  test.each([
    ['the same four arguments', 'exit("@ARGV" eq "10.0.0.3 80 127.0.0.1 8080" ? 0 : 1);', 'up'],
    ['exit without a number', 'exit;', 'up'],
    ['another exit status', 'exit 3;', 'L7EXIT 3: '],
    ['no exit at all', 'my $value = "";', 'up'],
    ['a return, whatever the value', 'return 1;', 'up'],
    ['die', 'die "oops\n";', 'L7EXIT 255: '],
    ['a die that the script has caught itself', 'eval { die "oops" }; 1;', 'up'],
    ['an exit inside eval', 'eval { exit 4 }; exit 0;', 'L7EXIT 4: '],
    ['no Perl', 'this is ( not perl', 'L7EXIT 255: '],
    ['strict and functions', 'use strict; sub number { return scalar @_ } exit(number(@ARGV) - 4);', 'up'],
    ['an end mark', 'exit 0;\n__END__\nnot ( perl', 'up'],
    ['processes of its own', 'exit(system("true") == 0 && `echo hi` eq "hi\\n" ? 0 : 1);', 'up'],
    ['its own death', 'kill 9, $$; sleep 5;', 'L7SIGNAL SIGKILL: '],
  ])('%s', async (_, body, verdict) => {
    expect(await runPerl(body)).toBe(verdict);
  });

  test('at checktimeout it is ended', async () => {
    expect(await runPerl('sleep 30;', { checkTimeout: millis(300) })).toBe('L7TIMEOUT: ');
  });

  test.each(['/nosuch/check.pl', '/tmp'])('%s cannot be read as a script', async (checkCommand) => {
    const { verdict } = await timed(externalPerlCheck, targetOn(80, { checkCommand }));
    expect(inWords(verdict)).toBe('L7EXIT 127: ');
  });
});
