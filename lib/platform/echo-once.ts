/** One question "is this host alive?", as ldirectord's ping check asks it; through ping(8) where no raw socket is to be had. */
import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { type Millis, millis } from '../time.js';
import { type EchoSocket, openEchoSocket } from './echo-socket.js';
import { findProgram, run } from './exec.js';
import type { IpFamily } from './socket-address.js';

export interface EchoOnceOptions {
  /** For each attempt. */
  readonly timeout: Millis;
  /** How often a request is sent before the host counts as dead, at least 1. */
  readonly attempts: number;
  /** Gives up at once. */
  readonly signal?: AbortSignal;
}

export type EchoOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

interface Prober {
  readonly socket: EchoSocket;
  /** Who waits for which reply, by payload: nobody else on this machine chooses the same 16 random bytes. */
  readonly waiting: Map<string, () => void>;
  sequence: number;
}

const probers = new Map<IpFamily, Promise<Prober | undefined>>();

const openProber = async (family: IpFamily): Promise<Prober | undefined> => {
  const socket = await openEchoSocket(family);
  if (socket === undefined) return undefined;
  const prober: Prober = { socket, waiting: new Map(), sequence: 0 };
  socket.onReply((reply) => prober.waiting.get(Buffer.from(reply.payload).toString('hex'))?.());
  return prober;
};

/** One socket for each family, shared by all checks: every raw socket gets a copy of every reply. */
const proberFor = (family: IpFamily): Promise<Prober | undefined> => {
  const known = probers.get(family);
  if (known !== undefined) return known;
  const opened = openProber(family);
  probers.set(family, opened);
  return opened;
};

const attempt = (prober: Prober, address: string, options: EchoOnceOptions): Promise<string | undefined> =>
  new Promise((resolve) => {
    const payload = randomBytes(16);
    const key = payload.toString('hex');
    const finish = (reason: string | undefined): void => {
      clearTimeout(deadline);
      options.signal?.removeEventListener('abort', abort);
      prober.waiting.delete(key);
      resolve(reason);
    };
    const abort = (): void => finish('given up');
    const deadline = setTimeout(() => finish(`no reply within ${options.timeout} ms`), options.timeout);
    options.signal?.addEventListener('abort', abort, { once: true });
    prober.waiting.set(key, () => finish(undefined));
    prober.sequence = (prober.sequence + 1) & 0xffff;
    const refused = prober.socket.send(address, { id: process.pid & 0xffff, sequence: prober.sequence, payload });
    if (refused !== undefined) finish(refused);
  });

const throughPing = async (address: string, options: EchoOnceOptions): Promise<EchoOutcome> => {
  const ping = findProgram('ping');
  if (ping === undefined) return { ok: false, reason: 'neither the package koffi nor ping(8) is installed' };
  const wait = Math.max(1, Math.ceil(options.timeout / 1000));
  const family = isIPv6(address) || address.includes('%') ? '-6' : '-4';
  let reason = '';
  for (let tries = 0; tries < options.attempts && !options.signal?.aborted; tries += 1) {
    const result = await run(ping, [family, '-n', '-q', '-c', '1', '-W', String(wait), address], {
      timeout: millis(options.timeout + 200),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (result.code === 0) return { ok: true };
    reason = result.stderr.trim() || `no reply within ${options.timeout} ms`;
  }
  return { ok: false, reason };
};

/** Whether `address` (an IPv4 or IPv6 literal) answers an ICMP echo request; never rejects. */
export const echoOnce = async (address: string, options: EchoOnceOptions): Promise<EchoOutcome> => {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const prober = await proberFor(family);
  if (prober === undefined) return throughPing(address, options);
  let reason: string | undefined = 'given up';
  for (let tries = 0; tries < Math.max(1, options.attempts) && !options.signal?.aborted; tries += 1) {
    reason = await attempt(prober, address, options);
    if (reason === undefined) return { ok: true };
  }
  return { ok: false, reason: reason ?? 'given up' };
};
