import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../lib/platform/exec.js';
import { ensureFifo, openFifo } from '../../lib/platform/fifo.js';
import { seconds } from '../../lib/time.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fifo-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a FIFO with mode 0600 is created where none or something else stands', async () => {
  const path = join(folder, 'fifo');
  expect(await ensureFifo(path)).toBe(true);
  expect(statSync(path).isFIFO()).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await ensureFifo(path)).toBe(false);
  writeFileSync(join(folder, 'file'), 'x');
  expect(await ensureFifo(join(folder, 'file'))).toBe(true);
  await expect(ensureFifo(join(folder, 'none', 'fifo'))).rejects.toThrow('mkfifo');
});

test('writers come and go; what they write arrives', async () => {
  const path = join(folder, 'fifo');
  await ensureFifo(path);
  const seen: Buffer[] = [];
  let arrived = (): void => {};
  const fifo = openFifo({
    path,
    onData: (data) => {
      seen.push(data);
      if (Buffer.concat(seen).toString().endsWith('two\n')) arrived();
    },
    onLost: (reason) => seen.push(Buffer.from(`lost: ${reason}`)),
  });
  try {
    const both = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    // A writer in a process of its own, as a resource script is: it opens, writes and closes.
    await run('/usr/bin/tee', [path], { timeout: seconds(5), input: 'one\n' });
    appendFileSync(path, 'two\n');
    await both;
    expect(Buffer.concat(seen).toString()).toBe('one\ntwo\n');
  } finally {
    fifo.close();
  }
});

test('a plain file is refused', () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'content');
  expect(() => openFifo({ path, onData: () => {}, onLost: () => {} })).toThrow('is not a FIFO');
  expect(readFileSync(path, 'utf8')).toBe('content');
});
