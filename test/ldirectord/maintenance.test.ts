/** The names by which a file takes a server out of service: ldirectord reference 4.6. */
import fc from 'fast-check';
import { applyChange } from '../../lib/ipvs/apply.js';
import type { Table } from '../../lib/ipvs/model.js';
import { down, up, type Verdict } from '../../lib/ldirectord/checks/verdict.js';
import { adopt, healthOf, hear } from '../../lib/ldirectord/director.js';
import { MAINTENANCE, maintenanceNames, maintenanceOf } from '../../lib/ldirectord/maintenance.js';
import type { MaintenanceMode } from '../../lib/ldirectord/maintenance-note.js';
import { only, plan, type Scope } from '../../lib/ldirectord/plan.js';
import { config, real, virtual } from './build.js';

const server = { address: '192.168.0.1', port: 80 };
const NAMES = ['web1.example.test'];

test('six names', () => {
  expect(maintenanceNames(server, NAMES)).toEqual([
    '192.168.0.1:80',
    '192.168.0.1',
    'web1.example.test:80',
    'web1.example.test',
    'web1:80',
    'web1',
  ]);
});

test('IPv6 addresses stand in brackets; without a name there are only two', () => {
  expect(maintenanceNames({ address: '2001:db8::1', port: 443 }, [])).toEqual(['[2001:db8::1]:443', '[2001:db8::1]']);
});

test('a server with several names is found by each; a name that is no name does no harm', () => {
  expect(maintenanceNames(server, ['a.test', 'b.test', '', '1.in-addr'])).toEqual(
    expect.arrayContaining(['a.test', 'a', 'b.test:80', 'b']),
  );
  expect(maintenanceNames(server, ['10.example.test'])).not.toContain('10');
});

test('exactly these files count', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom(...maintenanceNames(server, NAMES), 'web2', '192.168.0.1:81', 'WEB1')),
      (files) => {
        const expected = files.some((file) => maintenanceNames(server, NAMES).includes(file));
        const said = maintenanceOf(new Map(files.map((file) => [file, ''])), server, NAMES);
        expect(said?.mode).toBe(expected ? 'disabled' : undefined);
      },
    ),
  );
});

test('the server is down at once, whatever failurecount says, in every virtual that shares the check; others are not touched', () => {
  const reals = [real('192.168.0.1'), real('192.168.0.2')];
  const virtuals = ['10.0.0.3:80', '10.0.0.4:80'].map((place) => virtual(place, reals, { failureCount: 9 }));
  let director = adopt(config(virtuals), { services: [] });
  const probes = [...director.membersByProbe.keys()];
  for (const probe of probes) director = hear(director, probe, up()).director;
  const [first = ''] = probes;
  const heard = hear(director, first, MAINTENANCE, () => 'disabled');
  expect(heard.log).toEqual([
    'Check failed: 192.168.0.1:80 (tcp:10.0.0.3:80): MAINTENANCE Server in maintenance',
    'Check failed: 192.168.0.1:80 (tcp:10.0.0.4:80): MAINTENANCE Server in maintenance',
  ]);
  expect(director.members.map((member) => healthOf(heard.director, member).standing)).toEqual([
    'down',
    'up',
    'down',
    'up',
  ]);
  // Undone by the next good check, as after any failure.
  const back = hear(heard.director, first, up());
  expect(director.members.map((member) => healthOf(back.director, member).standing)).toEqual(['up', 'up', 'up', 'up']);
});

test('of two members that share a check only the one in maintenance is down, although the check succeeds', () => {
  const reals = [real('192.168.0.1')];
  const director = adopt(config([virtual('10.0.0.3:80', reals), virtual('10.0.0.4:80', reals)]), { services: [] });
  const [probe = ''] = director.membersByProbe.keys();
  const heard = hear(director, probe, up(), ({ virtualId }) =>
    virtualId === 'tcp:10.0.0.4:80' ? 'disabled' : undefined,
  );
  expect(director.members.map((member) => healthOf(heard.director, member).standing)).toEqual(['up', 'down']);
});

