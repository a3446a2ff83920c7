/** Socket options that Node does not offer: the device a socket belongs to, and who is at the other end. */
import { errorText, loadNative } from './native.js';

// asm-generic/socket.h
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SO_BINDTODEVICE = 25;
const SO_RCVBUFFORCE = 33;
// linux/in.h
const IPPROTO_IP = 0;
const IP_TOS = 1;

export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Binds a socket to a network device (SO_BINDTODEVICE); an empty name undoes it.
 * Answers undefined when done, otherwise why not.
 */
export const bindToDevice = async (fd: number, device: string): Promise<string | undefined> => {
  const native = await loadNative();
  if (native === undefined) return 'the optional package koffi is not installed';
  const result = native.setSocketOption(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`));
  return result < 0 ? errorText(result) : undefined;
};

/** Process, user and group at the other end of a connected local socket; undefined when they cannot be known. */
export const peerCredentials = async (fd: number): Promise<PeerCredentials | undefined> => {
  const native = await loadNative();
  if (native === undefined) return undefined;
  const value = Buffer.alloc(12);
  if (native.getSocketOption(fd, SOL_SOCKET, SO_PEERCRED, value) < 0) return undefined;
  const credentials = { pid: value.readInt32LE(0), uid: value.readInt32LE(4), gid: value.readInt32LE(8) };
  // A datagram socket without a peer answers uid and gid -1.
  return credentials.uid < 0 ? undefined : credentials;
};

/** Marks what an IPv4 socket sends (IP_TOS); where that cannot be done the packets go out unmarked. */
export const setTypeOfService = async (fd: number, value: number): Promise<void> => {
  const option = Buffer.alloc(4);
  option.writeInt32LE(value);
  (await loadNative())?.setSocketOption(fd, IPPROTO_IP, IP_TOS, option);
};

/**
 * Gives a socket room for so many bytes that wait to be read, beyond what net.core.rmem_max allows an ordinary process
 * (SO_RCVBUFFORCE). Answers whether that was possible.
 */
export const forceReceiveBuffer = async (fd: number, size: number): Promise<boolean> => {
  const option = Buffer.alloc(4);
  option.writeInt32LE(size);
  const native = await loadNative();
  return native !== undefined && native.setSocketOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, option) >= 0;
};
