import { parseHaResources } from '../../../lib/heartbeat/config/haresources.js';
import { holdsHalf, presence, sameGroups, watchedGroups } from '../../../lib/heartbeat/shadow/groups.js';

const groups = watchedGroups(
  parseHaResources(
    'lb1 10.0.0.100 IPaddr2::10.0.0.102/24/eth0 service\nlb2 IPaddr::10.0.0.101/24/eth0\nlb2 service2\nlb3 10.0.0.103\n',
    'haresources',
    ['lb1', 'lb2', 'lb3'],
  ).value,
  ['lb1', 'lb2', 'lb3'],
  'lb1',
);
const here = (...addresses: readonly string[]) => new Set(addresses);

test('the groups of the first two nodes, seen from one of them', () => {
  expect(groups).toMatchObject([
    {
      name: 'lb1 10.0.0.100 IPaddr2::10.0.0.102/24/eth0 service',
      scope: 'local',
      addresses: ['10.0.0.100', '10.0.0.102'],
    },
    { name: 'lb2 IPaddr::10.0.0.101/24/eth0', scope: 'foreign', addresses: ['10.0.0.101'] },
    { name: 'lb2 service2', scope: 'foreign', addresses: [] },
  ]);
});

test('where a group is, as its addresses tell', () => {
  const [first, second, third] = groups;
  if (first === undefined || second === undefined || third === undefined) throw new Error('no groups');
  expect(presence(first, here('10.0.0.100', '10.0.0.102'))).toBe('here');
  expect(presence(first, here('10.0.0.100'))).toBe('partly');
  expect(presence(first, here('10.0.0.101'))).toBe('elsewhere');
  expect(presence(third, here('10.0.0.100'))).toBe('unknown');
  expect(holdsHalf(groups, here('10.0.0.102'), 'local')).toBe(true);
  expect(holdsHalf(groups, here('10.0.0.102'), 'foreign')).toBe(false);
  expect(holdsHalf([third], here(), 'foreign')).toBeUndefined();
});

test('a half without any group makes no difference', () => {
  expect(sameGroups(groups, 'local', 'all')).toBe(false);
  expect(sameGroups(groups.slice(0, 1), 'local', 'all')).toBe(true);
});
