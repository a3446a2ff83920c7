/** Opens the channel of a dialogue: TCP, or TLS as far as the service and ha-suite.ini ask for it, or UDP. */
import type { Target } from '../check.js';
import { openSocket } from '../socket.js';
import { type Demand, startTls } from '../tls.js';
import type { Down } from '../verdict.js';
import { type OpenedChannel, openDatagrams, streamChannel } from './channel.js';

/** A connection that did not come about. The genuine monitorfile shows no text for these services. */
const wordless = (failure: Down): OpenedChannel => {
  const why = failure.detail ?? /\(([^()]*)\)$/.exec(failure.text)?.[1];
  // L4REFUSED says all there is to say; an error of TLS is known by its words only.
  const detail = failure.cause.startsWith('L6') || failure.cause === 'L4ERROR' ? why : undefined;
  return {
    failure: { state: 'down', cause: failure.cause, text: '', ...(detail === undefined ? {} : { detail }) },
  };
};

/**
 * What the certificate of a pops or imaps server has to fulfil. Genuine knows servers by address only, so that is what it
 * demands the certificate for (`genuinely` full) and no name is sent; `verify = full` of ha-suite.ini asks for virtualhost.
 */
export const certificateDemand = ({ virtual, real, verify = 'genuine' }: Target, genuinely: 'full' | 'off'): Demand => {
  if (verify === 'genuine') return { verify: genuinely, name: real.address };
  return { verify, name: virtual.virtualHost?.replace(/:\d*$/, '') || real.address };
};

/** Connects to the target over TCP. */
export const openPlain = async ({ real, port }: Target, signal: AbortSignal): Promise<OpenedChannel> => {
  const opened = await openSocket(real.address, port, signal);
  return opened.failure === undefined ? { channel: streamChannel(opened.socket) } : wordless(opened.failure);
};

/** Connects to the target over TLS. */
export const openSecured = async (
  { real, port }: Target,
  demand: Demand,
  signal: AbortSignal,
): Promise<OpenedChannel> => {
  const opened = await openSocket(real.address, port, signal);
  if (opened.failure !== undefined) return wordless(opened.failure);
  const secured = await startTls(opened.socket, real.address, port, demand, signal);
  return secured.failure === undefined ? { channel: streamChannel(secured.socket) } : wordless(secured.failure);
};

/** Over TCP or UDP, as the protocol of the virtual says; TCP for firewall marks. */
export const openByProtocol = (target: Target, signal: AbortSignal): Promise<OpenedChannel> =>
  target.virtual.key.protocol === 'udp'
    ? openDatagrams(target.real.address, target.port, signal)
    : openPlain(target, signal);
