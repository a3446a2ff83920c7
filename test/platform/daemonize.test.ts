import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDetached, startDetached } from '../../lib/platform/daemonize.js';
import { seconds } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';

const module = pathToFileURL(join(projectRoot, 'dist/build/lib/platform/daemonize.js')).href;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daemonize-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a small program that uses the module the way a daemon does. */
const program = (name: string, body: string): string => {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, `import * as d from ${JSON.stringify(module)};\n${body}`);
  return path;
};

describe('startDetached', () => {
  test('returns once the new process is up, which then lives in a session of its own', async () => {
    const script = program('up', 'd.reportLine("hello"); await d.reportReady(); setTimeout(() => {}, 20_000);');
    const lines: string[] = [];
    const result = await startDetached({
      script,
      args: ['one two'],
      nodeArgs: ['--max-semi-space-size=2'],
      timeout: seconds(20),
      onLine: (text) => lines.push(text),
    });
    if (!result.ready) throw new Error(result.messages.join('\n'));
    try {
      expect(lines).toEqual(['hello']);
      const stat = readFileSync(`/proc/${result.pid}/stat`, 'utf8');
      const [, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      expect([group, session]).toEqual([String(result.pid), String(result.pid)]);
      expect(readlinkSync(`/proc/${result.pid}/cwd`)).toBe('/');
      const words = readFileSync(`/proc/${result.pid}/cmdline`, 'utf8').split('\0');
      expect(words.slice(-4)).toEqual(['--max-semi-space-size=2', script, 'one two', '']);
    } finally {
      process.kill(result.pid, 'SIGKILL');
    }
  });

  test('hands back the messages and the code of a process that reports failure', async () => {
    const script = program('down', 'await d.reportFailure(["no media", "stop"], 6);');
    expect(await startDetached({ script, args: [], timeout: seconds(20) })).toEqual({
      ready: false,
      messages: ['no media', 'stop'],
      code: 6,
    });
  });

  test('shows what a process printed that died without a report', async () => {
    const script = program('crash', 'console.error("broken"); process.exit(3);');
    expect(await startDetached({ script, args: [], timeout: seconds(20) })).toEqual({
      ready: false,
      messages: ['broken'],
      code: 3,
    });
  });

  test('a process that ends with 0 before it was up has failed all the same', async () => {
    const script = program('early', '');
    expect(await startDetached({ script, args: [], timeout: seconds(20) })).toEqual({
      ready: false,
      messages: ['ended early'],
      code: 1,
    });
  });

  test('standard error may be written to after the starter is gone', async () => {
    const path = join(folder, 'survived');
    const starter = join(folder, 'starter.mjs');
    const daemon = program(
      'talker',
      `import { writeFileSync } from 'node:fs';
       await d.reportReady();
       setTimeout(() => process.stderr.write('nobody listens'), 100);
       setTimeout(() => { writeFileSync(${JSON.stringify(path)}, 'yes'); process.exit(0); }, 300);`,
    );
    writeFileSync(
      starter,
      `import { startDetached } from ${JSON.stringify(module)};
       const r = await startDetached({ script: ${JSON.stringify(daemon)}, args: [], timeout: 20000 });
       console.log(r.pid);`,
    );
    const { run } = await import('../../lib/platform/exec.js');
    const { stdout } = await run(process.execPath, [starter], { timeout: seconds(20) });
    const pid = Number(stdout);
    expect(pid).toBeGreaterThan(1);
    const ended = Date.now() + 10_000;
    const alive = (): boolean => {
      try {
        process.kill(pid, 0);
        return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
      } catch {
        return false;
      }
    };
    while (alive() && Date.now() < ended) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(readFileSync(path, 'utf8')).toBe('yes');
  });
});

test('this process was not detached', () => {
  expect(isDetached()).toBe(false);
});
