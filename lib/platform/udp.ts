/** UDP sockets for the heartbeat media: bound to a device where the system allows it, sends that fail as values. */
import { DgramAsPromised } from 'dgram-as-promised';
import { descriptorOf } from './descriptor.js';
import type { IpFamily } from './socket-address.js';
import { forceReceiveBuffer, setTypeOfService } from './sockopt.js';

/** Ties a socket to a network device (SO_BINDTODEVICE); answers undefined when done, otherwise why not. */
export type BindToDevice = (fd: number, device: string) => Promise<string | undefined>;

export interface UdpOptions {
  /** Default: IPv4. An IPv6 socket takes no IPv4 packets. */
  readonly family?: IpFamily;
  /** Default: any address, a port of the system's choice. */
  readonly address?: string;
  readonly port?: number;
  readonly broadcast?: boolean;
  /** The TOS byte of what is sent (IPv4); without the optional native library it stays 0. */
  readonly typeOfService?: number;
  /** Sending to a group: leave through the interface with this address (IPv6: `::%eth0`). */
  readonly multicast?: { readonly interfaceAddress: string; readonly ttl: number; readonly loop: boolean };
  /** Receiving from a group on the interface with this address (IPv6: `::%eth0`). */
  readonly membership?: { readonly group: string; readonly interfaceAddress: string };
  /** Tie the socket to this device by these means; a refusal is reported in `deviceError`. */
  readonly device?: { readonly name: string; readonly bind: BindToDevice };
  /** `from` is the address of the sender, as it claims to be. */
  readonly onMessage?: (data: Buffer, from: string) => void;
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

const tie = async (socket: object, device: NonNullable<UdpOptions['device']>): Promise<string | undefined> => {
  const fd = descriptorOf(socket);
  return fd === undefined ? 'this version of Node hides the descriptor' : device.bind(fd, device.name);
};

type Lookup = (
  address: string,
  options: unknown,
  done: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
) => void;

/** Addresses are always numeric here; going through the resolver would only add a turn of the event loop. */
const noLookup =
  (family: 4 | 6): Lookup =>
  (address, _options, done) =>
    done(null, address, family);

/** Room for what arrives while the process is busy, in bytes (heartbeat reference 3.9). */
const RECEIVE_BUFFER = 1024 * 1024;

/** Without the native library, or without the privilege, the system allows less. */
const enlarge = async (socket: { readonly setRecvBufferSize: (size: number) => void }): Promise<void> => {
  const fd = descriptorOf(socket);
  if (fd !== undefined && (await forceReceiveBuffer(fd, RECEIVE_BUFFER))) return;
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch {
    // The default of the system will do.
  }
};

/**
 * Opens a socket. Rejects with the system's error when binding or a multicast option fails; nothing stays open
 * then. Reception is by event, because the promise of the library loses datagrams (design, "UDP").
 */
export const openUdp = async (options: UdpOptions): Promise<UdpSocket> => {
  const socket =
    options.family === 'ipv6'
      ? DgramAsPromised.createSocket({ type: 'udp6', ipv6Only: true, reuseAddr: true, lookup: noLookup(6) })
      : DgramAsPromised.createSocket({ type: 'udp4', reuseAddr: true, lookup: noLookup(4) });
  socket.socket.on('error', (error) => options.onError?.(error));
  try {
    const { port } = await socket.bind({
      address: options.address ?? (options.family === 'ipv6' ? '::' : '0.0.0.0'),
      port: options.port ?? 0,
    });
    const deviceError = options.device === undefined ? undefined : await tie(socket.socket, options.device);
    if (options.broadcast === true) socket.setBroadcast(true);
    const fd = descriptorOf(socket.socket);
    if (options.typeOfService !== undefined && fd !== undefined) await setTypeOfService(fd, options.typeOfService);
    if (options.multicast !== undefined) {
      socket.setMulticastInterface(options.multicast.interfaceAddress);
      socket.setMulticastTTL(options.multicast.ttl);
      socket.setMulticastLoopback(options.multicast.loop);
    }
    if (options.membership !== undefined) {
      socket.addMembership(options.membership.group, options.membership.interfaceAddress);
    }
    const { onMessage } = options;
    if (onMessage !== undefined) {
      await enlarge(socket.socket);
      socket.socket.on('message', (data, from) => onMessage(data, from.address));
    }
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
