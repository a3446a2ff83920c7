/** Which addresses belong to this host. */
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { normaliseAddress } from '../address.js';

/** A test for the addresses of this host as they are now; everything in 127/8 and ::1 is local. */
export const localAddresses = (): ((address: string) => boolean) => {
  const own = new Set(
    Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .map(({ address }) => normaliseAddress(address)?.address ?? address),
  );
  return (address) => own.has(address) || (ipaddr.isValid(address) && ipaddr.parse(address).range() === 'loopback');
};
