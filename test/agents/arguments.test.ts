/** Arguments of the smaller agents, and calls that are refused with a reason. */
import { sendArpTargets } from '../../lib/agents/announce-held.js';
import { parseArpConfig } from '../../lib/agents/arp-config.js';
import { ipaddr2Refusal } from '../../lib/agents/ipaddr2.js';
import { isForLdirectord } from '../../lib/agents/ldirectord-script.js';
import { portRequest } from '../../lib/agents/portblock.js';
import { parseSendArpArgument } from '../../lib/agents/send-arp.js';
import { group } from '../heartbeat/resources/sample-groups.js';

test.each([
  ['10.0.0.100/eth1', { address: '10.0.0.100', device: 'eth1' }],
  ['10.0.0.100/24/eth1:0', { address: '10.0.0.100', device: 'eth1' }],
  ['fd00::5/eth1', { address: 'fd00::5', device: 'eth1' }],
  ['10.0.0.100', undefined],
  ['eth1/10.0.0.100', undefined],
])('SendArp %s', (argument, expected) => {
  expect(parseSendArpArgument(argument)).toEqual(expected);
});

test('what SendArp announces while it runs', () => {
  const groups = [group('lb1 SendArp::10.0.0.100/eth1 SendArp::nonsense IPaddr2::10.0.0.102')];
  expect(sendArpTargets(groups)).toEqual([{ address: '10.0.0.100', device: 'eth1' }]);
});

test.each([
  ['ldirectord.cf reload', true],
  ['-d ldirectord.cf start', true],
  ['ldirectord.cf start', false],
  ['ldirectord.cf status', false],
  ['meta-data', false],
])('ldirectord %s is passed on: %s', (words, expected) => {
  expect(isForLdirectord(words.split(' '))).toBe(expected);
});

test('arp_config is read like a shell would, but never run', () => {
  expect(parseArpConfig('# ARP_REPEAT=9\nARP_INTERVAL_MS="500"\nexport ARP_REPEAT=3\nARP_REPEAT=4\n')).toEqual({
    interval: 500,
    count: 4,
  });
  expect(parseArpConfig('ARP_REPEAT=$(reboot)\nARP_INTERVAL_MS=0\n')).toEqual({});
});

test.each([
  ['tcp 80,443 block', { protocol: 'tcp', ports: '80,443', action: 'block' }],
  ['udp 137:139 unblock', { protocol: 'udp', ports: '137:139', action: 'unblock' }],
  ['icmp 80 block', { code: 2, output: 'Invalid protocol icmp!' }],
  ['tcp 80;reboot block', { code: 2, output: 'Invalid port number 80;reboot!' }],
  ['tcp 70000 block', { code: 2, output: 'Invalid port number 70000!' }],
  ['tcp 80 open', { code: 1, output: 'Invalid action open!' }],
  ['tcp 80', { code: 1, output: 'usage: portblock {udp|tcp} portno,portno {block|unblock}' }],
])('portblock %s', (words, expected) => {
  expect(portRequest(words.split(' '))).toEqual(expected);
});

describe('IPaddr2 refuses', () => {
  const refuse = (verb: 'start' | 'stop' | 'status', words: string, environment = {}) =>
    ipaddr2Refusal(verb, words.split('::'), environment);
  const clone = { OCF_RESKEY_CRM_meta_clone_max: '2' };

  test('addresses that nodes share, and says why', () => {
    const refused = { code: 6, reason: expect.stringContaining('CLUSTERIP') };
    expect(refuse('start', '10.0.0.100/24/eth0', clone)).toEqual(refused);
    expect(refuse('status', '10.0.0.100/24/eth0::clusterip')).toEqual(refused);
    expect(refuse('start', '10.0.0.100/24/eth0::CIP::sourceip')).toEqual(refused);
  });
  test('words that mean nothing, but not the parts of an IPv6 address', () => {
    expect(refuse('start', '10.0.0.100/24/eth0::more')).toMatchObject({ code: 1 });
    expect(refuse('start', 'fd00::5/64/eth0')).toBeUndefined();
    expect(refuse('start', '10.0.0.100/24/eth0', { OCF_RESKEY_CRM_meta_clone_max: '1' })).toBeUndefined();
  });
  test('no stop: what cannot have been started is stopped', () => {
    expect(refuse('stop', '10.0.0.100/24/eth0::more')).toEqual({ code: 0 });
    expect(refuse('stop', '10.0.0.100/24/eth0', clone)).toBeUndefined();
  });
});
