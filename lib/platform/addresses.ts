/** Addresses on interfaces: what is there, add, delete; through netlink, or ip(8) where that cannot be called. */
import { seconds } from '../time.js';
import type { AddressEntry } from './address-entry.js';
import { findProgram, run } from './exec.js';
import { parseIpAddr } from './ip-addr-json.js';
import { loadNative } from './native.js';
import { dumpAddresses, ioctlUp, netlinkAdd, netlinkDelete } from './netlink-addresses.js';
import { forgetRoutes } from './routes.js';
import { type AddressChange, standsAlone } from './rtnetlink.js';
import { turnMemory } from './turn-memory.js';

export type { AddressEntry } from './address-entry.js';
export type { AddressChange } from './rtnetlink.js';

/** Runs ip(8); answers its output, or what it complained about. */
const ip = async (args: readonly string[]): Promise<{ readonly output: string } | { readonly failed: string }> => {
  const program = findProgram('ip');
  if (program === undefined) return { failed: 'ip(8) is not installed' };
  const result = await run(program, args, { timeout: seconds(10) });
  if (result.code === 0) return { output: result.stdout };
  return { failed: result.stderr.trim() || result.startError || 'ip(8) did not end in time' };
};

const dumped = turnMemory<ReturnType<typeof dumpAddresses>>();

/** Passes on how a change went; what was read before it is out of date, the routes too. */
const changed = <T>(result: T): T => {
  dumped.forget();
  forgetRoutes();
  return result;
};

/** All addresses of all interfaces, labels and broadcast addresses included, or a string that says what failed. */
export const readAddresses = async (): Promise<readonly AddressEntry[] | string> => {
  const native = await loadNative();
  if (native !== undefined) return dumped.get(() => dumpAddresses(native));
  const answer = await ip(['-json', 'addr', 'show']);
  return 'failed' in answer ? answer.failed : parseIpAddr(answer.output);
};

const describe = ({ address, prefix }: AddressChange): string => `${address}/${prefix}`;

/**
 * Adds an address to an interface, without duplicate address detection for IPv6, and one of prefix length 128 so that it is
 * not chosen as a source. Answers undefined when it is there
 * afterwards, otherwise why not.
 */
export const addAddress = async (device: string, change: AddressChange): Promise<string | undefined> => {
  const native = await loadNative();
  if (native !== undefined) return changed(netlinkAdd(native, device, change));
  const answer = await ip([
    ...['addr', 'add', describe(change)],
    ...(change.broadcast === undefined ? [] : ['brd', change.broadcast]),
    ...['dev', device],
    ...(change.address.includes(':') ? ['nodad'] : []),
    ...(change.label === undefined ? [] : ['label', change.label]),
    ...(standsAlone(change) ? ['preferred_lft', '0'] : []),
  ]);
  return 'failed' in answer && !/File exists|already assigned/i.test(answer.failed) ? answer.failed : undefined;
};

const deleteOne = async (device: string, change: AddressChange): Promise<string | undefined> => {
  const native = await loadNative();
  if (native !== undefined) return changed(netlinkDelete(native, device, change));
  const answer = await ip(['addr', 'del', describe(change), 'dev', device]);
  const gone = /Cannot assign requested address|Address not found|Cannot find device/i;
  return 'failed' in answer && !gone.test(answer.failed) ? answer.failed : undefined;
};

/** Whether `entry` goes when the kernel deletes the primary address `primary`. */
const dependsOn = (entry: AddressEntry, primary: AddressEntry): boolean =>
  entry.secondary && entry.device === primary.device && entry.prefix === primary.prefix;

/**
 * Deletes an address from an interface and keeps all others: the kernel removes the secondary addresses of a network
 * together with its primary one (unless promote_secondaries is set), so those are put back. Answers undefined when the
 * address is gone afterwards, otherwise why not.
 */
export const deleteAddress = async (device: string, change: AddressChange): Promise<string | undefined> => {
  const before = await readAddresses();
  const entry =
    typeof before === 'string'
      ? undefined
      : before.find((each) => each.device === device && each.address === change.address);
  const failed = await deleteOne(device, change);
  if (failed !== undefined || typeof before === 'string' || entry === undefined || entry.secondary) return failed;
  const endangered = before.filter((each) => dependsOn(each, entry));
  if (endangered.length === 0) return undefined;
  const after = await readAddresses();
  if (typeof after === 'string') return after;
  const lost = endangered.filter(
    (each) => !after.some((kept) => kept.device === device && kept.address === each.address),
  );
  for (const each of lost) {
    const refused = await addAddress(device, each);
    if (refused !== undefined) return `${each.address} went with ${change.address} and cannot be put back: ${refused}`;
  }
  return undefined;
};

/** Sets an interface up. Answers undefined when it is up, otherwise why not. */
export const bringUp = async (device: string): Promise<string | undefined> => {
  const native = await loadNative();
  if (native !== undefined) return changed(ioctlUp(native, device));
  const answer = await ip(['link', 'set', 'dev', device, 'up']);
  return 'failed' in answer ? answer.failed : undefined;
};
