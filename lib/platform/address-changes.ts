/** Hears from the kernel that addresses of this machine have changed (rtnetlink(7), the groups RTMGRP_IPV4_IFADDR and IPV6). */
import { loadNative, type Native } from './native.js';

// linux/socket.h, linux/netlink.h, linux/rtnetlink.h
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const RTMGRP_IPV4_IFADDR = 0x10;
const RTMGRP_IPV6_IFADDR = 0x100;
const MSG_DONTWAIT = 0x40;
const EAGAIN = -11;
/** So many messages at a look; what is left is read at the next one. */
const MOST = 200;

export interface AddressChanges {
  /** Whether anything may have changed since this was last asked. It costs one call of the kernel. */
  changed(): boolean;
  close(): void;
}

const membership = (): Buffer => {
  const address = Buffer.alloc(12);
  address.writeUInt16LE(AF_NETLINK, 0);
  address.writeUInt32LE(RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR, 8);
  return address;
};

/** Reads away what the kernel has said. A full buffer (ENOBUFS) means that something was said, too. */
const drain = (native: Native, fd: number, buffer: Buffer, from: Buffer): boolean => {
  let heard = false;
  for (let messages = 0; messages < MOST; messages += 1) {
    if (native.receiveFrom(fd, buffer, MSG_DONTWAIT, from) === EAGAIN) return heard;
    heard = true;
  }
  return heard;
};

/** Undefined where there can be no such socket: then one has to look. */
export const openAddressChanges = async (): Promise<AddressChanges | undefined> => {
  const native = await loadNative();
  if (native === undefined) return undefined;
  const fd = native.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return undefined;
  if (native.bind(fd, membership()) < 0) {
    native.close(fd);
    return undefined;
  }
  const [buffer, from] = [Buffer.alloc(4096), Buffer.alloc(12)];
  return { changed: () => drain(native, fd, buffer, from), close: () => void native.close(fd) };
};
