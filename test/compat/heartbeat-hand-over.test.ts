/** hb_standby and hb_takeover write what the genuine scripts write: the same bytes into the FIFO, the same log lines. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../lib/platform/exec.js';
import { seconds } from '../../lib/time.js';
import { command } from '../support/paths.js';

const folder = mkdtempSync(join(tmpdir(), 'hb-hand-over-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `script` in a mount namespace with an empty /var/lib/heartbeat; the FIFO's content comes to standard output. */
const inside = async (script: string, args: readonly string[]) => {
  const whole = `mount -t tmpfs -o mode=755 none /var/lib/heartbeat && mkfifo /var/lib/heartbeat/fifo && rm -f ${folder}/*
exec 3<>/var/lib/heartbeat/fifo
${script} "$@"; code=$?
timeout 0.3 cat <&3
exit $code`;
  const result = await run('/usr/bin/unshare', ['-m', '/bin/sh', '-c', whole, 'sh', ...args], {
    timeout: seconds(10),
    env: {
      PATH: '/usr/bin:/bin',
      HA_DATEFMT: '%Y/%m/%d_%T ',
      HA_LOGFILE: join(folder, 'log'),
      HA_DEBUGLOG: join(folder, 'debug'),
    },
  });
  const log = (name: string): string => {
    try {
      const text = readFileSync(join(folder, name), 'utf8');
      return text.replace(/\d{4}\/\d\d\/\d\d_\d\d:\d\d:\d\d/g, 'DATE').replace(/\[\d+\]:/g, '[PID]:');
    } catch {
      return '';
    }
  };
  return { code: result.code, stdout: result.stdout, stderr: result.stderr, log: log('log'), debug: log('debug') };
};

describe.each(['hb_standby', 'hb_takeover'])('%s', (name) => {
  test.each([[[]], [['all']], [['local']], [['foreign']], [['failback']]])('%j', async (args) => {
    const own = await inside(`${process.execPath} ${command(name)}`, args);
    const theirs = await inside(`/usr/share/heartbeat/${name}`, args);
    expect(own).toEqual(theirs);
    expect(own.stdout).toMatch(/^>>>\nt=.*<<<\n$/s);
  });

  test('without a daemon it says so at once, and leaves nothing behind', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('/usr/bin/mkfifo', [fifo]);
    for (const path of [fifo, join(folder, 'missing')]) {
      const result = await run(process.execPath, [command(name)], {
        timeout: seconds(5),
        env: { HA_SUITE_FIFO: path },
      });
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('heartbeat is not running');
    }
    rmSync(fifo);
    expect(() => readFileSync(join(folder, 'missing'))).toThrow();
  });

  test('somebody who may not talk to the daemon is told so, not that there is none', async () => {
    const fifo = join(folder, 'closed');
    execFileSync('/usr/bin/mkfifo', ['-m', '000', fifo]);
    const less = ['--bounding-set', '-dac_override', process.execPath, command(name)];
    const { code, stderr } = await run('/usr/bin/setpriv', less, {
      timeout: seconds(5),
      env: { HA_SUITE_FIFO: fifo },
    });
    rmSync(fifo);
    expect(code).toBe(1);
    expect(stderr).toContain(`${name}.js: ${fifo} may not be written by you: call this as root`);
  });
});
