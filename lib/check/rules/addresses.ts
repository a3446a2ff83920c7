/** Addresses of haresources: can each be put somewhere, and is nobody else using it? */
import { placeForIpaddr, placeForIpaddr2 } from '../../agents/find-interface.js';
import { ipv6Request, placeForIpv6addr } from '../../agents/ipv6addr.js';
import { parseMask, sameAddress } from '../../agents/netmask.js';
import type { Diagnostic } from '../../config/diagnostic.js';
import { addressOf } from '../../heartbeat/config/environment.js';
import type { Facts, Rule } from '../facts.js';
import { found, placeText } from '../finding.js';
import type { Machine, TextFile } from '../machine.js';
import { type ServedAddress, servedAddresses, usualAddress } from '../served-addresses.js';

const wordOf = ({ resource }: ServedAddress) => ({ value: resource.word, at: resource.at });

const served = (facts: Facts): readonly ServedAddress[] => servedAddresses(facts.heartbeat?.groups ?? []);

/** Why an address has no place on this machine; undefined: it has one, or something else is wrong with its word. */
const unplaced = ({ resource, address, argument }: ServedAddress, machine: Machine): string | undefined => {
  const { mask, device } = argument;
  const devices = [...machine.resources.devices];
  const isIpv6 = address.includes(':');
  // What the argument itself has wrong is said by the check of haresources.
  if (device !== undefined && !devices.includes(device)) return undefined;
  if (mask !== undefined && mask !== '' && parseMask(mask, isIpv6 ? 128 : 32) === undefined) return undefined;
  if (resource.agent === 'IPv6addr') {
    const request = ipv6Request(resource.args[0] ?? '');
    if (typeof request === 'string') return request;
    return placeForIpv6addr(request, machine.addresses) === undefined ? `no network for ${address}` : undefined;
  }
  const network = { devices, routes: machine.routes, addresses: machine.addresses };
  const placed = (resource.agent === 'IPaddr' ? placeForIpaddr : placeForIpaddr2)(argument, network);
  return 'reason' in placed ? placed.reason : undefined;
};

/** Addresses that their agent could put nowhere on this machine. */
export const addressesWithoutPlace: Rule = (facts) =>
  served(facts).flatMap((one) => {
    const reason = unplaced(one, facts.machine);
    if (reason === undefined) return [];
    const given = one.argument.device === undefined ? 'names no interface' : 'names no mask';
    return [
      found(facts, 'error', wordOf(one), {
        code: 'check/address-without-place',
        message: `${one.address} is in no network of an interface, and the resource ${given} (${one.resource.agent}: ${reason})`,
        why: 'the agent does not know where to put the address, and the whole group fails to start.',
        fix: `write mask and interface, e.g. ${one.resource.agent}::${one.address}/24/eth0, or correct the address.`,
      }),
    ];
  });

/** Addresses that two resources serve, in whatever spelling. */
export const addressesTwice: Rule = (facts) => {
  const first = new Map<string, ServedAddress>();
  return served(facts).flatMap((one): readonly Diagnostic[] => {
    const earlier = first.get(one.address);
    if (earlier === undefined) {
      first.set(one.address, one);
      return [];
    }
    const apart = earlier.group !== one.group;
    const where = placeText(earlier.resource.at);
    return [
      found(facts, apart ? 'error' : 'warning', wordOf(one), {
        code: 'check/address-twice',
        message: `${one.address} is already served by ${earlier.resource.word} (${where})`,
        why: apart
          ? 'two groups can be on two nodes, and then both answer for the address; when one group stops it takes the address from the other.'
          : 'the address is added once, and the second stop finds nothing to remove.',
        fix: 'keep one of the two.',
      }),
    ];
  });
};

/** Interfaces on which a real server for direct routing has the address. */
const isQuietDevice = (device: string): boolean => /^(lo|dummy\d*)(:|$)/.test(device);

interface BootAddress {
  readonly file: TextFile;
  readonly line: number;
  readonly column: number;
}

/** Where a file that sets up the network gives an address to an interface that is not a quiet one. */
const addressAtBoot = (file: TextFile, address: string): BootAddress | undefined => {
  if (/(^|[^a-z])(lo|dummy\d*)([^a-z]|$)/.test(file.path.split('/').at(-1) ?? '')) return undefined;
  let device = '';
  for (const [index, line] of file.text.split('\n').entries()) {
    if (/^\s*[#;]/.test(line)) continue;
    // The forms of ifupdown, systemd-networkd, and netplan.
    device = /^\s*(?:iface\s+|Name=)(\S+)/.exec(line)?.[1] ?? /^ {4}([\w.-]+):\s*$/.exec(line)?.[1] ?? device;
    if (isQuietDevice(device) || /gateway|\bvia\b|dns|nameserver|route|network\b|broadcast/i.test(line)) continue;
    // What stands behind an address, such as its prefix length, its gateway, does not count.
    for (const match of line.matchAll(/(?<![\w.:])[0-9a-fA-F:]*[.:][0-9a-fA-F.:]*/g))
      if (sameAddress(match[0], address)) return { file, line: index + 1, column: match.index + 1 };
  }
  return undefined;
};

/** Addresses that are given to a machine by something else than heartbeat. */
export const addressesOfOthers: Rule = (facts) =>
  served(facts).flatMap((one): readonly Diagnostic[] => {
    const { machine, heartbeat } = facts;
    const boot = machine.networkFiles.map((file) => addressAtBoot(file, one.address)).find((at) => at !== undefined);
    if (boot !== undefined)
      return [
        found(facts, 'error', wordOf(one), {
          code: 'check/address-at-boot',
          message: `this machine gives ${one.address} to an interface at boot (${boot.file.path}:${boot.line}:${boot.column})`,
          why: 'after a boot both nodes answer for the address, whoever heartbeat has chosen.',
          fix: 'remove it there: only heartbeat may add an address that moves.',
        }),
      ];
    const node = heartbeat?.config.nodes.find(
      ({ value }) => usualAddress(machine.director.host(value, 'ipv4') ?? '') === one.address,
    );
    const peer = heartbeat?.config.media.find(
      ({ value }) =>
        'peer' in value && usualAddress(addressOf(machine.environment, value.peer) ?? value.peer) === one.address,
    );
    const whose = node !== undefined ? `node ${node.value}` : peer !== undefined ? 'the other node' : undefined;
    if (whose !== undefined)
      return [
        found(facts, 'error', wordOf(one), {
          code: 'check/address-of-node',
          message: `${one.address} is the address of ${whose} itself (${placeText((node ?? peer ?? one.resource).at)})`,
          why: 'an address that moves must belong to no node: it would be taken from the node that needs it.',
          fix: 'choose an address of the network that nobody has.',
        }),
      ];
    return elsewhere(one, facts);
  });

/** The address is up, but not where haresources puts it: then it was not heartbeat who put it there. */
const elsewhere = (one: ServedAddress, facts: Facts): readonly Diagnostic[] => {
  const { device } = one.argument;
  const up = facts.machine.addresses.find(
    (entry) => entry.address === one.address && entry.device !== device && !isQuietDevice(entry.device),
  );
  if (device === undefined || up === undefined) return [];
  return [
    found(facts, 'error', wordOf(one), {
      code: 'check/address-elsewhere',
      message: `${one.address} is on ${up.device} now, and haresources puts it on ${device}`,
      why: 'somebody else has configured it: it stays there when heartbeat moves the group away.',
      fix: `ip address delete ${one.address}/${up.prefix} dev ${up.device}, and whatever adds it.`,
    }),
  ];
};
