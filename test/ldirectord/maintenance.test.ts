/** The names by which a file takes a server out of service: ldirectord reference 4.6. */
import fc from 'fast-check';
import { up } from '../../lib/ldirectord/checks/verdict.js';
import { adopt, healthOf, hear } from '../../lib/ldirectord/director.js';
import { isInMaintenance, MAINTENANCE, maintenanceNames } from '../../lib/ldirectord/maintenance.js';
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
        expect(isInMaintenance(new Set(files), server, NAMES)).toBe(expected);
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
  const heard = hear(director, first, MAINTENANCE, () => true);
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
  const heard = hear(director, probe, up(), ({ virtualId }) => virtualId === 'tcp:10.0.0.4:80');
  expect(director.members.map((member) => healthOf(heard.director, member).standing)).toEqual(['up', 'down']);
});
