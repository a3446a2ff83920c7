/** Reloads of ldirectord as the manual describes them: what did not change keeps its place, a broken file changes nothing. */
import { findingsOf } from '../support/director-world/findings.js';

const told = findingsOf('./director-reload-inside.js', import.meta.url, 300_000);

test('the daemon starts and programs its table', () => {
  expect([told('start'), told('settled')]).toEqual([0, true]);
});

describe('what a reload does to the table', () => {
  test('nothing when nothing changed: not one command', () => {
    expect(told('nothing changed')).toEqual({
      calls: [],
      log: ['Reloading Linux Director Daemon config on signal'],
    });
  });

  test('ten signals in a row are at most two reloads', () => {
    const { calls, reloads, alive } = told('ten signals') as { calls: string[]; reloads: number; alive: boolean };
    expect({ calls, alive }).toEqual({ calls: [], alive: true });
    expect([1, 2]).toContain(reloads);
  });

  test.each([
    ['weight', ['-e -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5']],
    ['thresholds', ['-e -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 5 -x 9 -y 2']],
    ['method', ['-e -t 10.0.0.3:80 -r 192.168.0.1:80 -g -w 5']],
    ['persistence', ['-E -t 10.0.0.3:80 -s wlc -p 600', '-e -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 2']],
    ['persistence off', ['-E -t 10.0.0.3:80 -s wlc']],
    ['scheduler', ['-E -t 10.0.0.3:80 -s rr']],
    // The scheduler goes back in the same reload.
    ['virtual removed', ['-E -t 10.0.0.3:80 -s wlc', '-D -t 10.0.0.3:25']],
    ['virtual added', ['-A -t 10.0.0.3:25 -s rr', '-a -t 10.0.0.3:25 -r 192.168.0.1:25 -m -w 1']],
    ['real moved', ['-d -t 10.0.0.3:80 -r 192.168.0.2:80', '-a -t 10.0.0.3:25 -r 192.168.0.2:25 -m -w 1']],
  ])('%s: only that', (name, calls) => {
    expect(told(name)).toEqual(calls);
  });
});

describe('a broken new file', () => {
  test('leaves the running configuration in force, with one clear line, and results keep their effect', () => {
    const { log, calls, follows } = told('a broken file') as { log: string[]; calls: string[]; follows: boolean };
    expect(log).toEqual([
      'Reloading Linux Director Daemon config on signal',
      expect.stringMatching(
        /^Error \[\d+\] reading file \/etc\/ha\.d\/test\.cf at line 12: Unknown command " {4}nonsense=1 "$/,
      ),
      '/etc/ha.d/test.cf has errors: the running configuration stays in force',
    ]);
    expect({ calls, follows }).toEqual({ calls: ['-d -t 10.0.0.3:80 -r 192.168.0.2:80'], follows: true });
  });

  test('does not take the daemon from the hands of its admin', () => {
    expect(told('status with a broken file')).toBe(2);
    expect(told('the daemon after status')).toBe(true);
  });
});

test('another log file takes the lines from the reload on', () => {
  expect(told('another log')).toEqual({ new: true, old: [] });
});

test('a reload in the middle of a check changes what changed and fails nobody', () => {
  expect(told('during a check')).toEqual({ calls: ['-e -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 7'], log: [] });
});

test('signals to reload during a stop change nothing about it', () => {
  expect(told('during a stop')).toEqual({
    ended: true,
    inTime: true,
    table: [],
    reloads: expect.any(Number),
    last: 'Linux Director Daemon terminated on signal: TERM',
    left: '',
  });
});

describe('autoreload', () => {
  test('reads a changed file anew and says so', () => {
    expect(told('autoreload')).toBe(true);
    expect(told('autoreload log')).toEqual([
      "Configuration file '/etc/ha.d/test.cf' has changed on disk",
      ' - reread new configuration',
    ]);
  });

  test('misses no change while the callback of an earlier one runs, and never runs two at once', () => {
    expect(told('autoreload during a callback')).toBe(true);
    expect(told('callbacks')).toEqual(['/etc/ha.d/test.cf', 'end', '/etc/ha.d/test.cf', 'end']);
  });

  test('a touched file is no change, a broken one is told once', () => {
    expect(told('touched only')).toEqual([]);
    expect(told('autoreload of a broken file')).toEqual({ once: 1, calls: [] });
  });
});
