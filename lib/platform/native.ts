/** The few libc functions that Node lacks, through koffi when it is installed; everybody who uses them has another way. */
import { getSystemErrorMap } from 'node:util';

/** Results follow one rule: below zero is the negative errno, as in the kernel. Buffers are passed by address. */
export interface Native {
  socket(domain: number, type: number, protocol: number): number;
  close(fd: number): number;
  bind(fd: number, address: Buffer): number;
  setSocketOption(fd: number, level: number, name: number, value: Buffer): number;
  /** Fills `value`; the kernel may write less than its length. */
  getSocketOption(fd: number, level: number, name: number, value: Buffer): number;
  sendTo(fd: number, data: Buffer, flags: number, address: Buffer): number;
  /** Fills `data` and `address`; the result is the number of bytes. */
  receiveFrom(fd: number, data: Buffer, flags: number, address: Buffer): number;
  /** Where a buffer lies in memory, for kernel structures that point at another one; it must stay alive meanwhile. */
  addressOf(value: Buffer): bigint;
  ioctl(fd: number, request: number, argument: Buffer): number;
  /** The same for requests whose argument is a number and not an address. */
  ioctlValue(fd: number, request: number, argument: number): number;
  /** Index of a network interface in this process's network namespace, 0 when there is none of that name. */
  interfaceIndex(name: string): number;
  /** Fills `name` (16 bytes, NUL-terminated). */
  interfaceName(index: number, name: Buffer): boolean;
  /** libc keeps the pointer: `ident` (with its NUL) must stay alive. */
  openlog(ident: Buffer, option: number, facility: number): void;
  /** `text` is printed as it is, never taken for a format. */
  syslog(priority: number, text: string): void;
  setScheduler(pid: number, policy: number, priority: number): number;
  /** mlock2(2); -ENOSYS where libc has none. */
  lockMemory(from: bigint, length: bigint, flags: number): number;
  /** reboot(2) of libc with the command of linux/reboot.h; does not return when it is obeyed. */
  reboot(command: number): number;
  /** Raises the soft limit of a resource (sys/resource.h) to its hard limit, or lowers it to 0. */
  setSoftLimit(resource: number, limit: 'hard' | 'none'): number;
  /** Whether execve(2) closes this descriptor. */
  setCloseOnExecute(fd: number, close: boolean): number;
  /** execve(2): comes back only when it fails. */
  execute(file: string, argv: readonly string[], environment: readonly string[]): number;
}

type Callable = (...values: readonly unknown[]) => number | bigint;

/** A shared library of the system; a definition is one line of C. */
export interface NativeLibrary {
  func(definition: string): Callable;
}

/** What is used of koffi's interface, spelled out so that the project compiles where the optional package is absent. */
interface Koffi {
  load(path: string | null): NativeLibrary;
  errno(): number;
  address(value: Buffer): bigint;
}

const ENOSYS = 38;

/** `EPERM (operation not permitted)` for a negative errno as `Native` returns it. */
export const errorText = (result: number): string => {
  const known = getSystemErrorMap().get(result);
  return known === undefined ? `errno ${-result}` : `${known[0]} (${known[1]})`;
};

const lengthOf = (value: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(value.length);
  return length;
};

