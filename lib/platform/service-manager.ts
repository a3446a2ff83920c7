/** Tells a service manager how we are: the messages of sd_notify(3), and the signs of life its watchdog waits for. */
import { type Millis, millis, seconds } from '../time.js';
import { findProgram, run } from './exec.js';
import { loadNative } from './native.js';

// sys/socket.h, sys/un.h
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const LONGEST_PATH = 107;

type Environment = Readonly<Record<string, string | undefined>>;

/** What the manager wants to hear, and where. */
export interface ServiceRequest {
  /** Path of a datagram socket; an `@` in front stands for the NUL byte of an abstract one. */
  readonly socket: string;
  /** How often it wants a sign of life: half of what it waits for; undefined: it does not watch. */
  readonly watchdog: Millis | undefined;
  /** The variables that said so, for a program that goes on in this process. */
  readonly environment: Readonly<Record<string, string>>;
}

const NAMES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID', 'SYSTEMD_EXEC_PID'] as const;

/**
 * What a manager asks of the process `pid`; undefined when none does. The variables may also come down from a daemon that
 * has started us: they are for the process that the manager itself has started (`SYSTEMD_EXEC_PID` says which, where
 * systemd is older than 248 its parent is process 1).
 */
export const serviceRequest = (environment: Environment, pid: number, parent: number): ServiceRequest | undefined => {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC, WATCHDOG_PID, SYSTEMD_EXEC_PID } = environment;
  if (socket === undefined || !/^[/@]./.test(socket) || Buffer.byteLength(socket) > LONGEST_PATH) return undefined;
  if (SYSTEMD_EXEC_PID === undefined ? parent !== 1 : Number(SYSTEMD_EXEC_PID) !== pid) return undefined;
  const limit = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === pid ? Number(WATCHDOG_USEC) : 0;
  return {
    socket,
    watchdog: limit > 0 ? millis(Math.max(1, Math.floor(limit / 2000))) : undefined,
    environment: Object.fromEntries(
      NAMES.flatMap((name) => {
        const value = environment[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
};

/** sockaddr_un of a path, or of an abstract name (`@name`), which ends with the address and not with a NUL byte. */
export const encodeUnixAddress = (path: string): Buffer => {
  const name = path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`;
  const encoded = Buffer.alloc(2 + Buffer.byteLength(name));
  encoded.writeUInt16LE(AF_UNIX, 0);
  encoded.write(name, 2);
  return encoded;
};

export interface ServiceManager {
  /** We do our work; `status` is the line that `systemctl status` shows. */
  readonly ready: (status: string) => Promise<void>;
  readonly stopping: () => Promise<void>;
  readonly environment: Readonly<Record<string, string>>;
}

/** Sends one message. Never waits for a manager that does not read, and never fails: it may only know less. */
const send = async (socket: string, lines: readonly string[]): Promise<void> => {
  const native = await loadNative();
  if (native === undefined) {
    // Run by root it speaks in the name of the process that calls it.
    const notify = findProgram('systemd-notify');
    if (notify === undefined) return;
    await run(notify, ['--no-block', ...lines], { timeout: seconds(5), env: { NOTIFY_SOCKET: socket } });
    return;
  }
  const fd = native.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  native.sendTo(fd, Buffer.from(lines.join('\n')), MSG_DONTWAIT | MSG_NOSIGNAL, encodeUnixAddress(socket));
  native.close(fd);
};

/**
 * Takes the request of a manager out of the environment, so that no program we start takes it for its own, and begins with
 * the signs of life: they come from the event loop, so that they end when it hangs. Undefined: nobody asks.
 */
export const takeServiceManager = (): ServiceManager | undefined => {
  const request = serviceRequest(process.env, process.pid, process.ppid);
  for (const name of NAMES) delete process.env[name];
  if (request === undefined) return undefined;
  const { socket, watchdog, environment } = request;
  if (watchdog !== undefined) setInterval(() => void send(socket, ['WATCHDOG=1']), watchdog).unref();
  return {
    ready: (status) => send(socket, ['READY=1', `STATUS=${status}`]),
    stopping: () => send(socket, ['STOPPING=1']),
    environment,
  };
};
