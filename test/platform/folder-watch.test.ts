/** The names in a folder, at once and by looking. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchFolder } from '../../lib/platform/folder-watch.js';
import { millis } from '../../lib/time.js';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'folder-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const until = async (condition: () => boolean): Promise<void> => {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('not within 10 s');
    await sleep(10);
  }
};

test('what is there is known after the first look; changes are told of long before the next one', async () => {
  writeFileSync(join(base, 'a'), '');
  let changes = 0;
  const watch = watchFolder(base, millis(3_600_000), () => {
    changes += 1;
  });
  try {
    await watch.ready;
    expect([...watch.files().keys()]).toEqual(['a']);
    writeFileSync(join(base, 'b'), '');
    await until(() => watch.files().has('b'));
    rmSync(join(base, 'a'));
    await until(() => !watch.files().has('a'));
    expect(changes).toBeGreaterThanOrEqual(3);
  } finally {
    watch.stop();
  }
});

test('a folder that comes later, is replaced or goes is found by looking', async () => {
  const path = join(base, 'later');
  const watch = watchFolder(path, millis(30), () => undefined);
  try {
    await watch.ready;
    expect(watch.files().size).toBe(0);
    mkdirSync(path);
    writeFileSync(join(path, 'a'), '');
    await until(() => watch.files().has('a'));
    renameSync(path, join(base, 'old'));
    mkdirSync(path);
    await until(() => watch.files().size === 0);
    writeFileSync(join(path, 'b'), '');
    await until(() => watch.files().has('b'));
    rmSync(path, { recursive: true });
    await until(() => watch.files().size === 0);
  } finally {
    watch.stop();
  }
});

test('the text of each plain file, also when only that changes; what is no plain file has none', async () => {
  writeFileSync(join(base, 'a'), 'old');
  writeFileSync(join(base, 'long'), 'x'.repeat(10_000));
  mkdirSync(join(base, 'folder'));
  symlinkSync(join(base, 'a'), join(base, 'link'));
  symlinkSync('/nowhere', join(base, 'dangling'));
  expect(spawnSync('mkfifo', [join(base, 'pipe')]).status).toBe(0);
  let changes = 0;
  const watch = watchFolder(base, millis(3_600_000), () => {
    changes += 1;
  });
  try {
    await watch.ready;
    expect([...watch.files()].toSorted()).toEqual([
      ['a', 'old'],
      ['dangling', ''],
      ['folder', ''],
      ['link', ''],
      ['long', 'x'.repeat(4096)],
      ['pipe', ''],
    ]);
    const before = changes;
    writeFileSync(join(base, 'new'), 'new');
    renameSync(join(base, 'new'), join(base, 'a'));
    await until(() => watch.files().get('a') === 'new');
    expect(changes).toBeGreaterThan(before);
  } finally {
    watch.stop();
  }
});

test('after the stop nothing is told any more', async () => {
  const watch = watchFolder(base, millis(10), () => {
    throw new Error('too late');
  });
  watch.stop();
  writeFileSync(join(base, 'a'), '');
  await sleep(100);
  expect(watch.files().size).toBe(0);
});
