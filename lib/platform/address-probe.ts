/** Asks a network whether somebody else has an address: an ARP probe, or a question as of IPv6's duplicate detection. */
import { close } from 'node:fs';
import type { Millis } from '../time.js';
import { decodeArpSender, ETHERTYPE_ARP, encodeArpProbe } from './arp-frame.js';
import type { Native } from './native.js';
import { decodeAdvertisement, encodeDuplicateQuestion, NEIGHBOUR_ADVERTISEMENT } from './neighbour-solicitation.js';
import {
  type EthernetPort,
  ethernetPort,
  linkLayerAddress,
  type PacketSender,
  packetSender,
  preparePacketSender,
  sendFrames,
} from './packet-sender.js';
import { addressBytes, addressText } from './socket-address.js';

export interface ProbeTarget {
  /** Interface without label. */
  readonly device: string;
  /** IPv4 or IPv6 literal. */
  readonly address: string;
}

/** The hardware addresses of those who answered, e.g. `02:00:00:00:00:07`, or why nobody could be asked. */
export type ProbeResult = readonly string[] | string;

// linux/if_packet.h, linux/socket.h, linux/in.h, linux/icmpv6.h
const AF_PACKET = 17;
const AF_INET6 = 10;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_ICMPV6 = 58;
const ICMPV6_FILTER = 1;
const SOL_SOCKET = 1;
const SO_BINDTODEVICE = 25;
const MSG_DONTWAIT = 0x40;
/** Between two looks for answers, in milliseconds: a packet socket is nothing that libuv can watch. */
const LOOK = 20;
/** So many packets at a look: a storm on the network must not keep us. */
const MOST_PACKETS = 500;

interface Answer {
  readonly address: string;
  readonly mac: string;
}

/** A socket that hears the answers of one family on one device, while a question is open. */
interface Ear {
  readonly fd: number;
  readonly hear: (packet: Buffer) => Answer | undefined;
}

const macText = (mac: Uint8Array | undefined): string =>
  mac === undefined
    ? 'an unknown hardware address'
    : [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join(':');

const openArpEar = (native: Native, { index, mac }: EthernetPort): Ear | number => {
  // Bound before it hears anything, so that it hears this device only.
  const fd = native.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (fd < 0) return fd;
  const bound = native.bind(fd, linkLayerAddress(ETHERTYPE_ARP, index, Buffer.alloc(6)));
  if (bound < 0) {
    native.close(fd);
    return bound;
  }
  return {
    fd,
    hear: (packet) => {
      const sender = decodeArpSender(packet);
      if (sender === undefined || sender.mac.equals(mac)) return undefined;
      return { address: addressText(sender.address), mac: macText(sender.mac) };
    },
  };
};

const openAdvertisementEar = (native: Native, device: string, { mac }: EthernetPort): Ear | number => {
  const fd = native.socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
  if (fd < 0) return fd;
  const blocked = Buffer.alloc(32, 0xff);
  blocked.writeUInt8(0xff & ~(1 << (NEIGHBOUR_ADVERTISEMENT & 7)), NEIGHBOUR_ADVERTISEMENT >> 3);
  native.setSocketOption(fd, IPPROTO_ICMPV6, ICMPV6_FILTER, blocked);
  native.setSocketOption(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`));
  return {
    fd,
    hear: (packet) => {
      const advertised = decodeAdvertisement(packet);
      if (advertised === undefined || advertised.mac?.equals(mac)) return undefined;
      return { address: addressText(advertised.address), mac: macText(advertised.mac) };
    },
  };
};

/** A question that is open. */
interface Question {
  readonly address: string;
  readonly until: number;
  readonly answers: Set<string>;
  readonly finish: () => void;
}

interface Listener {
  readonly ear: Ear;
  readonly questions: Set<Question>;
}

/** The ears that are open, by family and device: fifty addresses that move at once share one. */
const listeners = new Map<string, Listener>();
const received = Buffer.alloc(2048);
const from = Buffer.alloc(32);

const takeAnswers = (native: Native, { ear, questions }: Listener): void => {
  for (let packets = 0; packets < MOST_PACKETS; packets += 1) {
    const length = native.receiveFrom(ear.fd, received, MSG_DONTWAIT, from);
    if (length < 0) return;
    const answer = ear.hear(received.subarray(0, length));
    if (answer === undefined) continue;
    for (const { address, answers } of questions) if (address === answer.address) answers.add(answer.mac);
  }
};

const look = (native: Native, key: string, listener: Listener): void => {
  takeAnswers(native, listener);
  for (const question of listener.questions) {
    if (question.answers.size === 0 && performance.now() < question.until) continue;
    listener.questions.delete(question);
    question.finish();
  }
  if (listener.questions.size > 0) {
    setTimeout(() => look(native, key, listener), LOOK);
    return;
  }
  listeners.delete(key);
  // The kernel lets whoever closes a packet socket wait for all processors; that is no business of this thread.
  close(listener.ear.fd, () => undefined);
};

const ask = (sender: PacketSender, { device, address }: ProbeTarget, wait: Millis): Promise<ProbeResult> | string => {
  const bytes = addressBytes(address);
  if (bytes === undefined) return `'${address}' is not an address`;
  const port = ethernetPort(sender, device);
  const { native } = sender;
  if (typeof port === 'string' || native === undefined) return typeof port === 'string' ? port : 'no packet sockets';
  const ipv4 = bytes.length === 4;
  const key = `${ipv4 ? 4 : 6}%${device}`;
  const known = listeners.get(key);
  const ear = known?.ear ?? (ipv4 ? openArpEar(native, port) : openAdvertisementEar(native, device, port));
  if (typeof ear === 'number') return `no socket for the answers (errno ${-ear})`;
  const refused = sendFrames(sender, port, [
    ipv4 ? encodeArpProbe(port.mac, bytes) : encodeDuplicateQuestion(port.mac, bytes),
  ]);
  return new Promise((resolve) => {
    const answers = new Set<string>();
    const until = refused === undefined ? performance.now() + wait : 0;
    const finish = (): void => resolve(refused ?? [...answers]);
    const question = { address: addressText(bytes), until, answers, finish };
    if (known !== undefined) {
      known.questions.add(question);
      return;
    }
    const listener: Listener = { ear, questions: new Set([question]) };
    listeners.set(key, listener);
    setTimeout(() => look(native, key, listener), Math.min(LOOK, wait));
  });
};

/**
 * Asks at once (after `preparePacketSender`), and resolves with the first answer or after `wait`. Never rejects, and leaves
 * nothing open.
 */
export const probeAddress = (target: ProbeTarget, wait: Millis): Promise<ProbeResult> => {
  const sender = packetSender();
  if (sender === undefined) return preparePacketSender().then((opened) => ask(opened, target, wait));
  return Promise.resolve(ask(sender, target, wait));
};
