/** Host names in ldirectord.cf when the name server changes its mind, is silent or is gone: nothing goes out of service. */
import { findingsOf } from '../support/director-world/findings.js';

const told = findingsOf('./director-names-inside.js', import.meta.url, 300_000);

test('a name server that answers: addresses of both families', () => {
  expect(told('answering')).toMatchObject({ code: 0, settled: true });
});

test('a changed address counts from the next reload on, as with the genuine program', () => {
  expect(told('changed, before the reload')).toContain('  -> 192.168.0.1:80 Masq 1 x0 y0');
  expect(told('changed, after the reload')).toBe(true);
});

describe('no name server at all', () => {
  test('a reload keeps every address, changes nothing in the table, and says so', () => {
    const kept = (name: string, address: string, line: number) =>
      `Warning [PID] reading file /etc/ha.d/test.cf at line ${line}: the host name '${name}' does not resolve now; its last address ${address} stays in use`;
    const { calls, log } = told('gone') as { calls: string[]; log: string[] };
    expect(calls).toEqual([]);
    expect(log.map((line) => line.replace(/\[\d+\]/, '[PID]'))).toEqual([
      'Reloading Linux Director Daemon config on signal',
      kept('web.example.test', '192.168.0.2', 4),
      kept('six.example.test', '2001:db8::4', 9),
    ]);
  });

  test('a stop and a start come back to the last addresses', () => {
    expect(told('gone, started anew')).toMatchObject({ code: 0, settled: true });
  });
});

describe('a silent name server', () => {
  test('holds up no check: a real that dies meanwhile goes at once', () => {
    expect(told('silent, a real dies during the reload')).toEqual({ noticed: true, stillResolving: true });
  });

  test('the reload ends when the look-up has had its ten seconds', () => {
    const { kept, seconds } = told('silent, the reload ends') as { kept: boolean; seconds: number };
    expect(kept).toBe(true);
    expect(seconds).toBeGreaterThan(5);
    expect(seconds).toBeLessThan(20);
  });

  test('signals that come meanwhile are one more reload', () => {
    expect(told('silent, more signals meanwhile')).toEqual({ again: true, reloads: 2 });
  });

  test.each(['status', 'reload command', 'stop while names are looked up'])('%s does not wait for it', (name) => {
    expect(told(`silent, ${name}`)).toEqual({ code: 0, inTime: true });
  });

  test('the daemon ends in good order in the middle of a look-up', () => {
    expect(told('silent, the daemon ends')).toEqual({ ended: true, inTime: true, table: [] });
  });

  test('a start comes back to the last addresses after one look-up, not two', () => {
    const { seconds, ...rest } = told('silent, started anew') as { seconds: number };
    expect(rest).toEqual({ code: 0, settled: true });
    expect(seconds).toBeLessThan(19);
  });
});

describe('names that were never known', () => {
  test('status is the genuine error, after a bounded time', () => {
    const { stderr, ...rest } = told('never known, status') as { stderr: string };
    expect(rest).toEqual({ code: 2, inTime: true });
    expect(stderr).toMatch(
      /^Error \[\d+\] reading file \/etc\/ha\.d\/test\.cf at line 4: invalid address \(web\.example\.test\) for real server \(could not resolve host\)$/m,
    );
  });

  test('stop ends the daemon all the same', () => {
    expect(told('never known, stop')).toEqual({ code: 2, inTime: true, ended: true });
  });

  test('a start is refused', () => {
    expect(told('never known and gone, start')).toBe(2);
  });
});
