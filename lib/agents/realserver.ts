/**
 * realserver: a virtual address on a web server that a director reaches by direct routing. The address stands on lo or a
 * dummy device, and the machine does not tell its neighbours that it has it.
 */
import { isIPv4, isIPv6 } from 'node:net';
import type { Log } from '../log.js';
import { addAddress, bringUp, deleteAddress, readAddresses } from '../platform/addresses.js';
import { readDevices } from '../platform/routes.js';
import { addressBytes } from '../platform/socket-address.js';
import { seconds } from '../time.js';
import type { AgentContext } from './agent.js';
import { ARP_SETTINGS, missingSettings, readSetting, writeSetting } from './arp-settings.js';
import { OCF } from './exit.js';
import { createOcfStyle } from './ocf-style.js';
import { allNoted, forget, note, noted } from './realserver-notes.js';
import { tool } from './tool.js';

export interface VirtualAddress {
  readonly address: string;
  readonly device: string;
}

/** `address[/device]`, on lo when nothing else is said; a string says what is wrong. */
export const parseVirtualAddress = (word: string, usual = 'lo'): VirtualAddress | string => {
  const [address = '', device = usual, ...more] = word.split('/');
  if (more.length > 0) return `${word} is not ADDRESS[/DEVICE]`;
  if (!isIPv4(address) && !isIPv6(address)) return `${address} is not an address`;
  return /^(lo|dummy\d*)$/.test(device) ? { address, device } : `${device} is neither lo nor a dummy device`;
};

export interface RealserverState extends VirtualAddress {
  /** Where the address stands; undefined: nowhere. */
  readonly on: string | undefined;
  /** What lets neighbours learn that this machine has it, e.g. `arp_ignore=0`. */
  readonly leaks: readonly string[];
}

const prefixOf = (address: string): number => (isIPv6(address) ? 128 : 32);

const sameAddress = (one: string, other: string): boolean => {
  const [a, b] = [addressBytes(one), addressBytes(other)];
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
};

/** IPv6 answers only for addresses of the interface that was asked (neighbour discovery), without a setting. */
const leaksOf = (address: string): readonly string[] => (isIPv4(address) ? missingSettings() : []);

/** Throws when the addresses of this machine cannot be read. */
export const look = async ({ address, device }: VirtualAddress): Promise<RealserverState> => {
  const entries = await readAddresses();
  if (typeof entries === 'string') throw new Error(`the addresses of this machine cannot be read: ${entries}`);
  const there = entries.find((entry) => entry.device === device && sameAddress(entry.address, address));
  return { address, device, on: there?.device, leaks: leaksOf(address) };
};

/** In the words that heartbeat and people look for: an address that neighbours can learn does not count as running. */
export const stateText = ({ address, device, on, leaks }: RealserverState): string => {
  if (on === undefined) return `${address} on ${device} is stopped`;
  if (leaks.length === 0) return `${address} on ${device} is running`;
  return `${address} is on ${device}, but its neighbours can learn that (${leaks.join(', ')})`;
};

export const stateCode = ({ on, leaks }: RealserverState): number => {
  if (on === undefined) return OCF.notRunning;
  return leaks.length === 0 ? OCF.success : OCF.generic;
};

const keepQuiet = (log: Log): void => {
  for (const setting of ARP_SETTINGS) {
    const before = readSetting(setting);
    if (before >= setting.wanted) continue;
    note('setting', setting.name, `${before}`);
    writeSetting(setting, setting.wanted);
    log('info', `net.ipv4.conf.all.${setting.name} = ${setting.wanted} (was ${before})`);
  }
};

/** Puts the settings back that nobody has changed since. */
const speakAgain = (log: Log): void => {
  for (const setting of ARP_SETTINGS) {
    const before = noted('setting', setting.name);
    if (before !== undefined && readSetting(setting) === setting.wanted) {
      writeSetting(setting, Number(before));
      log('info', `net.ipv4.conf.all.${setting.name} = ${before} again`);
    }
    forget('setting', setting.name);
  }
};

const provideDevice = async (device: string, context: AgentContext): Promise<void> => {
  if (!readDevices().includes(device)) {
    const { failed } = await tool('ip', ['link', 'add', 'name', device, 'type', 'dummy'], context, {
      timeout: seconds(20),
    });
    // The module may bring the device along.
    if (failed !== undefined && !readDevices().includes(device)) throw new Error(failed);
    note('device', device, 'made');
  }
  const refused = await bringUp(device);
  if (refused !== undefined) throw new Error(`${device}: ${refused}`);
};

export const startVirtualAddress = async (virtual: VirtualAddress, context: AgentContext): Promise<void> => {
  const { address, device } = virtual;
  // First the silence, then the address: not one question is to be answered meanwhile.
  if (isIPv4(address)) keepQuiet(context.log);
  await provideDevice(device, context);
  note('address', address, device);
  if ((await look(virtual)).on !== undefined) return;
  const refused = await addAddress(device, { address, prefix: prefixOf(address) });
  if (refused !== undefined) throw new Error(`${address} cannot be added to ${device}: ${refused}`);
};

export const stopVirtualAddress = async (virtual: VirtualAddress, context: AgentContext): Promise<void> => {
  const { address, device } = virtual;
  if ((await look(virtual)).on !== undefined) {
    const refused = await deleteAddress(device, { address, prefix: prefixOf(address) });
    if (refused !== undefined) throw new Error(`${address} cannot be removed from ${device}: ${refused}`);
  }
  forget('address', address);
  const left = allNoted('address');
  if (!left.some(isIPv4)) speakAgain(context.log);
  if (noted('device', device) === undefined || left.some((other) => noted('address', other) === device)) return;
  const { failed } = await tool('ip', ['link', 'delete', 'dev', device], context, { timeout: seconds(20) });
  if (failed !== undefined) context.log('WARN', failed);
  forget('device', device);
};

/** The resource: haresources cuts an IPv6 address at its "::". */
export const realserver = createOcfStyle({
  ...{ name: 'realserver', fewest: 1, most: 2 },
  act: async (action, args, context) => {
    const virtual = parseVirtualAddress(args.join('::'));
    if (typeof virtual === 'string') {
      context.log('ERROR', virtual);
      return OCF.notConfigured;
    }
    if (action === 'monitor') {
      const state = await look(virtual);
      return { code: stateCode(state), said: stateText(state) };
    }
    await (action === 'start' ? startVirtualAddress : stopVirtualAddress)(virtual, context);
    return OCF.success;
  },
});
