import { igmp6Lists, igmpLists } from '../../lib/platform/igmp.js';

const TEXT = `Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter
1\tlo        :     1      V3
\t\t\t\t010000E0     1 0:00000000\t\t0
2\teth0      :     2      V3
\t\t\t\t2B0000EF     1 0:00000000\t\t0
\t\t\t\t010000E0     1 0:00000000\t\t0
`;

test.each([
  ['eth0', '239.0.0.43', true],
  ['eth0', '224.0.0.1', true],
  ['lo', '224.0.0.1', true],
  ['lo', '239.0.0.43', false],
  ['eth0', '239.0.0.44', false],
  ['eth1', '239.0.0.43', false],
])('%s %s: %s', (device, group, listed) => {
  expect(igmpLists(TEXT, device, group)).toBe(listed);
});

const TEXT6 = `1    lo              ff020000000000000000000000000001     1 0000000C 0
2    eth0            ff020000000000000000000000006943     1 00000004 0
2    eth0            ff0200000000000000000001ff000002     1 00000004 0
`;

test.each([
  ['eth0', 'ff02::6943', true],
  ['eth0', 'FF02:0::6943', true],
  ['lo', 'ff02::6943', false],
  ['eth0', 'ff02::6944', false],
  ['eth0', 'nonsense', false],
])('%s %s: %s', (device, group, listed) => {
  expect(igmp6Lists(TEXT6, device, group)).toBe(listed);
});
