import {
  appendFileSync,
  closeSync,
  constants,
  lstatSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { type Message, text } from '../../../lib/heartbeat/wire/message.js';
import { listenForCommands } from '../../../lib/heartbeat/wiring/commands.js';
import { until } from '../../../lib/lab/until.js';
import { run } from '../../../lib/platform/exec.js';
import { millis } from '../../../lib/time.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commands-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('ten thousand messages arrive whole and in order, beside a half one, an endless line and a writer that stays', async () => {
  const path = join(folder, 'fifo');
  const logged: string[] = [];
  const heard: string[] = [];
  let all = (): void => {};
  const done = new Promise<void>((resolve) => {
    all = resolve;
  });
  const commands = await listenForCommands({
    path,
    log: (priority, line) => logged.push(`${priority}: ${line.slice(0, 60)}`),
    mono: () => millis(0),
    onMessage: (message) => {
      heard.push(text(message, 'n') ?? '');
      if (text(message, 'n') === 'last') all();
    },
  });
  // It opens the pipe, writes half a message and goes on holding it.
  const staying = openSync(path, 'w');
  writeSync(staying, '>>>\nt=half\n');
  const flood = `for n in $(seq 10000); do printf '>>>\\nt=x\\nn=%d\\n<<<\\n' $n; done >"$1"`;
  const writer = await run('/bin/sh', ['-c', flood, 'sh', path], { timeout: millis(20_000) });
  expect(writer.code).toBe(0);
  appendFileSync(path, `>>>\nt=y\n${'long=x'.padEnd(2000, 'x')}\nn=long\n<<<\n`);
  writeSync(staying, `${'endless'.repeat(1000)}\n>>>\nt=x\nn=last\n<<<\n`);
  await done;
  closeSync(staying);
  commands.close();
  expect(heard).toEqual([...Array.from({ length: 10_000 }, (_, index) => String(index + 1)), 'long', 'last']);
  expect(logged).toContain('ERROR: NV failure (msgfromsteam): [>>> t=half]');
});

test('a script gone wild does not fill the log, and what comes after it is heard', async () => {
  const path = join(folder, 'fifo');
  const logged: string[] = [];
  let mono = 0;
  let hear = (_message: Message): void => {};
  const next = (): Promise<Message> =>
    new Promise((resolve) => {
      hear = resolve;
    });
  const commands = await listenForCommands({
    path,
    log: (priority, line) => logged.push(`${priority}: ${line}`),
    mono: () => millis(mono),
    onMessage: (message) => hear(message),
  });
  const first = next();
  appendFileSync(path, `${'junk\n'.repeat(2000)}>>>\nst=active\n<<<\n>>>\nt=first\n<<<\n`);
  expect(text(await first, 't')).toBe('first');
  expect(logged).toEqual([
    `info: Creating FIFO ${path}.`,
    ...Array.from({ length: 3 }, () => 'ERROR: message starts not with >>>: junk'),
    'ERROR: message from FIFO refused: it has no field t',
  ]);
  logged.length = 0;
  mono = 60_000;
  const second = next();
  appendFileSync(path, 'junk\n>>>\nt=second\n<<<\n');
  expect(text(await second, 't')).toBe('second');
  expect(logged).toEqual(['ERROR: message starts not with >>>: junk (1997 more of this kind were not logged)']);
  commands.close();
});

test.each([
  ['removed', (path: string): void => rmSync(path)],
  [
    'replaced by a plain file',
    (path: string): void => {
      rmSync(path);
      writeFileSync(path, 'not a pipe');
    },
  ],
])('a pipe that is %s is made anew', async (_, harm) => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  try {
    const path = join(folder, 'fifo');
    const logged: string[] = [];
    let hear = (_message: Message): void => {};
    const heard = new Promise<Message>((resolve) => {
      hear = resolve;
    });
    const options = { path, mono: () => millis(0), onMessage: (message: Message) => hear(message) };
    const commands = await listenForCommands({ ...options, log: (_priority, line) => logged.push(line) });
    harm(path);
    jest.advanceTimersByTime(2000);
    expect(logged.at(-1)).toBe(`FIFO ${path}: it is not there any more. Opening it again.`);
    jest.advanceTimersByTime(1000);
    jest.useRealTimers();
    // Opened only when somebody reads it: a plain open for writing would wait, and nobody could read meanwhile.
    const write = (): boolean => {
      try {
        const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
        writeSync(fd, '>>>\nt=again\n<<<\n');
        closeSync(fd);
        return true;
      } catch {
        return false;
      }
    };
    await until(
      'somebody reads it',
      () => lstatSync(path, { throwIfNoEntry: false })?.isFIFO() === true && write(),
      4_000,
    );
    expect(text(await heard, 't')).toBe('again');
    commands.close();
  } finally {
    jest.useRealTimers();
  }
});

test('without a place for it the first life does not begin, a later one does', async () => {
  const path = join(folder, 'none', 'fifo');
  const options = { path, log: () => {}, mono: () => millis(0), onMessage: () => {} };
  await expect(listenForCommands(options)).rejects.toThrow();
  const commands = await listenForCommands({ ...options, required: false });
  commands.close();
});
