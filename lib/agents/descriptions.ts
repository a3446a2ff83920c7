/** What each of our agents is and takes, for `meta-data` and usage messages. */
import type { Description, Parameter } from './meta-data.js';
import { SERVICE_DESCRIPTIONS } from './service-descriptions.js';

const address = (labelled: string): Parameter => ({
  name: 'address',
  short: 'address[/mask[/interface[:label]][/broadcast]]',
  long:
    'The address, and as far as wanted its mask (a number of bits or a dotted quad), interface and broadcast address. ' +
    `What is left out is taken from the routing table. ${labelled}`,
  required: true,
});

export const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  ...SERVICE_DESCRIPTIONS,
  IPaddr: {
    name: 'IPaddr',
    short: 'an IPv4 address with an alias label',
    long: 'Adds an IPv4 address to an interface under the first free label (eth0:0, eth0:1, ...), and announces it.',
    parameters: [address('A label is ignored.')],
  },
  IPaddr2: {
    name: 'IPaddr2',
    short: 'an IPv4 or IPv6 address',
    long: 'Adds an address to an interface and announces it. An equal address on the loopback device is moved away.',
    parameters: [address('With a label the address is listed under interface:label.')],
  },
  IPv6addr: {
    name: 'IPv6addr',
    short: 'an IPv6 address',
    long: 'Adds an IPv6 address to the interface that has an address in the same network, and announces it.',
    parameters: [
      {
        name: 'ipv6addr',
        short: 'address[/[prefix][/interface]]',
        long: 'The address; prefix and interface choose among the networks, or say where to put it when there is none.',
        required: true,
      },
    ],
  },
  IPsrcaddr: {
    name: 'IPsrcaddr',
    short: 'a preferred source address',
    long: 'Lets what this machine sends by its default route come from an address that it serves.',
    parameters: [{ name: 'ipaddress', short: 'address', long: 'An IPv4 address that is up here.', required: true }],
  },
  SendArp: {
    name: 'SendArp',
    short: 'the announcement of an address',
    long: 'Announces an address on an interface that does not have it.',
    parameters: [
      { name: 'ip', short: 'address/interface', long: 'The address, and where it is announced.', required: true },
    ],
  },
  portblock: {
    name: 'portblock',
    short: 'closed ports',
    long: 'Throws away what arrives for some ports, until a second resource with the action unblock is started.',
    parameters: [
      { name: 'protocol', short: 'tcp|udp', long: 'The protocol.', required: true },
      { name: 'portno', short: 'ports', long: 'Numbers and ranges from:to between commas.', required: true },
      { name: 'action', short: 'block|unblock', long: 'What start does; stop does the contrary.', required: true },
    ],
  },
  ldirectord: {
    name: 'ldirectord',
    short: 'the director daemon',
    long: 'Runs ldirectord, which keeps the virtual services of a configuration file.',
    parameters: [
      {
        name: 'configuration',
        short: 'configuration file',
        long: 'Its name; without a folder it is looked for in /etc/ha.d.',
        required: false,
      },
    ],
  },
  LVSSyncDaemonSwap: {
    name: 'LVSSyncDaemonSwap',
    short: 'the IPVS connection synchronisation daemon',
    long: 'Runs one half of the synchronisation while the group is here, and the other half while it is not.',
    parameters: [
      { name: 'state', short: 'master or backup', long: 'The half that runs while the group is here.', required: true },
      { name: 'interface', short: 'interface', long: 'The one for the multicast traffic.', required: false },
      { name: 'syncid', short: 'sync id', long: 'Only messages with this id are heeded.', required: false },
    ],
  },
};
