/** UDP sockets for the heartbeat media: bound to a device where the system allows it, sends that fail as values. */
import { DgramAsPromised } from 'dgram-as-promised';

/** Ties a socket to a network device (SO_BINDTODEVICE); answers undefined when done, otherwise why not. */
export type BindToDevice = (fd: number, device: string) => Promise<string | undefined>;

export interface UdpOptions {
  /** Default: any address, a port of the system's choice. */
  readonly address?: string;
  readonly port?: number;
  readonly broadcast?: boolean;
  /** Sending to a group: leave through the interface with this address. */
  readonly multicast?: { readonly interfaceAddress: string; readonly ttl: number; readonly loop: boolean };
  /** Receiving from a group on the interface with this address. */
  readonly membership?: { readonly group: string; readonly interfaceAddress: string };
  /** Tie the socket to this device by these means; a refusal is reported in `deviceError`. */
  readonly device?: { readonly name: string; readonly bind: BindToDevice };
  readonly onMessage?: (data: Buffer) => void;
  /** Errors that come without a call of ours, e.g. the device has gone. */
  readonly onError?: (error: Error) => void;
}

export interface UdpSocket {
  /** Rejects with the system's error (`code`). */
  readonly send: (data: Uint8Array, port: number, address: string) => Promise<void>;
  readonly port: number;
  /** Why the socket could not be tied to its device; undefined when it is, or when none was asked for. */
  readonly deviceError: string | undefined;
  readonly close: () => Promise<void>;
}

/** The descriptor of a bound socket: Node has no public name for it. */
const descriptorOf = (socket: object): number | undefined => {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return undefined;
  const fd: unknown = Reflect.get(handle, 'fd');
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
};

const tie = async (socket: object, device: NonNullable<UdpOptions['device']>): Promise<string | undefined> => {
  const fd = descriptorOf(socket);
  return fd === undefined ? 'this version of Node hides the descriptor' : device.bind(fd, device.name);
};

/** Addresses are always numeric here; going through the resolver would only add a turn of the event loop. */
const noLookup = (
  address: string,
  _options: unknown,
  done: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void => done(null, address, 4);

/**
 * Opens an IPv4 socket. Rejects with the system's error when binding or a multicast option fails; nothing stays open
 * then. Reception is by event, because the promise of the library loses datagrams (design, "UDP").
 */
export const openUdp = async (options: UdpOptions): Promise<UdpSocket> => {
  const socket = DgramAsPromised.createSocket({ type: 'udp4', reuseAddr: true, lookup: noLookup });
  socket.socket.on('error', (error) => options.onError?.(error));
  try {
    const { port } = await socket.bind({ address: options.address ?? '0.0.0.0', port: options.port ?? 0 });
    const deviceError = options.device === undefined ? undefined : await tie(socket.socket, options.device);
    if (options.broadcast === true) socket.setBroadcast(true);
    if (options.multicast !== undefined) {
      socket.setMulticastInterface(options.multicast.interfaceAddress);
      socket.setMulticastTTL(options.multicast.ttl);
      socket.setMulticastLoopback(options.multicast.loop);
    }
    if (options.membership !== undefined) {
      socket.addMembership(options.membership.group, options.membership.interfaceAddress);
    }
    const { onMessage } = options;
    if (onMessage !== undefined) socket.socket.on('message', (data) => onMessage(data));
    return {
      port,
      deviceError,
      send: async (data, to, address) => {
        await socket.send(data, to, address);
      },
      close: () => socket.close().catch(() => {}),
    };
  } catch (error) {
    await socket.close().catch(() => {});
    throw error;
  }
};
