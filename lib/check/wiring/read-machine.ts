/** Wiring: answers what a check asks about this machine. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openSettings } from '../../agents/arp-settings.js';
import type { FileFacts } from '../../heartbeat/config/environment.js';
import { environmentFor, resourceFacts } from '../../heartbeat/wiring/files/config-files.js';
import { foreseeEngine } from '../../ipvs/engines/open.js';
import { readAddresses } from '../../platform/addresses.js';
import { readDirectorFacts } from '../../platform/director-file.js';
import { findProgram } from '../../platform/exec.js';
import { isExecutable } from '../../platform/executable.js';
import { readKernelSetting } from '../../platform/kernel-setting.js';
import { readRoutes } from '../../platform/routes.js';
import type { FileStatus, Machine, Questions, TextFile } from '../machine.js';

const kindOf = (stat: ReturnType<typeof statSync>): FileFacts['kind'] => {
  if (stat === undefined) return 'other';
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isCharacterDevice() ? 'character' : 'other';
};

/** A path, or the name of a program that is looked for where programs usually are. */
const statusOf = (word: string): FileStatus | undefined => {
  const path = word.includes('/') ? join('/', word) : findProgram(word);
  if (path === undefined) return undefined;
  try {
    const stat = statSync(path);
    const executable = stat.isFile() && isExecutable(path);
    return { kind: kindOf(stat), executable, mode: stat.mode & 0o7777, uid: stat.uid };
  } catch {
    return undefined;
  }
};

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
};

const present = <T>(words: readonly string[], answer: (word: string) => T | undefined): ReadonlyMap<string, T> =>
  new Map(
    words.flatMap((word) => {
      const value = answer(word);
      return value === undefined ? [] : [[word, value] as const];
    }),
  );

/** Folders with files that configure the network at boot, and which of their files do. */
const NETWORK_FOLDERS: readonly (readonly [folder: string, files: RegExp])[] = [
  ['/etc/network', /^interfaces$/],
  ['/etc/network/interfaces.d', /^[\w.-]+$/],
  ['/etc/sysconfig/network-scripts', /^ifcfg-/],
  ['/etc/sysconfig/network', /^ifcfg-/],
  ['/etc/netplan', /\.yaml$/],
  ['/etc/systemd/network', /\.network$/],
  ['/etc/NetworkManager/system-connections', /\.nmconnection$/],
];

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
};

const networkFiles = (): readonly TextFile[] =>
  NETWORK_FOLDERS.flatMap(([folder, files]) =>
    namesIn(folder)
      .filter((name) => files.test(name))
      .flatMap((name) => {
        const path = join(folder, name);
        const text = textOf(path);
        return text === undefined ? [] : [{ path, text }];
      }),
  );

/** Never rejects: what cannot be found out is not there. */
export const readMachine = async ({ haCf, director, files, settings, engine: choice }: Questions): Promise<Machine> => {
  const [environment, directorFacts, addresses, engine] = await Promise.all([
    environmentFor(haCf),
    readDirectorFacts(director),
    readAddresses(),
    foreseeEngine(choice),
  ]);
  return {
    environment,
    resources: resourceFacts(),
    director: directorFacts,
    addresses: typeof addresses === 'string' ? [] : addresses,
    routes: [...readRoutes('ipv4'), ...readRoutes('ipv6')],
    files: present(files, statusOf),
    settings: present(settings, readKernelSetting),
    openArp: openSettings(),
    networkFiles: networkFiles(),
    engine,
    uid: process.getuid?.(),
  };
};
