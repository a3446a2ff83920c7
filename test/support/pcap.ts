/** Reads classic pcap files of Ethernet frames: UDP payloads and ICMP echo payloads. */
import { readFileSync } from 'node:fs';

export interface CapturedPacket {
  /** Seconds since 1970 of its last frame. */
  readonly time: number;
  readonly protocol: 'udp' | 'icmp-request' | 'icmp-reply';
  readonly source: string;
  readonly target: string;
  /** Destination port of UDP, 0 for ICMP. */
  readonly port: number;
  readonly payload: Uint8Array;
  /** False when the capture holds only the first IP fragment. */
  readonly complete: boolean;
}

interface IpPayload {
  readonly protocol: number;
  readonly source: string;
  readonly target: string;
  readonly data: Buffer;
  readonly complete: boolean;
}

const UDP = 17;
const ICMP = 1;

const v6 = (bytes: Buffer): string =>
  Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16)).join(':');

const ipv4 = (ip: Buffer): IpPayload => {
  const fragment = ip.readUInt16BE(6) & 0x3fff;
  if ((fragment & 0x1fff) !== 0) throw new Error('a later IP fragment: the recordings hold first fragments only');
  return {
    protocol: ip.readUInt8(9),
    source: ip.subarray(12, 16).join('.'),
    target: ip.subarray(16, 20).join('.'),
    data: ip.subarray((ip.readUInt8(0) & 15) * 4, ip.readUInt16BE(2)),
    complete: fragment === 0,
  };
};

const ipv6 = (ip: Buffer): IpPayload => ({
  protocol: ip.readUInt8(6),
  source: v6(ip.subarray(8, 24)),
  target: v6(ip.subarray(24, 40)),
  data: ip.subarray(40, 40 + ip.readUInt16BE(4)),
  complete: true,
});

const interpret = (time: number, ip: IpPayload): CapturedPacket | undefined => {
  const { source, target, data, complete } = ip;
  if (ip.protocol === UDP)
    return {
      time,
      protocol: 'udp',
      source,
      target,
      port: data.readUInt16BE(2),
      payload: data.subarray(8, data.readUInt16BE(4)),
      complete,
    };
  if (ip.protocol !== ICMP || ![0, 8].includes(data.readUInt8(0))) return undefined;
  const protocol = data.readUInt8(0) === 8 ? 'icmp-request' : 'icmp-reply';
  return { time, protocol, source, target, port: 0, payload: data.subarray(8), complete };
};

/** Every UDP datagram and ICMP echo of a capture, in its order. Throws on anything but a little-endian Ethernet pcap. */
export const readPcap = (path: string): readonly CapturedPacket[] => {
  const file = readFileSync(path);
  if (file.readUInt32LE(0) !== 0xa1b2c3d4 || file.readUInt32LE(20) !== 1)
    throw new Error(`${path}: not an Ethernet pcap`);
  const packets: CapturedPacket[] = [];
  for (let at = 24; at < file.length; ) {
    const time = file.readUInt32LE(at) + file.readUInt32LE(at + 4) / 1e6;
    const length = file.readUInt32LE(at + 8);
    if (length !== file.readUInt32LE(at + 12)) throw new Error(`${path}: a frame was cut short by the capture`);
    const frame = file.subarray(at + 16, at + 16 + length);
    at += 16 + length;
    const type = frame.readUInt16BE(12);
    const ip = frame.subarray(14);
    const payload = type === 0x0800 ? ipv4(ip) : type === 0x86dd ? ipv6(ip) : undefined;
    const packet = payload === undefined ? undefined : interpret(time, payload);
    if (packet !== undefined) packets.push(packet);
  }
  return packets;
};
