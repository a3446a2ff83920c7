/**
 * Talks to the client socket of a daemon, byte by byte, and prints everything that comes back: `api-probe.js STEPS`.
 *
 * To be run inside a lab host, against a genuine daemon or ours. It knows nothing of the suite but the shape of a frame.
 */
import { connect, type Socket } from 'node:net';

/**
 * `send` frames the fields, `$PID` stands for the pid of this process; `bytes` (hex) go out as they are. The answer is
 * what comes until nothing more has come for `wait` milliseconds (default 20). `to` is the number of a connection, 0 at first;
 * a connection that is not open yet is opened.
 */
export interface ProbeStep {
  readonly to?: number;
  readonly send?: Readonly<Record<string, string>>;
  readonly bytes?: string;
  readonly end?: boolean;
  readonly wait?: number;
  /** Listens that many milliseconds whatever comes, instead of until nothing more comes. */
  readonly listen?: number;
}

/** What one step brought, over all connections: `N< text`, `N. EOF`, and `signal NAME`. */
export type ProbeAnswer = readonly string[];

const SOCKET = '/run/heartbeat/register';
const QUIET = 20;

const frame = (fields: Readonly<Record<string, string>>): Buffer => {
  const lines = Object.entries(fields).map(
    ([name, value]) => `${name}=${value.replaceAll('$PID', `${process.pid}`)}\n`,
  );
  const body = Buffer.from(`>>>\n${lines.join('')}<<<\n\0`, 'latin1');
  const header = Buffer.alloc(8);
  header.writeInt32LE(body.length, 0);
  header.writeUInt32LE(0xabcd, 4);
  return Buffer.concat([header, body]);
};

const main = async (): Promise<void> => {
  const steps: readonly ProbeStep[] = JSON.parse(process.argv[2] ?? '[]');
  const sockets = new Map<number, Socket>();
  let lines: string[] = [];
  let heard = 0;
  const say = (line: string): void => {
    lines.push(line);
    heard = performance.now();
  };
  for (const name of ['SIGUSR1', 'SIGUSR2'] as const) process.on(name, () => say(`signal ${name}`));

  const open = (id: number): Socket => {
    const socket = connect(SOCKET);
    let pending: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 8 && pending.length >= 8 + pending.readInt32LE(0)) {
        const end = 8 + pending.readInt32LE(0);
        say(`${id}< ${pending.subarray(8, end).toString('latin1')}`);
        pending = pending.subarray(end);
      }
    });
    socket.on('error', (error) => say(`${id}! ${error.message}`));
    socket.on('close', () => {
      say(`${id}. EOF`);
      sockets.delete(id);
    });
    sockets.set(id, socket);
    return socket;
  };

  const answers: ProbeAnswer[] = [];
  for (const { to = 0, send, bytes, end, wait = QUIET, listen } of steps) {
    const isSpeaking = send !== undefined || bytes !== undefined;
    const socket = sockets.get(to) ?? (isSpeaking ? open(to) : undefined);
    if (send !== undefined) socket?.write(frame(send));
    if (bytes !== undefined) socket?.write(Buffer.from(bytes, 'hex'));
    if (end === true) socket?.end();
    heard = performance.now();
    const over = heard + (listen ?? 10_000);
    const isOver = (now: number): boolean => now > over || (listen === undefined && now - heard > wait);
    while (!isOver(performance.now())) await new Promise((resolve) => setTimeout(resolve, 10));
    answers.push(lines);
    lines = [];
  }
  process.stdout.write(JSON.stringify(answers));
  process.exit(0);
};

await main();
