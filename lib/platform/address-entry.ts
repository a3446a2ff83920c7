/** What an address on an interface is, as `ip addr` prints it. */
import type { IpFamily } from './socket-address.js';

export interface AddressEntry {
  /** Interface without label. */
  readonly device: string;
  readonly family: IpFamily;
  readonly address: string;
  /** Length of the network part in bits. */
  readonly prefix: number;
  readonly broadcast?: string;
  /** IPv4 only, e.g. `eth0:0`; equal to the device's name for an address without alias. */
  readonly label?: string;
  /** The kernel removes secondary addresses together with the primary one of their network. */
  readonly secondary: boolean;
  /** Duplicate address detection has not ended yet, or has found another owner (IPv6). */
  readonly tentative: boolean;
  readonly duplicate: boolean;
}
