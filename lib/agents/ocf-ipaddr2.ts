/** What Pacemaker says about an address, with the parameters of the genuine OCF agent IPaddr2. Pure. */
import type { AddressArgument } from './address-argument.js';
import { OCF } from './exit.js';
import { isClone, longLabel, NO_CLUSTER_IP, type Refusal } from './ipaddr2.js';
import type { Description, Parameter } from './meta-data.js';

/** The actions of the interface that look at the address or change it. */
export type OcfAddressAction = 'start' | 'stop' | 'monitor' | 'validate-all';

type Environment = Readonly<Record<string, string | undefined>>;

const parameter = (name: string, short: string, long: string, more: Partial<Parameter> = {}): Parameter => ({
  ...{ name, short, long, required: false },
  ...more,
});

/** What `meta-data` prints; the times are those that Pacemaker's shells warn below. */
export const OCF_IPADDR2: Description = {
  name: 'IPaddr2',
  short: 'an IPv4 or IPv6 address',
  long: 'Adds an address to an interface and announces it. An equal address on the loopback device is moved away.',
  parameters: [
    parameter('ip', 'address', 'The address, IPv4 or IPv6.', { required: true, unique: true }),
    parameter('nic', 'interface', 'Where it goes. Without it the routing table decides.'),
    parameter('cidr_netmask', 'mask', 'A number of bits, or a dotted quad. Without it the routing table decides.'),
    parameter('broadcast', 'broadcast address', 'The broadcast address; + is the last one of the network, - is none.'),
    parameter('iflabel', 'label', 'The address is listed under interface:label.'),
  ],
  actions: [
    { name: 'start', timeout: '20s' },
    { name: 'stop', timeout: '20s' },
    { name: 'monitor', timeout: '20s', interval: '10s' },
    { name: 'meta-data', timeout: '5s' },
    { name: 'validate-all', timeout: '20s' },
  ],
};

/** The address that the parameters describe; one that is empty counts as not given. */
export const addressOfParameters = (environment: Environment): AddressArgument => {
  const given = (name: string, as: keyof AddressArgument): Partial<AddressArgument> => {
    const value = environment[`OCF_RESKEY_${name}`]?.trim() ?? '';
    return value === '' ? {} : { [as]: value };
  };
  return {
    ...{ address: '', ...given('ip', 'address') },
    ...given('cidr_netmask', 'mask'),
    ...given('nic', 'device'),
    ...given('broadcast', 'broadcast'),
    ...given('iflabel', 'label'),
  };
};

/**
 * Why an action is not even tried; `devices` are the interfaces of this machine. Code 6 means to Pacemaker that the resource
 * can run nowhere, 5 that it cannot run on this node: an interface that is missing here may be there on another one.
 */
export const addressRefusal = (
  action: OcfAddressAction,
  { address, device, label }: AddressArgument,
  environment: Environment,
  devices: readonly string[],
): Refusal | undefined => {
  if (action === 'stop') return address === '' ? { code: OCF.success } : undefined;
  const wrong = (reason: string): Refusal => ({ code: OCF.notConfigured, reason });
  if (address === '') return wrong('the parameter ip is missing: the address to be served');
  if (isClone(environment)) return wrong(NO_CLUSTER_IP);
  const tooLong = label === undefined || device === undefined ? undefined : longLabel(`${device}:${label}`);
  if (tooLong !== undefined) return wrong(tooLong);
  // Where it is missing the address is not served either, and a probe may say so.
  if (action === 'monitor' || device === undefined || devices.includes(device)) return undefined;
  return { code: OCF.notInstalled, reason: `this node has no interface ${device}` };
};
