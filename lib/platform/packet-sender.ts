/** The one packet socket through which our own Ethernet frames leave: announcements and probes of addresses. */
import { errorText, loadNative, type Native } from './native.js';

// linux/if_packet.h, linux/sockios.h, linux/if_arp.h
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SIOCGIFHWADDR = 0x8927;
const ARPHRD_ETHER = 1;
const MSG_DONTWAIT = 0x40;
const IFNAMSIZ = 16;

/** `native` undefined: there can be no such socket here, and packets go out through programs. */
export interface PacketSender {
  readonly native: Native | undefined;
  readonly fd: number;
}

const openSender = async (): Promise<PacketSender> => {
  const native = await loadNative();
  if (native === undefined) return { native: undefined, fd: -1 };
  // Protocol 0: it only sends, the kernel queues nothing for it.
  const fd = native.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  return fd < 0 ? { native: undefined, fd } : { native, fd };
};

let preparing: Promise<PacketSender> | undefined;
let prepared: PacketSender | undefined;

/** Loads what is needed ahead of time, so that the first packet of a takeover waits for nothing. */
export const preparePacketSender = async (): Promise<PacketSender> => {
  preparing ??= openSender();
  prepared = await preparing;
  return prepared;
};

/** The sender, once it has been prepared. */
export const packetSender = (): PacketSender | undefined => prepared;

/** An Ethernet interface as it is now; it may have been replaced since the last look. */
export interface EthernetPort {
  readonly index: number;
  readonly mac: Buffer;
}

/** The interface of that name, or why nothing can be sent there. */
export const ethernetPort = ({ native, fd }: PacketSender, device: string): EthernetPort | string => {
  if (native === undefined) return 'packet sockets need the optional package koffi';
  const index = native.interfaceIndex(device);
  if (index === 0) return `there is no interface ${device}`;
  const request = Buffer.alloc(40);
  request.write(device.slice(0, IFNAMSIZ - 1), 'latin1');
  const isEthernet = native.ioctl(fd, SIOCGIFHWADDR, request) >= 0 && request.readUInt16LE(IFNAMSIZ) === ARPHRD_ETHER;
  return isEthernet ? { index, mac: request.subarray(18, 24) } : `${device} has no Ethernet address`;
};

/** The socket address of an interface (sockaddr_ll): `protocol` is that of Ethernet, `mac` the destination. */
export const linkLayerAddress = (protocol: number, index: number, mac: Uint8Array): Buffer => {
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(protocol, 2);
  address.writeInt32LE(index, 4);
  address.writeUInt8(6, 11);
  address.set(mac, 12);
  return address;
};

/** Sends whole frames, destination first; answers undefined, or why one of them did not go out. */
export const sendFrames = (
  { native, fd }: PacketSender,
  { index }: EthernetPort,
  frames: readonly Buffer[],
): string | undefined => {
  if (native === undefined) return 'packet sockets need the optional package koffi';
  const refused = frames
    .map((frame) =>
      native.sendTo(fd, frame, MSG_DONTWAIT, linkLayerAddress(frame.readUInt16BE(12), index, frame.subarray(0, 6))),
    )
    .find((result) => result < 0);
  return refused === undefined ? undefined : errorText(refused);
};
