/** One socket to send and one to receive, both on one device: what every UDP medium is made of (heartbeat reference 3.9). */
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
  readonly close: () => Promise<void>;
}

/** Opens both; rejects with the system's error, and nothing stays open then. */
export const openPair = async (options: PairOptions, context: MediumContext): Promise<SocketPair> => {
  const device = { name: realDevice(options.device), bind: context.bindToDevice };
  const openReceiver = (tied: boolean): Promise<UdpSocket> =>
    openUdp({
      ...options.receive,
      ...(tied ? { device } : { address: options.fallbackAddress }),
      onMessage: context.onPacket,
      onError: (error) => context.onBroken(errorText(error)),
    });
  const sender = await openUdp({ ...options.send, device, onError: () => {} });
  try {
    let receiver = await openReceiver(true);
    if (receiver.deviceError !== undefined) {
      context.log('WARN', `${options.title}: socket is not bound to the device: ${receiver.deviceError}`);
      await receiver.close();
      receiver = await openReceiver(false);
    }
    const receiving = receiver;
    return {
      send: sender.send,
      close: async () => {
        await Promise.all([sender.close(), receiving.close()]);
      },
    };
  } catch (error) {
    await sender.close();
    throw error;
  }
};
