import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../lib/platform/exec.js';
import { ownProgram } from '../../lib/platform/reexec.js';
import { seconds } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reexec-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a program is another one when its file is, behind whatever links', () => {
  const [script, one, two] = ['link', 'one', 'two'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(one, 'first');
  symlinkSync(one, script);
  const program = ownProgram(script);
  expect(program.isReplaced()).toBe(false);
  writeFileSync(two, 'second');
  unlinkSync(script);
  // In the middle of an upgrade there is nothing to become.
  expect(program.isReplaced()).toBe(false);
  symlinkSync(two, script);
  expect(program.isReplaced()).toBe(true);
  unlinkSync(script);
  symlinkSync(one, script);
  expect(program.isReplaced()).toBe(false);
  utimesSync(one, 1, 1);
  expect(program.isReplaced()).toBe(true);
  renameSync(two, one);
  expect(program.isReplaced()).toBe(true);
});

test('the new program has our process id and our environment', async () => {
  const program = `
    import { becomeProgram } from ${JSON.stringify(join(projectRoot, 'dist/build/lib/platform/reexec.js'))};
    process.on('SIGHUP', () => {});
    console.log(process.pid);
    process.env.OF_OURS = 'kept';
    console.log(await becomeProgram('/bin/sh', ['sh', '-c', 'echo "$$ $OF_OURS $1"', 'name', 'a b']));
  `;
  const script = join(folder, 'script.mjs');
  writeFileSync(script, program);
  const { stdout, code } = await run(process.execPath, [script], { timeout: seconds(20) });
  const [pid] = stdout.split('\n');
  expect([code, stdout]).toEqual([0, `${pid}\n${pid} kept a b\n`]);
});

test('what cannot be done is told, and we go on', async () => {
  const script = join(folder, 'script.mjs');
  const path = JSON.stringify(join(projectRoot, 'dist/build/lib/platform/reexec.js'));
  writeFileSync(script, `import { becomeProgram } from ${path}; console.log(await becomeProgram('/no/such', ['x']));`);
  expect((await run(process.execPath, [script], { timeout: seconds(20) })).stdout).toMatch(/^ENOENT/);
  const env = { HA_SUITE_NO_NATIVE: '1' };
  expect((await run(process.execPath, [script], { timeout: seconds(20), env })).stdout).toMatch(/koffi/);
});
