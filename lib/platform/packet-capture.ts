/**
 * Copies of the datagrams that come in and go out on one interface (packet(7)): whoever they are for gets them all the same.
 * Nothing is ever sent through this socket, and the interface is not put into promiscuous mode.
 */
import { close } from 'node:fs';
import { errorText, loadNative } from './native.js';
import { linkLayerAddress } from './packet-sender.js';
import { type Captured, decodeCaptured, udpFilter } from './udp-frame.js';

// linux/if_packet.h, linux/if_ether.h, asm-generic/socket.h
const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const ETH_P_ALL = 3;
const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SO_RCVBUFFORCE = 33;
const PACKET_OTHERHOST = 3;
const PACKET_OUTGOING = 4;
const PACKET_LOOPBACK = 5;
const MSG_DONTWAIT = 0x40;

/** Room for so many bytes that wait for a process that is late: minutes of heartbeats. */
const ROOM = 4 << 20;
/** So many packets at a look: a flood must not keep us from everything else. */
const MOST_PACKETS = 500;

export interface PacketCapture {
  readonly device: string;
  /** Hands on what has arrived since the last look, in order. A view: it is valid during the call only. */
  readonly drain: (take: (captured: Captured, outgoing: boolean) => void) => void;
  /** How many the kernel had no room for since this was last asked. */
  readonly lost: () => number;
  readonly close: () => void;
}

const received = Buffer.alloc(65536);
const from = Buffer.alloc(32);

/**
 * Begins to copy datagrams to these UDP ports on a device (without alias). Answers why not when that cannot be: it needs
 * the optional package koffi and the right to open packet sockets (root, CAP_NET_RAW). Never rejects.
 */
export const openCapture = async (device: string, ports: readonly number[]): Promise<PacketCapture | string> => {
  const native = await loadNative();
  if (native === undefined) return 'packet sockets need the optional package koffi';
  const index = native.interfaceIndex(device);
  if (index === 0) return `there is no interface ${device}`;
  // Protocol 0: it hears nothing before it is filtered and bound to one device.
  const fd = native.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return `no packet socket: ${errorText(fd)}`;
  const program = udpFilter(ports);
  const filter = Buffer.alloc(16);
  filter.writeUInt16LE(program.length / 8, 0);
  filter.writeBigUInt64LE(native.addressOf(program), 8);
  const room = Buffer.alloc(4);
  room.writeInt32LE(ROOM);
  native.setSocketOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, room);
  const filtered = native.setSocketOption(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter);
  const bound = filtered < 0 ? filtered : native.bind(fd, linkLayerAddress(ETH_P_ALL, index, Buffer.alloc(6)));
  if (bound < 0) {
    native.close(fd);
    return `nothing can be captured on ${device}: ${errorText(bound)}`;
  }
  return {
    device,
    drain: (take) => {
      for (let packets = 0; packets < MOST_PACKETS; packets += 1) {
        const length = native.receiveFrom(fd, received, MSG_DONTWAIT, from);
        if (length < 0) return;
        const type = from.readUInt8(10);
        if (type === PACKET_OTHERHOST || type === PACKET_LOOPBACK) continue;
        const captured = decodeCaptured(received.subarray(0, length));
        if (captured !== undefined) take(captured, type === PACKET_OUTGOING);
      }
    },
    lost: () => {
      const counts = Buffer.alloc(8);
      return native.getSocketOption(fd, SOL_PACKET, PACKET_STATISTICS, counts) < 0 ? 0 : counts.readUInt32LE(4);
    },
    // The kernel lets whoever closes a packet socket wait for all processors; that is no business of this thread.
    close: () => close(fd, () => undefined),
  };
};
