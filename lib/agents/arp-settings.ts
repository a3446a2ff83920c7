/** Kernel settings with which a machine keeps an address to itself that it has on lo or a dummy device. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * `arp_ignore` 1: only questions for an address of the interface they come in by are answered. `arp_announce` 2: the own
 * questions carry an address of the interface they go out by, so that no neighbour learns the wrong owner.
 */
export const ARP_SETTINGS = [
  { name: 'arp_ignore', wanted: 1 },
  { name: 'arp_announce', wanted: 2 },
] as const;

export type ArpSetting = (typeof ARP_SETTINGS)[number];

const FOLDER = '/proc/sys/net/ipv4/conf';

const pathOf = (name: string, device: string): string => `${FOLDER}/${device}/${name}`;

export const readSetting = ({ name }: ArpSetting, device = 'all'): number =>
  Number(readFileSync(pathOf(name, device), 'latin1').trim());

/** For all interfaces. Throws when the kernel refuses. */
export const writeSetting = ({ name }: ArpSetting, value: number): void =>
  writeFileSync(pathOf(name, 'all'), `${value}\n`);

/** Interfaces on which nobody asks for addresses. */
const isQuiet = (device: string): boolean => /^(all|default|lo|dummy\d*)$/.test(device);

/** What holds where ARP is spoken: the kernel takes the greater one of the value for all and that of the interface. */
export const effective = (forAll: number, ofDevices: readonly number[]): number =>
  ofDevices.length === 0 ? forAll : Math.max(forAll, Math.min(...ofDevices));

/** Those of the settings that do not hold, as `arp_ignore=0`. */
export const missingSettings = (): readonly string[] =>
  ARP_SETTINGS.flatMap((setting) => {
    const devices = readdirSync(FOLDER).filter((device) => !isQuiet(device));
    const value = effective(
      readSetting(setting),
      devices.map((device) => readSetting(setting, device)),
    );
    return value >= setting.wanted ? [] : [`${setting.name}=${value}`];
  });

/** The same where it is only told of: nothing where there is no IPv4. Never throws. */
export const openSettings = (): readonly string[] => {
  try {
    return missingSettings();
  } catch {
    return [];
  }
};
