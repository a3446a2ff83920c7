/** Groups as ResourceManager lists and finds them. */

import { parseHaResources } from '../../../lib/heartbeat/config/haresources.js';
import {
  groupStatus,
  groupsForKey,
  keysOf,
  otherResources,
  ownResources,
} from '../../../lib/heartbeat/scripts/group-keys.js';

const TEXT = 'lb1 IPaddr::10.0.0.1 httpd\nLB2 IPaddr::10.0.0.11\nunknown a+b\nlb1\n';
const groups = parseHaResources(TEXT, 'haresources', undefined).value;

test('any node name is taken when none are given', () => {
  expect(
    parseHaResources(TEXT, 'haresources', undefined).diagnostics.filter(({ severity }) => severity === 'error'),
  ).toEqual([]);
  expect(groups.map(({ node }) => node)).toEqual(['lb1', 'lb2', 'unknown', 'lb1']);
});

test('keys by node, which is a pattern in upper or lower case', () => {
  expect(keysOf(groups, 'LB1')).toEqual(['IPaddr::10.0.0.1', '']);
  expect(keysOf(groups, 'lb.')).toHaveLength(3);
  expect(keysOf(groups, 'lb')).toEqual([]);
  expect(keysOf(groups, '(')).toEqual([]);
});

test('all resources, each with a blank behind', () => {
  expect(ownResources(groups, 'lb1')).toEqual(['IPaddr::10.0.0.1 httpd ', '']);
  expect(otherResources(groups, 'lb1')).toEqual(['IPaddr::10.0.0.11 ', 'a+b ']);
});

test('a key is a word first, and a pattern only when no group has it', () => {
  const found = (key: string) => groupsForKey(groups, key).map(({ resources }) => resources[0]?.word);
  expect(found('IPaddr::10.0.0.1')).toEqual(['IPaddr::10.0.0.1']);
  expect(found('httpd')).toEqual(['IPaddr::10.0.0.1']);
  expect(found('a+b')).toEqual(['a+b']);
  expect(found('IPaddr::10.0.0.1.?')).toEqual(['IPaddr::10.0.0.1', 'IPaddr::10.0.0.11']);
  expect(found('lb1')).toEqual([]);
  expect(found('10.0.0.1')).toEqual([]);
});

test.each([
  [[], 'NONE', 0],
  [[true, true], 'ALL', 2],
  [[false, false], 'NONE', 2],
  [[true, false, true], 'SOME', 2],
  [[false, true, true], 'SOME', 2],
] as const)('status of %j is %s after %i questions', async (running, status, questions) => {
  let asked = 0;
  expect(
    await groupStatus<boolean>(running, async (resource) => {
      asked += 1;
      return resource;
    }),
  ).toBe(status);
  expect(asked).toBe(questions);
});
