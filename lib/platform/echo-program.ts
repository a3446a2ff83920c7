/** Asks with ping(8) whether a host is alive: a process for every request, where no raw socket is to be had. */
import { isIPv6 } from 'node:net';
import { millis } from '../time.js';
import type { EchoOnceOptions, EchoOutcome } from './echo-once.js';
import { findProgram, run } from './exec.js';

/** Time for the program to start and to end beside its own patience, in milliseconds. */
const PROGRAM_GRACE = 200;
const GIVEN_UP = 'given up';

const failed = (reason: string): EchoOutcome => ({ ok: false, through: 'program', reason, unreachable: false });

const ask = async (ping: string, address: string, options: EchoOnceOptions): Promise<EchoOutcome> => {
  // ping(8) may know whole seconds only, so it is killed when the time is over.
  const wait = Math.max(1, Math.ceil(options.timeout / 1000));
  const family = isIPv6(address) || address.includes('%') ? '-6' : '-4';
  let reason = GIVEN_UP;
  for (let tries = 0; tries < Math.max(1, options.attempts) && !options.signal?.aborted; tries += 1) {
    const result = await run(ping, [family, '-n', '-q', '-c', '1', '-W', String(wait), address], {
      timeout: millis(options.timeout + PROGRAM_GRACE),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (result.code === 0) return { ok: true, through: 'program' };
    reason = result.stderr.trim() || `no reply within ${options.timeout} ms`;
  }
  return failed(reason);
};

/** Like `echoOnce`; when the signal fires the answer does not wait for the end of the program. */
export const echoThroughProgram = (address: string, options: EchoOnceOptions): Promise<EchoOutcome> =>
  new Promise((resolve) => {
    const ping = findProgram('ping');
    if (ping === undefined) {
      resolve(failed('neither the package koffi nor ping(8) is installed'));
      return;
    }
    const giveUp = (): void => resolve(failed(GIVEN_UP));
    options.signal?.addEventListener('abort', giveUp, { once: true });
    void ask(ping, address, options)
      .then(resolve)
      .finally(() => options.signal?.removeEventListener('abort', giveUp));
  });
