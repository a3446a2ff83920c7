/** Monitorfiles on a disk: shared, renamed, and not to be written. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { up } from '../../../lib/ldirectord/checks/verdict.js';
import { adopt } from '../../../lib/ldirectord/director.js';
import { createMonitorFiles } from '../../../lib/ldirectord/wiring/monitor-files.js';
import { config, real, virtual } from '../build.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monitor-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const checkType = { kind: 'negotiate' } as const;
const membersOf = (...paths: readonly (string | undefined)[]) => {
  const virtuals = paths.map((monitorFile, index) =>
    virtual(`10.0.0.${index}:80`, [real('192.168.0.1')], { monitorFile, checkType }),
  );
  return adopt(config(virtuals), { services: [] }).members;
};

test('each virtual with a file gets its line, those without none', async () => {
  const path = join(folder, 'mon');
  const members = membersOf(path, path, undefined);
  const lines: string[] = [];
  const files = createMonitorFiles((_, text) => lines.push(text));
  for (const member of members) files.note(member, up());
  await files.close();
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
  expect(lines).toEqual([]);
});

test('a file that was renamed is made anew', async () => {
  const path = join(folder, 'mon');
  const [member] = membersOf(path);
  if (member === undefined) throw new Error('no member');
  const files = createMonitorFiles(() => undefined);
  files.note(member, up('first'));
  await files.keep([]);
  files.note(member, up('second'));
  await files.close();
  renameSync(path, `${path}.1`);
  files.note(member, up('third'));
  await files.close();
  expect(readFileSync(`${path}.1`, 'utf8')).toMatch(/first\n.*second\n$/);
  expect(readFileSync(path, 'utf8')).toMatch(/^[^\n]*third\n$/);
});

test('one that cannot be written is said once, and when it can be again', async () => {
  const path = join(folder, 'gone', 'mon');
  const [member] = membersOf(path);
  if (member === undefined) throw new Error('no member');
  const lines: string[] = [];
  const files = createMonitorFiles((_, text) => lines.push(text));
  for (const text of ['a', 'b']) {
    files.note(member, up(text));
    await files.close();
  }
  expect(lines).toEqual([`Error writing to monitorfile '${path}': No such file or directory`]);
  mkdirSync(join(folder, 'gone'));
  files.note(member, up('c'));
  await files.close();
  expect(lines[1]).toBe(`The monitorfile '${path}' can be written again`);
  expect(readFileSync(path, 'utf8')).toMatch(/ c\n$/);
});
