/** Asks hosts whether they are alive: ICMP echo over one raw socket, without a process per probe. */
import { decodeEchoReply, decodeUnreachable, type Echo, encodeEchoRequest } from './icmp-packet.js';
import { errorText, loadNative, type Native } from './native.js';
import { decodeSocketAddress, encodeSocketAddress, type IpFamily } from './socket-address.js';

export interface EchoReply extends Echo {
  /** Address of the sender, without zone. */
  readonly from: string;
}

/** Somebody on the way says that a request cannot arrive. */
export interface EchoRefusal extends Echo {
  /** Address of the host that says so. */
  readonly from: string;
  /** The reason by its number in RFC 792 or RFC 4443. */
  readonly code: number;
}

export interface EchoSocket {
  /** Sends one request to an address literal (`fe80::1%eth0` with zone); answers undefined, or why it did not go out. */
  send(to: string, echo: Echo): string | undefined;
  onReply(listener: (reply: EchoReply) => void): void;
  onRefusal(listener: (refusal: EchoRefusal) => void): void;
  /** Hands on now what has arrived: a process that was late must not take that for silence. */
  drain(): void;
  close(): void;
}

// linux/socket.h, linux/in.h, linux/icmp.h, linux/icmpv6.h
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SOL_RAW = 255;
const ICMP_FILTER = 1;
const ICMPV6_FILTER = 1;
const MSG_DONTWAIT = 0x40;

/** A reply that has not come after this long is no longer looked for, in milliseconds. */
const FORGET = 10_000;
const SLOWEST_POLL = 25;

/**
 * Bytes of room in either direction. Thousands of replies come at once, each counted by the kernel as about 800 bytes; and
 * requests to hosts that do not answer on their own network stay in the buffer for seconds.
 */
const ROOM = 8 << 20;

/** Lets only replies and refusals through, so that other ICMP traffic of the host does not fill the socket. */
const filterReplies = (native: Native, fd: number, family: IpFamily): void => {
  if (family === 'ipv4') {
    const blocked = Buffer.alloc(4);
    blocked.writeUInt32LE(0xfffffff6); // everything but types 0 and 3
    native.setSocketOption(fd, SOL_RAW, ICMP_FILTER, blocked);
  } else {
    const blocked = Buffer.alloc(32, 0xff);
    blocked.writeUInt32LE(0xfffffffd, 0); // everything but type 1
    blocked.writeUInt32LE(0xfffffffd, 16); // and type 129
    native.setSocketOption(fd, IPPROTO_ICMPV6, ICMPV6_FILTER, blocked);
  }
};

const makeRoom = (native: Native, fd: number): void => {
  const size = Buffer.alloc(4);
  size.writeInt32LE(ROOM);
  for (const option of [SO_SNDBUFFORCE, SO_RCVBUFFORCE]) native.setSocketOption(fd, SOL_SOCKET, option, size);
};

/** How long to wait before the next look: a quarter of what has been waited already, so that near hosts cost little. */
const pollDelay = (waited: number): number => Math.min(SLOWEST_POLL, Math.max(1, Math.ceil(waited / 4)));

const splitZone = (address: string): readonly [address: string, zone: string] => {
  const at = address.indexOf('%');
  return at < 0 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)];
};

const createSocket = (native: Native, fd: number, family: IpFamily): EchoSocket => {
  const listeners: ((reply: EchoReply) => void)[] = [];
  const refusalListeners: ((refusal: EchoRefusal) => void)[] = [];
  /** Send times of the requests without reply, by id and sequence. */
  const outstanding = new Map<string, number>();
  const packet = Buffer.alloc(65536);
  const sender = Buffer.alloc(28);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const take = (bytes: Buffer, from: string): void => {
    const echo = decodeEchoReply(family, bytes);
    if (echo !== undefined) {
      outstanding.delete(`${echo.id}/${echo.sequence}`);
      for (const listener of listeners) listener({ ...echo, from });
      return;
    }
    const refusal = decodeUnreachable(family, bytes);
    if (refusal !== undefined) for (const listener of refusalListeners) listener({ ...refusal, from });
  };
  const receiveAll = (): void => {
    while (!closed) {
      const length = native.receiveFrom(fd, packet, MSG_DONTWAIT, sender);
      if (length < 0) return;
      const from = decodeSocketAddress(sender);
      if (from !== undefined) take(packet.subarray(0, length), from);
    }
  };

  // A raw socket is nothing that libuv can watch, so it is read on a timer, and only while a reply may come.
  const poll = (): void => {
    timer = undefined;
    receiveAll();
    const present = performance.now();
    let newest = 0;
    for (const [key, sent] of outstanding) {
      if (present - sent > FORGET) outstanding.delete(key);
      else newest = Math.max(newest, sent);
    }
    schedule(present - newest);
  };
  const schedule = (waited: number): void => {
    if (closed || outstanding.size === 0) return;
    clearTimeout(timer);
    timer = setTimeout(poll, pollDelay(waited));
  };

  return {
    send: (to, echo) => {
      if (closed) return 'the socket is closed';
      const [address, zone] = splitZone(to);
      const scope = zone === '' ? 0 : native.interfaceIndex(zone) || Number(zone) || 0;
      const destination = encodeSocketAddress(address, 0, scope);
      if (destination === undefined) return `'${to}' is not an address`;
      const result = native.sendTo(fd, encodeEchoRequest(family, echo), MSG_DONTWAIT, destination);
      if (result < 0) return errorText(result);
      outstanding.set(`${echo.id & 0xffff}/${echo.sequence & 0xffff}`, performance.now());
      schedule(0);
      return undefined;
    },
    onReply: (listener) => void listeners.push(listener),
    onRefusal: (listener) => void refusalListeners.push(listener),
    drain: receiveAll,
    close: () => {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      native.close(fd);
    },
  };
};

/** A raw ICMP socket, or undefined where koffi is absent or the process is not allowed to have one. */
export const openEchoSocket = async (family: IpFamily): Promise<EchoSocket | undefined> => {
  const native = await loadNative();
  if (native === undefined) return undefined;
  const [domain, protocol] = family === 'ipv4' ? [AF_INET, IPPROTO_ICMP] : [AF_INET6, IPPROTO_ICMPV6];
  const fd = native.socket(domain, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd < 0) return undefined;
  filterReplies(native, fd, family);
  makeRoom(native, fd);
  return createSocket(native, fd, family);
};
