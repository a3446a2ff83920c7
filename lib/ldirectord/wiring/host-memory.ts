/**
 * Wiring: the last address of every host name of a configuration, in a file in /run: a name server that is down while the
 * daemon is started anew or reloaded takes nothing out of service. It is empty after a boot. Genuine has nothing like it.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Log } from '../../log.js';
import { errorText } from '../../platform/error-text.js';
import { readSmallFile } from '../../platform/run-files.js';

/** Addresses by family and name, as `hostKey` joins them. */
export type Addresses = ReadonlyMap<string, string>;

const hostMemoryPath = (name: string, folder: string): string => `${folder}/ldirectord.${name}.hosts`;

/** One name on each line: `ipv4 www.example.org 192.0.2.1`. Anything else is skipped. */
export const parseHostMemory = (text: string): Addresses =>
  new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [family = '', name = '', address = ''] = line.split(' ');
      const fits = (family === 'ipv4' && isIP(address) === 4) || (family === 'ipv6' && isIP(address) === 6);
      return fits && name !== '' ? [[`${family} ${name}`, address]] : [];
    }),
  );

export const printHostMemory = (addresses: Addresses): string =>
  [...addresses].map(([key, address]) => `${key} ${address}\n`).join('');

/** What was last known; `name` is that of the pid file. */
export const readHostMemory = (name: string, folder = '/run'): Addresses =>
  parseHostMemory(readSmallFile(hostMemoryPath(name, folder))?.toString('utf8') ?? '');

/** Replaces what is known. Never throws: without the file a name is looked up anew at the next start. */
export const writeHostMemory = (name: string, addresses: Addresses, log: Log, folder = '/run'): void => {
  const path = hostMemoryPath(name, folder);
  const text = printHostMemory(addresses);
  if (text === printHostMemory(readHostMemory(name, folder))) return;
  try {
    writeFileSync(`${path}.new`, text, { mode: 0o644 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    log('WARN', `Can not write ${path}: ${errorText(error)}`);
  }
};
