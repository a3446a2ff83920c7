import { heldTargets } from '../../lib/agents/announce-held.js';
import type { AddressEntry } from '../../lib/platform/address-entry.js';
import { group } from '../heartbeat/resources/sample-groups.js';

const entry = (device: string, address: string, tentative = false): AddressEntry => ({
  ...{ device, address, family: 'ipv4', prefix: 24, secondary: true, tentative, duplicate: false },
});

test('the addresses of the groups that are up here, on the interface that has them', () => {
  const groups = [
    group('lb1 10.0.0.100/24/eth0 testsvc::10.0.0.1'),
    group('lb2 IPaddr2::10.0.0.101 IPv6addr::FD00::6/64'),
  ];
  const addresses = [
    entry('lo', '10.0.0.101'),
    entry('eth0', '10.0.0.1'),
    entry('eth0', '10.0.0.100'),
    entry('eth1', 'fd00::5'),
  ];
  expect(heldTargets(groups, addresses)).toEqual([{ device: 'eth0', address: '10.0.0.100' }]);
});

test('an IPv6 address is found although haresources cuts it at "::", but not before it can be used', () => {
  const groups = [group('lb1 IPaddr2::fd00:0::5/64')];
  expect(heldTargets(groups, [entry('eth1', 'fd00::5')])).toEqual([{ device: 'eth1', address: 'fd00::5' }]);
  expect(heldTargets(groups, [entry('eth1', 'fd00::5', true)])).toEqual([]);
});