test('of several files one that disables counts; a drain is read from the text', () => {
  const files = new Map([
    ['192.168.0.1', 'drain\nreason=new disk\n'],
    ['web2', ''],
  ]);
  expect(maintenanceOf(files, server, NAMES)).toMatchObject({ mode: 'drained', reason: 'new disk' });
  expect(maintenanceOf(new Map([...files, ['web1:80', 'back on monday']]), server, NAMES)?.mode).toBe('disabled');
});

describe('a drained server', () => {
  const empty = { services: [] };
  /** A director in step with a table, in which one maintenance mode holds for 192.168.0.1. */
  const simulate = (quiescent: boolean, table: Table = empty) => {
    const web = virtual('10.0.0.3:80', [real('192.168.0.1', 80, { weight: 5 }), real('192.168.0.2')], { quiescent });
    let director = adopt(config([web]), table);
    let actual = table;
    const bring = (scope: Scope): readonly string[] => {
      const planned = plan(director, actual, scope);
      for (const { change } of planned) {
        const applied = applyChange(actual, change);
        if ('reason' in applied) throw new Error(applied.reason);
        actual = applied.table;
      }
      return planned.map(({ message }) => message);
    };
    bring('all');
    return {
      check: (verdict: Verdict, mode?: MaintenanceMode): readonly string[] => {
        const [probe = ''] = director.membersByProbe.keys();
        const heard = hear(director, probe, verdict, ({ real: { address } }) =>
          address === '192.168.0.1' ? mode : undefined,
        );
        director = heard.director;
        return heard.touched.size === 0 ? [] : bring(only(heard.touched));
      },
      reload: () => {
        director = adopt(director.config, actual, director);
        return bring('all');
      },
      /** A new process, which finds the table that the old one left. */
      restart: () => simulate(quiescent, actual),
      weight: (): number | undefined =>
        actual.services[0]?.destinations.find(({ address }) => address === '192.168.0.1')?.weight,
    };
  };

  test.each([true, false])('quiescent=%s: keeps its place at weight 0, and gets its weight back', (quiescent) => {
    const sim = simulate(quiescent);
    sim.check(up());
    expect(sim.weight()).toBe(5);
    expect(sim.check(up(), 'drained')).toEqual([
      'Quiescent real server: 192.168.0.1:80 (10.0.0.3:80) (Weight set to 0)',
    ]);
    expect(sim.weight()).toBe(0);
    // It is not checked while it is drained; were it, nothing would change.
    expect(sim.check(down('L4REFUSED'), 'drained')).toEqual([]);
    expect(sim.reload()).toEqual([]);
    expect(sim.weight()).toBe(0);
    const next = sim.restart();
    next.check(up(), 'drained');
    expect(next.weight()).toBe(0);
    expect(next.check(up())).toEqual(['Restored real server: 192.168.0.1:80 (10.0.0.3:80) (Weight set to 5)']);
    expect(next.weight()).toBe(5);
  });

  test('quiescent=no: one that is drained before the daemon starts is there at weight 0, for the connections it still has', () => {
    const sim = simulate(false);
    sim.check(up(), 'drained');
    expect(sim.weight()).toBe(0);
  });

  test('quiescent=no: disabled it goes, as ever; from drained to disabled as well; and when a drain ends but the server is down', () => {
    const disabled = simulate(false);
    disabled.check(up());
    disabled.check(up(), 'disabled');
    expect(disabled.weight()).toBeUndefined();
    for (const [verdict, mode] of [
      [up(), 'disabled'],
      [down('L4REFUSED'), undefined],
    ] as const) {
      const sim = simulate(false);
      sim.check(up());
      sim.check(up(), 'drained');
      expect(sim.check(verdict, mode)).toEqual(['Deleted real server: 192.168.0.1:80 (10.0.0.3:80)']);
      expect(sim.weight()).toBeUndefined();
    }
  });

  test('the log says that it is drained', () => {
    const director = adopt(config([virtual('10.0.0.3:80', [real('192.168.0.1')])]), empty);
    const [probe = ''] = director.membersByProbe.keys();
    expect(hear(director, probe, up(), () => 'drained').log).toEqual([
      'Check failed: 192.168.0.1:80 (tcp:10.0.0.3:80): MAINTENANCE Server in maintenance (drained)',
    ]);
  });
});
