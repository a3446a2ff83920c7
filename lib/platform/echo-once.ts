/** One question "is this host alive?", as ldirectord's ping check asks it; through ping(8) where no raw socket is to be had. */
import { randomBytes } from 'node:crypto';
import type { Millis } from '../time.js';
import { echoThroughProgram } from './echo-program.js';
import { type EchoSocket, openEchoSocket } from './echo-socket.js';
import { unreachableText } from './icmp-packet.js';
import type { IpFamily } from './socket-address.js';

export interface EchoOnceOptions {
  /** For each attempt. */
  readonly timeout: Millis;
  /** How often a request is sent before the host counts as dead, at least 1. */
  readonly attempts: number;
  /** Gives up at once. */
  readonly signal?: AbortSignal;
}

/** `through`: the shared raw socket, or a process of ping(8). `unreachable`: the last attempt was refused, not just silent. */
export type EchoOutcome = { readonly through: 'socket' | 'program' } & (
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly unreachable: boolean }
);

/** Data bytes of a request, as many as genuine sends (ldirectord reference 4.3). */
const PAYLOAD = 64;
/** First and longest wait before a request that did not go out is sent again, in milliseconds. */
const RESEND = { first: 5, longest: 250 };

interface Question {
  readonly payload: Buffer;
  readonly onReply: () => void;
  readonly onRefusal: (reason: string) => void;
}

/** One socket for each family, shared by all questions: every raw socket gets a copy of every reply. */
interface Prober {
  readonly socket: EchoSocket;
  /** What waits for an answer, by id (the upper half) and sequence (the lower half). */
  readonly waiting: Map<number, Question>;
  next: number;
}

const probers = new Map<IpFamily, Promise<Prober | undefined>>();

const openProber = async (family: IpFamily): Promise<Prober | undefined> => {
  const socket = await openEchoSocket(family);
  if (socket === undefined) return undefined;
  const prober: Prober = { socket, waiting: new Map(), next: randomBytes(4).readUInt32LE() };
  const questionOf = (id: number, sequence: number): Question | undefined =>
    prober.waiting.get(((id << 16) | sequence) >>> 0);
  // Other programs of this machine may use the same id and sequence, but not the same random bytes.
  socket.onReply(({ id, sequence, payload }) => {
    const question = questionOf(id, sequence);
    if (question?.payload.equals(payload)) question.onReply();
  });
  socket.onRefusal(({ id, sequence, payload, code, from }) => {
    const question = questionOf(id, sequence);
    const quoted = question?.payload.subarray(0, payload.length);
    if (quoted?.equals(payload.subarray(0, PAYLOAD)))
      question?.onRefusal(`${unreachableText(family, code)} (says ${from})`);
  });
  return prober;
};

const proberFor = (family: IpFamily): Promise<Prober | undefined> => {
  const known = probers.get(family);
  if (known !== undefined) return known;
  const opened = openProber(family);
  probers.set(family, opened);
  return opened;
};

/** Who asks next; passes over what still waits, which happens only when billions were asked meanwhile. */
const nextKey = (prober: Prober): number => {
  do prober.next = (prober.next + 1) >>> 0;
  while (prober.waiting.has(prober.next));
  return prober.next;
};

type Attempt = 'answered' | { readonly reason: string; readonly unreachable: boolean };

/**
 * One request and the whole time for its answer: a refusal does not end the attempt, because a route that is being
 * changed refuses for a moment too, and a request that did not go out (full buffers, no route) is sent again.
 */
const attempt = (prober: Prober, address: string, options: EchoOnceOptions): Promise<Attempt> =>
  new Promise((resolve) => {
    const payload = randomBytes(PAYLOAD);
    const key = nextKey(prober);
    let refused: string | undefined;
    let resend: NodeJS.Timeout | undefined;
    const finish = (result: Attempt): void => {
      clearTimeout(deadline);
      clearTimeout(resend);
      options.signal?.removeEventListener('abort', giveUp);
      prober.waiting.delete(key);
      resolve(result);
    };
    const conclude = (silence: string): void => {
      prober.socket.drain();
      if (prober.waiting.has(key)) finish({ reason: refused ?? silence, unreachable: refused !== undefined });
    };
    const giveUp = (): void => conclude('given up');
    const deadline = setTimeout(() => conclude(`no reply within ${options.timeout} ms`), options.timeout);
    options.signal?.addEventListener('abort', giveUp, { once: true });
    const onRefusal = (reason: string): void => {
      refused = reason;
    };
    prober.waiting.set(key, { payload, onReply: () => finish('answered'), onRefusal });
    const send = (pause: number): void => {
      refused = prober.socket.send(address, { id: key >>> 16, sequence: key & 0xffff, payload });
      if (refused !== undefined) resend = setTimeout(send, pause, Math.min(pause * 2, RESEND.longest));
    };
    send(RESEND.first);
  });

/** Whether `address` (an IPv4 or IPv6 literal) answers an ICMP echo request; never rejects. */
export const echoOnce = async (address: string, options: EchoOnceOptions): Promise<EchoOutcome> => {
  const prober = await proberFor(address.includes(':') ? 'ipv6' : 'ipv4');
  if (prober === undefined) return echoThroughProgram(address, options);
  let last: Exclude<Attempt, 'answered'> = { reason: 'given up', unreachable: false };
  for (let tries = 0; tries < Math.max(1, options.attempts) && !options.signal?.aborted; tries += 1) {
    const result = await attempt(prober, address, options);
    if (result === 'answered') return { ok: true, through: 'socket' };
    last = result;
  }
  return { ok: false, through: 'socket', ...last };
};
