import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../lib/lab/until.js';
import { openSerialLine, type SerialLine } from '../../lib/platform/serial.js';
import { heartbeatStty, heartbeatTermios, TERMIOS_SIZE } from '../../lib/platform/termios.js';
import { lockPath, lockTty } from '../../lib/platform/tty-lock.js';
import { openSerialPair, type SerialPair } from '../support/serial-pair.js';

describe('on a pair of pseudo-terminals', () => {
  let cable: SerialPair;
  let lines: SerialLine[] = [];
  const heard: string[] = ['', ''];
  const lost: string[] = [];
  const open = (index: 0 | 1): Promise<SerialLine> =>
    openSerialLine({
      device: cable.ends[index],
      baud: 38400,
      onData: (data) => {
        heard[index] += data.toString();
      },
      onLost: (reason) => lost.push(`${index} ${reason}`),
    });

  beforeAll(async () => {
    cable = await openSerialPair();
    lines = [await open(0), await open(1)];
  });
  afterAll(async () => {
    for (const line of lines) line.close();
    await cable.unplug();
  }, 30_000);

  test('the line is set up as genuine leaves it; what is written at one end is read at the other', async () => {
    const settings = execFileSync('stty', ['-a', '-F', cable.ends[0]], { encoding: 'latin1' });
    for (const word of [
      '38400',
      'cs8',
      'crtscts',
      'clocal',
      'istrip',
      'igncr',
      'inpck',
      'brkint',
      '-icanon',
      '-echo',
      '-opost',
    ])
      expect(settings.split(/[\s;]+/)).toContain(word);
    expect(settings).toContain('min = 1; time = 1;');
    // Nothing is taken while the break of the opening lasts.
    await until('to one', () => lines[0]?.write(Buffer.from('to one\n')) === 7, 15_000);
    await until('to zero', () => lines[1]?.write(Buffer.from('to zero\n')) === 8, 15_000);
    await until('both are read', () => heard.join('|') === 'to zero\n|to one\n', 15_000);
  }, 30_000);

  test('stty sets the same, for machines where the settings have another shape', () => {
    const before = execFileSync('stty', ['-g', '-F', cable.ends[0]], { encoding: 'latin1' });
    execFileSync('stty', ['-F', cable.ends[0], 'sane', '9600']);
    execFileSync('stty', ['-F', cable.ends[0], ...heartbeatStty(38400)]);
    expect(execFileSync('stty', ['-g', '-F', cable.ends[0]], { encoding: 'latin1' })).toBe(before);
  }, 30_000);

  test('a line that takes nothing takes nothing: no write ever waits', async () => {
    cable.hold();
    const start = performance.now();
    let written = 0;
    for (let tries = 0; tries < 1000; tries += 1) written += lines[0]?.write(Buffer.alloc(512, 'x')) ?? 0;
    expect(lines[0]?.write(Buffer.alloc(512, 'x'))).toBe(0);
    expect(written).toBeLessThan(512 * 1000);
    // One that waited would wait for ever.
    expect(performance.now() - start).toBeLessThan(10_000);
    cable.release();
  }, 30_000);

  test('a held line is closed at once, whatever it still had to send', async () => {
    cable.hold();
    const extra = await open(0);
    for (let tries = 0; tries < 300; tries += 1) extra.write(Buffer.alloc(512, 'x'));
    const start = performance.now();
    extra.close();
    expect(performance.now() - start).toBeLessThan(10_000);
    cable.release();
  }, 30_000);

  test('a line that hangs up is told', async () => {
    await cable.unplug();
    await until('the ends are lost', () => lost.length >= 2, 15_000);
    expect(lost.map((line) => line[0]).sort()).toEqual(['0', '1']);
  }, 30_000);
});

test('a device that is none is refused', async () => {
  const refused = openSerialLine({ device: '/dev/null', baud: 9600, onData: () => {}, onLost: () => {} });
  await expect(refused).rejects.toThrow();
});

test('a speed that is none has no settings', () => {
  expect(heartbeatTermios(Buffer.alloc(TERMIOS_SIZE), 12345)).toBeUndefined();
});

describe('lock files', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('are called as other programs expect, hold the pid in ten characters, and go with the last user', () => {
    expect(lockPath('/dev/ttyS0')).toBe('/var/lock/LCK..ttyS0');
    const first = lockTty('/dev/ttyS0', process.pid, folder);
    const again = lockTty('/dev/ttyS0', process.pid, folder);
    const path = lockPath('/dev/ttyS0', folder);
    expect(readFileSync(path, 'latin1')).toMatch(/^ *\d+\n$/);
    expect(readFileSync(path, 'latin1')).toHaveLength(11);
    if (!first.ok || !again.ok) throw new Error('not locked');
    first.release();
    expect(readFileSync(path, 'latin1')).toHaveLength(11);
    again.release();
    expect(() => readFileSync(path)).toThrow();
  });

  test('another living process keeps the line; a dead one does not', () => {
    writeFileSync(lockPath('/dev/ttyS1', folder), `${String(process.ppid).padStart(10)}\n`);
    expect(lockTty('/dev/ttyS1', process.pid, folder)).toEqual({ ok: false, by: process.ppid });
    writeFileSync(lockPath('/dev/ttyS2', folder), '   4194303\n');
    expect(lockTty('/dev/ttyS2', process.pid, folder).ok).toBe(true);
  });

  test('where no lock file can be written the line is used without', () => {
    expect(lockTty('/dev/ttyS0', process.pid, join(folder, 'missing')).ok).toBe(true);
  });
});
