/** One socket to send and one to receive, both on one device: what every UDP medium is made of (heartbeat reference 3.9). */
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../../platform/error-code.js';
import { errorText } from '../../platform/error-text.js';
import { openUdp, type UdpOptions, type UdpSocket } from '../../platform/udp.js';
import { type MediumContext, realDevice } from './medium.js';

export interface PairOptions {
  /** Kind and name, for the log. */
  readonly title: string;
  readonly device: string;
  readonly send: Omit<UdpOptions, 'device' | 'onMessage' | 'onError'>;
  readonly receive: Omit<UdpOptions, 'device' | 'onMessage' | 'onError'>;
  /** What to bind when the socket cannot be tied to the device, so that packets of another link are not taken for ours. */
  readonly fallbackAddress: string;
}

export interface SocketPair {
  readonly send: (packet: Uint8Array, port: number, address: string) => Promise<void>;
  /** Whether both are tied to the device. */
  readonly tied: boolean;
  readonly close: () => Promise<void>;
}

/** heartbeat reference 3.9: another program may have the port for a moment. */
const BIND_TRIES = 10;
const BIND_PAUSE = 1000;

const openPatiently = async (title: string, options: UdpOptions, context: MediumContext): Promise<UdpSocket> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await openUdp(options);
    } catch (error) {
      if (errorCode(error) !== 'EADDRINUSE' || tries === BIND_TRIES) throw error;
      if (tries === 1)
        context.log('WARN', `${title}: port ${options.port} is in use by another program, trying for ${BIND_TRIES} s`);
      await sleep(BIND_PAUSE);
    }
  }
};

/** Opens both; rejects with the system's error, and nothing stays open then. */
export const openPair = async (options: PairOptions, context: MediumContext): Promise<SocketPair> => {
  const device = { name: realDevice(options.device), bind: context.bindToDevice };
  const openReceiver = (tied: boolean): Promise<UdpSocket> =>
    openPatiently(
      options.title,
      {
        ...options.receive,
        ...(tied ? { device } : { address: options.fallbackAddress }),
        onMessage: context.onPacket,
        onError: (error) => context.onBroken(errorText(error)),
      },
      context,
    );
  const sender = await openUdp({ ...options.send, device, onError: () => {} });
  try {
    let receiver = await openReceiver(true);
    const untied = receiver.deviceError;
    if (untied !== undefined) {
      context.log('WARN', `${options.title}: socket is not bound to the device: ${untied}`);
      await receiver.close();
      receiver = await openReceiver(false);
    }
    const receiving = receiver;
    return {
      send: sender.send,
      tied: sender.deviceError === undefined && receiving.deviceError === undefined && untied === undefined,
      close: async () => {
        await Promise.all([sender.close(), receiving.close()]);
      },
    };
  } catch (error) {
    await sender.close();
    throw error;
  }
};
