/** Reads and changes interface addresses by asking the kernel directly: a takeover then starts no process at all. */
import type { AddressEntry } from './address-entry.js';
import { errorText, type Native } from './native.js';
import { type AddressChange, decodeNetlink, encodeAddressChange, encodeAddressDump } from './rtnetlink.js';

// linux/socket.h, linux/netlink.h, linux/sockios.h, linux/if.h
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;

const EEXIST = -17;
const ENODEV = -19;
const EINVAL = -22;
const EADDRNOTAVAIL = -99;
const EIO = -5;

interface Answer {
  readonly addresses: readonly AddressEntry[];
  readonly error: number;
}

/** One for all requests: each is over before the next begins. */
const received = Buffer.alloc(65536);

const interfaceName = (native: Native, index: number): string | undefined => {
  const name = Buffer.alloc(16);
  return native.interfaceName(index, name) ? name.toString('latin1').replace(/\0.*$/s, '') : undefined;
};

/** One request and its whole answer; the kernel answers at once, the receive timeout is for a kernel that does not. */
const ask = (native: Native, request: Buffer): Answer => {
  const fd = native.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return { addresses: [], error: fd };
  try {
    const oneSecond = Buffer.alloc(16);
    oneSecond.writeBigInt64LE(1n, 0);
    native.setSocketOption(fd, SOL_SOCKET, SO_RCVTIMEO, oneSecond);
    const kernel = Buffer.alloc(12);
    kernel.writeUInt16LE(AF_NETLINK, 0);
    const sent = native.sendTo(fd, request, 0, kernel);
    if (sent < 0) return { addresses: [], error: sent };
    const addresses: AddressEntry[] = [];
    const names = new Map<number, string | undefined>();
    for (;;) {
      const length = native.receiveFrom(fd, received, 0, Buffer.alloc(12));
      if (length <= 0) return { addresses, error: length === 0 ? EIO : length };
      const answer = decodeNetlink(received.subarray(0, length));
      for (const { index, ...entry } of answer.addresses) {
        if (!names.has(index)) names.set(index, interfaceName(native, index));
        const device = names.get(index);
        if (device !== undefined) addresses.push({ ...entry, device });
      }
      if (answer.complete) return { addresses, error: answer.error };
    }
  } finally {
    native.close(fd);
  }
};

/** All addresses, or a string that says why they cannot be read. */
export const dumpAddresses = (native: Native): readonly AddressEntry[] | string => {
  const { addresses, error } = ask(native, encodeAddressDump());
  return error < 0 ? errorText(error) : addresses;
};

/** Adds an address; one that the device has already is no error. Answers why it could not be done. */
export const netlinkAdd = (native: Native, device: string, change: AddressChange): string | undefined => {
  const index = native.interfaceIndex(device);
  if (index === 0) return `there is no interface ${device}`;
  const request = encodeAddressChange('add', index, change);
  const error = request === undefined ? EINVAL : ask(native, request).error;
  return error < 0 && error !== EEXIST ? errorText(error) : undefined;
};

/** Deletes an address; one that is not there is no error. Answers why it could not be done. */
export const netlinkDelete = (native: Native, device: string, change: AddressChange): string | undefined => {
  const index = native.interfaceIndex(device);
  if (index === 0) return undefined;
  const request = encodeAddressChange('delete', index, change);
  const error = request === undefined ? EINVAL : ask(native, request).error;
  return error < 0 && error !== EADDRNOTAVAIL && error !== ENODEV ? errorText(error) : undefined;
};

/** Sets an interface up if it is down. Answers why it could not be done. */
export const ioctlUp = (native: Native, device: string): string | undefined => {
  const fd = native.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errorText(fd);
  try {
    const request = Buffer.alloc(40);
    request.write(device.slice(0, 15), 'latin1');
    const read = native.ioctl(fd, SIOCGIFFLAGS, request);
    if (read < 0) return errorText(read);
    const flags = request.readUInt16LE(16);
    if ((flags & IFF_UP) !== 0) return undefined;
    request.writeUInt16LE(flags | IFF_UP, 16);
    const written = native.ioctl(fd, SIOCSIFFLAGS, request);
    return written < 0 ? errorText(written) : undefined;
  } finally {
    native.close(fd);
  }
};
