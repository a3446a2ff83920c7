/** Loading an ldirectord.cf from a real file. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOutput } from '../../lib/ldirectord/config/genuine-text.js';
import { checkDirectorFile, loadDirectorConfig } from '../../lib/platform/director-file.js';

const folder = mkdtempSync(join(tmpdir(), 'director-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

test('names are resolved', async () => {
  const path = file('a.cf', 'virtual=localhost:80\n    real=localhost:http gate\n');
  const { value, diagnostics } = await loadDirectorConfig(path);
  expect(diagnostics).toEqual([]);
  expect(value.virtuals).toMatchObject([
    { key: { address: '127.0.0.1', port: 80 }, reals: [{ address: '127.0.0.1', port: 80 }] },
  ]);
});

test('a file that is not there is the genuine error', async () => {
  const path = join(folder, 'none.cf');
  const { value, diagnostics } = await loadDirectorConfig(path);
  expect(startOutput(diagnostics, 5)).toEqual({ lines: [`Error [5]: can not open file ${path}`], status: 2 });
  expect(value.virtuals).toEqual([]);
});

test('log and monitor files are tried but not made', async () => {
  const log = join(folder, 'new.log');
  const good = await loadDirectorConfig(file('b.cf', `logfile="${log}"\n`));
  expect(good.diagnostics).toEqual([]);
  expect(existsSync(log)).toBe(false);
  const bad = await loadDirectorConfig(file('c.cf', `logfile="${folder}/none/x.log"\n`));
  expect(bad.diagnostics.map(({ code }) => code)).toEqual(['ldirectord.cf/logfile']);
  const debug = await loadDirectorConfig(join(folder, 'c.cf'), { debug: true });
  expect(debug.diagnostics).toEqual([]);
});

test('check gives the findings in the order of the lines', async () => {
  const path = file('d.cf', 'virtual=10.0.0.3:80\n    real=192.168.0.1:80 nat\n    foo=1\n');
  expect((await checkDirectorFile(path)).map(({ at }) => at.line)).toEqual([2, 3]);
});