const bindLibc = (koffi: Koffi): Native => {
  const libc = koffi.load(null);
  const raw = {
    socket: libc.func('int socket(int, int, int)'),
    close: libc.func('int close(int)'),
    bind: libc.func('int bind(int, void *, uint32_t)'),
    setsockopt: libc.func('int setsockopt(int, int, int, void *, uint32_t)'),
    getsockopt: libc.func('int getsockopt(int, int, int, void *, void *)'),
    sendto: libc.func('int64_t sendto(int, void *, size_t, int, void *, uint32_t)'),
    recvfrom: libc.func('int64_t recvfrom(int, void *, size_t, int, void *, void *)'),
    ioctl: libc.func('int ioctl(int, unsigned long, ...)'),
    ifNameToIndex: libc.func('uint32_t if_nametoindex(const char *)'),
    ifIndexToName: libc.func('void *if_indextoname(uint32_t, void *)'),
    openlog: libc.func('void openlog(void *, int, int)'),
    syslog: libc.func('void syslog(int, const char *, ...)'),
    sched: libc.func('int sched_setscheduler(int, int, void *)'),
    reboot: libc.func('int reboot(int)'),
    getrlimit: libc.func('int getrlimit(int, void *)'),
    setrlimit: libc.func('int setrlimit(int, void *)'),
    fcntl: libc.func('int fcntl(int, int, ...)'),
    execve: libc.func('int execve(const char *, const char **, const char **)'),
  };
  let mlock2: Callable | undefined;
  try {
    mlock2 = libc.func('int mlock2(uintptr_t, size_t, unsigned int)');
  } catch {
    mlock2 = undefined; // glibc before 2.27 and musl have no such function
  }
  const checked = (result: number | bigint): number => (result < 0 ? -koffi.errno() : Number(result));
  return {
    socket: (domain, type, protocol) => checked(raw.socket(domain, type, protocol)),
    close: (fd) => checked(raw.close(fd)),
    bind: (fd, address) => checked(raw.bind(fd, address, address.length)),
    setSocketOption: (fd, level, name, value) => checked(raw.setsockopt(fd, level, name, value, value.length)),
    getSocketOption: (fd, level, name, value) => checked(raw.getsockopt(fd, level, name, value, lengthOf(value))),
    sendTo: (fd, data, flags, address) =>
      checked(raw.sendto(fd, data, data.length, flags, address.length === 0 ? null : address, address.length)),
    receiveFrom: (fd, data, flags, address) =>
      checked(raw.recvfrom(fd, data, data.length, flags, address, lengthOf(address))),
    addressOf: (value) => koffi.address(value),
    ioctl: (fd, request, argument) => checked(raw.ioctl(fd, request, 'void *', argument)),
    ioctlValue: (fd, request, argument) => checked(raw.ioctl(fd, request, 'long', argument)),
    interfaceIndex: (name) => Number(raw.ifNameToIndex(name)),
    interfaceName: (index, name) => raw.ifIndexToName(index, name) !== null,
    openlog: (ident, option, facility) => void raw.openlog(ident, option, facility),
    syslog: (priority, text) => void raw.syslog(priority, '%s', 'str', text),
    setScheduler: (pid, policy, priority) => {
      const parameter = Buffer.alloc(4);
      parameter.writeInt32LE(priority);
      return checked(raw.sched(pid, policy, parameter));
    },
    reboot: (command) => checked(raw.reboot(command)),
    setSoftLimit: (resource, limit) => {
      const pair = Buffer.alloc(16);
      const read = checked(raw.getrlimit(resource, pair));
      if (read < 0) return read;
      pair.writeBigUInt64LE(limit === 'hard' ? pair.readBigUInt64LE(8) : 0n, 0);
      return checked(raw.setrlimit(resource, pair));
    },
    // fcntl.h: F_SETFD, FD_CLOEXEC
    setCloseOnExecute: (fd, close) => checked(raw.fcntl(fd, 2, 'int', close ? 1 : 0)),
    execute: (file, argv, environment) => checked(raw.execve(file, [...argv, null], [...environment, null])),
    lockMemory: (from, length, flags) => (mlock2 === undefined ? -ENOSYS : checked(mlock2(from, length, flags))),
  };
};

/** koffi itself; undefined where it is not installed, or has no binary for this machine. */
const loadKoffi = async (): Promise<Koffi | undefined> => {
  if (process.platform !== 'linux' || process.env.HA_SUITE_NO_NATIVE === '1') return undefined;
  try {
    // Not a literal, so that neither the compiler nor the bundler insists on an optional package.
    const packageName: string = 'koffi';
    return ((await import(packageName)) as { readonly default: Koffi }).default;
  } catch {
    return undefined;
  }
};

const load = async (): Promise<Native | undefined> => {
  const koffi = await loadKoffi();
  try {
    return koffi === undefined ? undefined : bindLibc(koffi);
  } catch {
    return undefined; // a libc that lacks what is taken for granted
  }
};

let loading: Promise<Native | undefined> | undefined;

/**
 * The native functions, or undefined where koffi is absent (or HA_SUITE_NO_NATIVE=1 is in the environment). Loaded at the
 * first call (about 15 ms), once per process; never rejects.
 */
export const loadNative = (): Promise<Native | undefined> => {
  loading ??= load();
  return loading;
};

/** A library by the name the loader knows it by, or why it cannot be had; never rejects. */
export const loadLibrary = async (name: string): Promise<NativeLibrary | string> => {
  const koffi = await loadKoffi();
  if (koffi === undefined) return 'the optional package koffi is not installed';
  try {
    return koffi.load(name);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
