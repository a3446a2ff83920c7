/** The command line of send_arp, which scripts and the genuine resource agents use. */
import { isIPv6 } from 'node:net';
import { type Millis, millis } from '../time.js';

export interface SendArpRequest {
  readonly device: string;
  readonly address: string;
  /** 6 bytes; absent: the interface's own. */
  readonly mac?: Uint8Array;
  /** Between one pair of packets and the next. */
  readonly interval: Millis;
  /** How many pairs. */
  readonly count: number;
  readonly pidFile?: string;
}

/** Twelve hexadecimal digits, with or without separators between the bytes. */
export const parseHardwareAddress = (text: string): Uint8Array | undefined => {
  const digits = text.replace(/[:-]/g, '');
  return /^[0-9A-Fa-f]{12}$/.test(digits) ? Buffer.from(digits, 'hex') : undefined;
};

const wholeNumber = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

/** What may stand before the arguments; each has a value. */
export const SEND_ARP_OPTIONS = ['-i', '-r', '-p'] as const;

/**
 * Reads the words after the program name: `[-i ms] [-r count] [-p pidfile] device address mac broadcast netmask`. An option's
 * value may follow it directly. The last two words are required, and ignored. Answers undefined for a wrong call.
 */
export const parseSendArp = (words: readonly string[]): SendArpRequest | string | undefined => {
  const options = new Map<string, string>();
  let at = 0;
  for (let word = words[at]; word?.startsWith('-') && word.length > 1; word = words[at]) {
    const option = SEND_ARP_OPTIONS.find((each) => word?.startsWith(each));
    if (word === '--') {
      at += 1;
      break;
    }
    if (option === undefined) return undefined;
    const value = word.length > 2 ? word.slice(2) : words[at + 1];
    if (value === undefined) return undefined;
    options.set(option, value);
    at += word.length > 2 ? 1 : 2;
  }
  const [device, address, hardware, broadcast, netmask, ...more] = words.slice(at);
  if (device === undefined || address === undefined || hardware === undefined) return undefined;
  if (broadcast === undefined || netmask === undefined || more.length > 0) return undefined;
  const interval = wholeNumber(options.get('-i') ?? '1000');
  const count = wholeNumber(options.get('-r') ?? '1');
  if (interval === undefined || count === undefined) return undefined;
  const mac = hardware === 'auto' ? undefined : parseHardwareAddress(hardware);
  if (hardware !== 'auto' && mac === undefined) return `Invalid hardware address [${hardware}]`;
  if (!isIPv6(address) && !/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return `Cannot resolve IP address [${address}]`;
  const pidFile = options.get('-p');
  return {
    ...{ device, address, interval: millis(interval), count: Math.max(1, count) },
    ...(mac === undefined ? {} : { mac }),
    ...(pidFile === undefined ? {} : { pidFile }),
  };
};
