import { parseAddressArgument } from '../../lib/agents/address-argument.js';

test.each([
  ['10.0.0.3', { address: '10.0.0.3' }],
  ['10.0.2.50/8/eth0', { address: '10.0.2.50', mask: '8', device: 'eth0' }],
  [
    '192.168.0.105/24/eth0/192.168.0.255',
    { address: '192.168.0.105', mask: '24', device: 'eth0', broadcast: '192.168.0.255' },
  ],
  ['10.0.0.3/24/10.0.0.255', { address: '10.0.0.3', mask: '24', broadcast: '10.0.0.255' }],
  ['10.0.0.3/24/eth0:1', { address: '10.0.0.3', mask: '24', device: 'eth0', label: '1' }],
  ['10.0.0.3/24/eth0/', { address: '10.0.0.3', mask: '24', device: 'eth0' }],
  // Slashes in a row count as one, so that this is a mask "eth0", which is refused later.
  ['10.0.0.3//eth0', { address: '10.0.0.3', mask: 'eth0' }],
  ['fd00::5/64/eth0', { address: 'fd00::5', mask: '64', device: 'eth0' }],
  ['', { address: '' }],
])('%s', (argument, expected) => {
  expect(parseAddressArgument(argument)).toEqual(expected);
});
