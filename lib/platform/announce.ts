/** Tells the neighbours who owns an address now: gratuitous ARP for IPv4, unsolicited neighbour advertisement for IPv6. */
import type { Log } from '../log.js';
import { type Millis, millis } from '../time.js';
import { encodeGratuitousArp } from './arp-frame.js';
import { findProgram, run } from './exec.js';
import { encodeNeighbourAdvertisement } from './neighbour-advertisement.js';
import { ethernetPort, type PacketSender, packetSender, preparePacketSender, sendFrames } from './packet-sender.js';
import { addressBytes } from './socket-address.js';

export interface AnnounceTarget {
  /** Interface without label, e.g. `eth0`. */
  readonly device: string;
  /** IPv4 or IPv6 literal. */
  readonly address: string;
  /** Hardware address to announce (6 bytes) if it is not the interface's own. */
  readonly mac?: Uint8Array;
}

export interface AnnounceOptions {
  /** How many times in all, at least 1. */
  readonly count: number;
  /** Between one time and the next. */
  readonly interval: Millis;
  readonly log: Log;
}

export interface Announcement {
  /** Ends the repetitions. */
  cancel(): void;
  /** Resolves after the last repetition or the cancellation: whether any packet went out. */
  readonly done: Promise<boolean>;
}

let saidMissing = false;

const NO_MAC = new Uint8Array();

/** Loads what is needed ahead of time, so that the first packet of a takeover waits for nothing. */
export const prepareAnnouncer = async (): Promise<void> => void (await preparePacketSender());

const framesFor = (interfaceMac: Uint8Array, mac: Uint8Array | undefined, address: Uint8Array): readonly Buffer[] => {
  const ownerMac = mac ?? interfaceMac;
  if (address.length === 16) return [encodeNeighbourAdvertisement(ownerMac, address)];
  return (['request', 'reply'] as const).map((operation) =>
    encodeGratuitousArp({ operation, interfaceMac, ownerMac, address }),
  );
};

/** Sends one set of packets; answers why not. The interface is looked up each time, it may have been replaced. */
const sendSet = (sender: PacketSender, target: AnnounceTarget): string | undefined => {
  const address = addressBytes(target.address);
  if (address === undefined) return `'${target.address}' is not an address`;
  const port = ethernetPort(sender, target.device);
  return typeof port === 'string' ? port : sendFrames(sender, port, framesFor(port.mac, target.mac, address));
};

/** The same through arping(8), which repeats by itself once a second, or heartbeat's send_ua. */
const sendThroughProgram = async (target: AnnounceTarget, signal: AbortSignal): Promise<string | undefined> => {
  if (target.mac !== undefined) return 'another hardware address can only be announced with the package koffi';
  const ipv6 = target.address.includes(':');
  const program = ipv6 ? findProgram('ndsend') : findProgram('arping');
  if (program === undefined) {
    return `neither the package koffi nor ${ipv6 ? 'ndsend(8)' : 'arping(8)'} is installed`;
  }
  const calls = ipv6
    ? [[target.address, target.device]]
    : ['-U', '-A'].map((form) => [form, '-q', '-c', '1', '-w', '1', '-I', target.device, target.address]);
  const results = await Promise.all(calls.map((args) => run(program, args, { timeout: millis(3000), signal })));
  // arping without an answer exits 1 in some versions: only what it says on stderr is a failure.
  const failed = results.find((result) => result.startError !== undefined || result.stderr !== '');
  return failed === undefined ? undefined : failed.stderr.trim() || (failed.startError ?? 'failed');
};

const key = ({ device, address }: AnnounceTarget): string => `${address}%${device}`;

/** An announcement that still has to be repeated. */
interface Repeated {
  readonly target: AnnounceTarget;
  readonly announcement: Announcement;
  /** How many times it goes out yet. */
  readonly left: () => number;
}

/** What is being repeated, so that releasing an address ends it. */
const active = new Map<string, Repeated>();

const isSameMac = (one: AnnounceTarget, other: AnnounceTarget): boolean =>
  Buffer.compare(one.mac ?? NO_MAC, other.mac ?? NO_MAC) === 0;

/** Ends the repetitions for an address on a device, if there are any. */
export const cancelAnnouncement = (target: AnnounceTarget): void => active.get(key(target))?.announcement.cancel();

/**
 * Announces an address `count` times. After `prepareAnnouncer` the first packets are on the wire when this returns; the
 * rest follows in the background. A new announcement of the same address replaces the old one, unless that goes out more
 * often yet: then it stays and is the answer. The reminder now and then must not cut off what a takeover says.
 */
export const announce = (target: AnnounceTarget, options: AnnounceOptions): Announcement => {
  const count = Math.max(1, options.count);
  const before = active.get(key(target));
  if (before !== undefined && before.left() > count && isSameMac(before.target, target)) return before.announcement;
  before?.announcement.cancel();
  const abort = new AbortController();
  let finish: (sent: boolean) => void = () => undefined;
  const done = new Promise<boolean>((resolve) => {
    finish = resolve;
  });
  let timer: NodeJS.Timeout | undefined;
  let sent = false;
  let complained = false;
  let remaining = count;
  const announcement: Announcement = {
    cancel: () => {
      clearTimeout(timer);
      abort.abort();
      if (active.get(key(target))?.announcement === announcement) active.delete(key(target));
      finish(sent);
    },
    done,
  };
  active.set(key(target), { target, announcement, left: () => remaining });

  const note = (refused: string | undefined): void => {
    if (refused === undefined) sent = true;
    else if (!complained && !abort.signal.aborted) {
      complained = true;
      options.log('WARN', `Cannot announce ${target.address} on ${target.device}: ${refused}`);
    }
  };
  const next = (left: number): void => {
    if (abort.signal.aborted) return;
    remaining = left;
    if (left > 0) timer = setTimeout(round, options.interval, left);
    else announcement.cancel();
  };
  const round = (left: number): void => {
    const sender = packetSender();
    if (sender === undefined) {
      void prepareAnnouncer().then(() => abort.signal.aborted || round(left));
    } else if (sender.native === undefined) {
      if (!saidMissing) {
        saidMissing = true;
        options.log('info', 'Addresses are announced through arping: packet sockets need the optional package koffi');
      }
      void sendThroughProgram(target, abort.signal).then((refused) => {
        note(refused);
        next(left - 1);
      });
    } else {
      note(sendSet(sender, target));
      next(left - 1);
    }
  };
  round(count);
  return announcement;
};
