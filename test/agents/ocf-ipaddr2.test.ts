/** IPaddr2 as an OCF agent: its parameters, when it is not even tried, and its description. */
import fc from 'fast-check';
import { parseAddressArgument } from '../../lib/agents/address-argument.js';
import { metaDataXml } from '../../lib/agents/meta-data.js';
import {
  addressOfParameters,
  addressRefusal,
  OCF_IPADDR2,
  type OcfAddressAction,
} from '../../lib/agents/ocf-ipaddr2.js';
import { findProgram, run } from '../../lib/platform/exec.js';
import { seconds } from '../../lib/time.js';

/** The interface as resource-agents describes it. */
const DTD = '/usr/share/resource-agents/ra-api-1.dtd';

const parameters = (given: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [`OCF_RESKEY_${name}`, value]));

describe('parameters', () => {
  test('all of them', () => {
    const all = { ip: '10.0.0.100', cidr_netmask: '24', nic: 'eth0', broadcast: '10.0.0.255', iflabel: 'www' };
    expect(addressOfParameters(parameters(all))).toEqual(parseAddressArgument('10.0.0.100/24/eth0:www/10.0.0.255'));
  });

  test('what is empty is not given, also between others', () => {
    const given = parameters({ ip: ' 10.0.0.100 ', cidr_netmask: '', nic: 'eth0', iflabel: ' ' });
    expect(addressOfParameters(given)).toEqual({ address: '10.0.0.100', device: 'eth0' });
    expect(addressOfParameters({})).toEqual({ address: '' });
  });

  test('they are the words of haresources, whatever they are', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(32), word, word, (ip, mask, nic, iflabel) => {
        const given = parameters({ ip, nic, iflabel, cidr_netmask: String(mask) });
        expect(addressOfParameters(given)).toEqual(parseAddressArgument(`${ip}/${mask}/${nic}:${iflabel}`));
      }),
    );
  });
});

describe('not even tried', () => {
  const refused = (action: OcfAddressAction, given: Readonly<Record<string, string>>) =>
    addressRefusal(action, addressOfParameters(parameters(given)), parameters(given), ['lo', 'eth0']);
  const good = { ip: '10.0.0.100', nic: 'eth0' };

  test.each(['start', 'stop', 'monitor', 'validate-all'] as const)('%s of a good one is', (action) => {
    expect(refused(action, good)).toBeUndefined();
    expect(refused(action, { ip: '10.0.0.100' })).toBeUndefined();
  });

  test.each(['start', 'monitor', 'validate-all'] as const)('%s of what is wrong on every node', (action) => {
    expect(refused(action, {})).toEqual({ code: 6, reason: expect.stringContaining('parameter ip is missing') });
    expect(refused(action, { ...good, CRM_meta_clone_max: '3' })).toEqual({
      code: 6,
      reason: expect.stringContaining('CLUSTERIP'),
    });
    expect(refused(action, { ...good, iflabel: 'much-too-long' })).toEqual({
      code: 6,
      reason: 'Interface label [eth0:much-too-long] exceeds 15 characters',
    });
  });

  test('an interface that only this node lacks: it may be there on another one', () => {
    const elsewhere = { ...good, nic: 'eth7' };
    const missing = { code: 5, reason: 'this node has no interface eth7' };
    expect(refused('start', elsewhere)).toEqual(missing);
    expect(refused('validate-all', elsewhere)).toEqual(missing);
    expect(refused('monitor', elsewhere)).toBeUndefined();
  });

  test('a stop only of nothing: what cannot have been started is stopped', () => {
    expect(refused('stop', {})).toEqual({ code: 0 });
    for (const wrong of [{ CRM_meta_clone_max: '3' }, { nic: 'eth7' }, { iflabel: 'much-too-long' }])
      expect(refused('stop', { ...good, ...wrong })).toBeUndefined();
  });
});

test('its description is valid', async () => {
  const input = metaDataXml(OCF_IPADDR2).replace(/^<!DOCTYPE.*\n/m, '');
  const checked = await run(findProgram('xmllint') ?? 'xmllint', ['--noout', '--dtdvalid', DTD, '-'], {
    timeout: seconds(10),
    input,
  });
  expect([checked.code, checked.stderr]).toEqual([0, '']);
});
