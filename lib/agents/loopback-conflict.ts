/** An LVS real server has the virtual address on its loopback device; a director must move it away while it serves it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../log.js';
import type { AddressEntry } from '../platform/address-entry.js';
import { addAddress, deleteAddress } from '../platform/addresses.js';
import { RESOURCE_TEMP } from './announcer.js';

/** One line `address prefix broadcast device`, the form of the genuine IPaddr2, so that either can undo the other's work. */
const savedFile = (address: string): string => join(RESOURCE_TEMP, address);

/** Removes `address/32` from the loopback device, if it is there, and remembers it. */
export const removeLoopback = async (
  address: string,
  entries: readonly AddressEntry[],
  log: Log,
): Promise<string | undefined> => {
  const conflict = entries.find((entry) => entry.device.startsWith('lo') && entry.prefix === 32);
  if (conflict === undefined) return undefined;
  log('info', `Removing conflicting loopback ${conflict.device}.`);
  try {
    mkdirSync(RESOURCE_TEMP, { recursive: true, mode: 0o755 });
    writeFileSync(savedFile(address), `${address} 32 255.255.255.255 ${conflict.device}\n`);
  } catch {
    log('ERROR', `Could not save conflicting loopback ${conflict.device}. it will not be restored.`);
  }
  return deleteAddress(conflict.device, conflict);
};

/** Puts back what `removeLoopback` has removed. */
export const restoreLoopback = async (address: string, log: Log): Promise<string | undefined> => {
  let line: string;
  try {
    line = readFileSync(savedFile(address), 'latin1').trim();
  } catch {
    return undefined;
  }
  const [saved, prefix, , device] = line.split(/\s+/);
  if (saved !== address || device === undefined) return undefined;
  log('info', `Restoring loopback IP Address ${line}.`);
  const failed = await addAddress(device, { address, prefix: Number(prefix) });
  rmSync(savedFile(address), { force: true });
  return failed;
};
