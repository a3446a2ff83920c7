import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Message, text } from '../../../lib/heartbeat/wire/message.js';
import { listenForCommands } from '../../../lib/heartbeat/wiring/commands.js';
import { millis } from '../../../lib/time.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commands-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

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
