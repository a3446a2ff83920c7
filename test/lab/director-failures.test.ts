/** When everything around ldirectord fails, it says so once, goes on, and makes up for it when it can. */
import { findingsOf } from '../support/director-world/findings.js';

const told = findingsOf('./director-failures-inside.js', import.meta.url, 300_000);

test('of several starts at once one daemon remains, and all commands succeed', () => {
  const round = { codes: [0, 0, 0], daemons: 1, isIt: true };
  expect(told('three starts at once')).toEqual([round, round]);
  expect(told('left by them')).toBe('');
});

describe('ipvsadm', () => {
  test('a start succeeds although ipvsadm fails, and the table follows when it can', () => {
    expect(told('start without ipvsadm')).toEqual({ code: 0, before: [], after: true });
  });

  test('fails: one line, tries again, catches up', () => {
    expect(told('failing')).toEqual({
      told: ['Can not reach the virtual server table: cannot read the IPVS table: Memory allocation problem'],
      table: expect.arrayContaining(['  -> 192.168.0.2:80 Masq 1 x0 y0']),
    });
    expect(told('failing no more')).toEqual([true, true]);
  });

  test('is gone: the same, and commands say so', () => {
    expect(told('gone')).toEqual({
      told: ['Can not reach the virtual server table: cannot run /usr/sbin/ipvsadm: EACCES'],
      status: [2, expect.stringMatching(/^Can not find ipvsadm at .*ldirectord-ts\.js\.\n$/)],
    });
    expect(told('gone no more')).toBe(true);
  });

  test('is slow: everything takes longer, and that is all', () => {
    expect(told('slow')).toEqual({ slow: true, back: true, troubles: 0 });
  });

  test('hangs: it is killed at its deadline and tried again', () => {
    expect(told('hanging')).toEqual([
      'Can not reach the virtual server table: /usr/sbin/ipvsadm -R did not end in time',
    ]);
    expect(told('hanging no more')).toBe(true);
  });

  test('hangs during a stop: the daemon ends all the same, and the next one knows what it left', () => {
    expect(told('stop while it hangs')).toEqual({
      endedAnyway: true,
      left: '/run/ldirectord.test.cf.virtuals',
      again: true,
    });
  });
});

describe('a table that others change', () => {
  test('stays as they want it until a reload, which brings it into line; foreign virtuals stay', () => {
    expect(told('changed by hand')).toEqual([
      'TCP  10.0.0.3:80 rr',
      '  -> 192.168.0.2:80 Masq 9 x0 y0',
      '  -> 192.168.0.77:80 Masq 1 x0 y0',
      'TCP  10.9.9.9:99 rr',
    ]);
    expect(told('changed by hand, after a reload')).toBe(true);
  });

  test('is rebuilt when a virtual has vanished', () => {
    expect(told('cleared by hand')).toEqual([true, true]);
  });
});

test('a full disk costs log lines, and their number is told when there is room again', () => {
  expect(told('full disk')).toEqual({ follows: true, told: 1 });
});

describe('a read-only /run', () => {
  test('a start is refused as by the genuine program, and nothing is programmed', () => {
    expect(told('read-only /run')).toEqual({
      code: 1,
      stderr: 'Can not open /var/run/ldirectord.test.cf.pid\n',
      daemons: 0,
    });
    expect(told('read-only /run, table')).toEqual([]);
  });

  test('a daemon that runs goes on and ends in good order', () => {
    // Its pid file cannot be removed, so that it is stale.
    expect(told('/run became read-only')).toEqual({ goesOn: true, ended: true, table: [], status: 1 });
  });
});

test('a full /run refuses a start as well, and leaves nothing behind', () => {
  const stderr = 'Can not open /var/run/ldirectord.test.cf.pid\n';
  expect(told('full /run')).toEqual({ code: 1, stderr, daemons: 0, table: [] });
  expect(told('left in a full /run')).toBe('');
});

test.each(['SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGXCPU'])('%s, also twice, is an end in good order', (signal) => {
  const all = told('signals') as readonly (readonly unknown[])[];
  expect(all.find(([name]) => name === signal)).toEqual([
    signal,
    true,
    [],
    `Linux Director Daemon terminated on signal: ${signal.slice(3)}`,
    false,
  ]);
});

test('supervised: in the foreground, log on standard output, no pid file; it goes on when nobody reads any more', () => {
  expect(told('supervised')).toEqual({
    supervised: true,
    stdout: [
      expect.stringMatching(/^\[date\] Invoking ldirectord invoked as: .* test\.cf start $/),
      expect.stringMatching(/^\[date\] Starting Linux Director v1\.186-ha with pid: \d+$/),
      '[date] Added virtual server: 10.0.0.3:80',
      '[date] Added fallback server: 127.0.0.1:80 (10.0.0.3:80) (Weight set to 1)',
      '[date] Added real server: 192.168.0.1:80 (10.0.0.3:80) (Weight set to 1)',
      '[date] Added real server: 192.168.0.2:80 (10.0.0.3:80) (Weight set to 1)',
      '[date] Deleted fallback server: 127.0.0.1:80 (10.0.0.3:80)',
    ],
    pidFile: false,
    status: [3, ['ldirectord is stopped for /etc/ha.d/test.cf', '']],
    deaf: true,
    code: 0,
    table: [],
  });
});
