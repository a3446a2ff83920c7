/** Which groups of haresources are whose concern. */

import { parseHaResources } from '../../../lib/heartbeat/config/haresources.js';
import { groupsInScope, groupsOfConcern } from '../../../lib/heartbeat/resources/scope.js';

const NODES = ['lb1', 'lb2', 'lb3'];
const { value: groups } = parseHaResources('lb1 10.0.0.1\nLB2 10.0.0.2\nlb3 10.0.0.3\n', 'haresources', NODES);
const names = (list: typeof groups): string => list.map(({ node }) => node.toLowerCase()).join(' ');

test.each([
  ['lb1', 'local', 'lb1'],
  ['lb1', 'foreign', 'lb2 lb3'],
  ['lb2', 'local', 'lb2'],
  ['lb2', 'all', 'lb1 lb2 lb3'],
] as const)('on %s, %s is %s', (self, scope, expected) => {
  expect(names(groupsInScope(groups, self, scope))).toBe(expected);
});

test.each([
  ['lb1', 'lb1 lb2'],
  ['lb2', 'lb1 lb2'],
  ['lb3', 'lb3'],
])('of three nodes, %s cares for the groups of %s', (self, expected) => {
  expect(names(groupsOfConcern(groups, NODES, self))).toBe(expected);
});

test('in a pair everything is of concern to both, also what prefers a node that ha.cf does not name', () => {
  expect(names(groupsOfConcern(groups, ['lb1', 'lb2'], 'lb2'))).toBe('lb1 lb2 lb3');
});
