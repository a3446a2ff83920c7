/** The machines of the world, on loopback addresses: web servers whose manners can be changed, and the two pulses. */
import { execFile } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { PORTS, PULSE, PULSE_ADDRESS, REALS } from './hosts.js';
import type { Mode } from './world.js';

/** Answers sooner than every timeout, and later than every one (milliseconds). */
const SLOW = 150;
const LATE = 8000;

const pathOf = (request: string): string => request.split(' ')[1] ?? '';
const hostOf = (request: string): string => /^Host: *(.*)$/im.exec(request)?.[1]?.trim() ?? '';

/** A page that tells what was asked for, so that a pattern can see what the check has sent. */
const page = (request: string, mode: Mode): string => {
  const path = pathOf(request);
  const status =
    mode === 'wrong-status' ? '503 Service Unavailable' : path.includes('missing') ? '404 Not Found' : '200 OK';
  const body = mode === 'wrong-body' ? 'Under construction\n' : `Test Page 7\nhost=${hostOf(request)}\npath=${path}\n`;
  const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
  return request.startsWith('HEAD') ? head : head + body;
};

interface Listener {
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A port that can be opened and closed again and again; closing it resets every connection. */
const listener = (host: string, port: number, onConnection: (socket: Socket) => void): Listener => {
  let server: Server | undefined;
  const sockets = new Set<Socket>();
  return {
    open: () =>
      new Promise((resolve, reject) => {
        if (server !== undefined) {
          resolve();
          return;
        }
        server = createServer({ allowHalfOpen: true }, (socket) => {
          sockets.add(socket);
          socket.on('error', () => undefined);
          socket.on('close', () => sockets.delete(socket));
          onConnection(socket);
        });
        server.once('error', reject);
        server.listen({ host, port, backlog: 64 }, resolve);
      }),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        if (server === undefined) resolve();
        else server.close(() => resolve());
        server = undefined;
      }),
  };
};

const serve = (socket: Socket, mode: () => Mode): void => {
  let text = '';
  socket.on('end', () => socket.end());
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (!text.includes('\r\n\r\n')) return;
    const request = text;
    text = '';
    const now = mode();
    if (now === 'silent') return;
    if (now === 'reset') {
      socket.resetAndDestroy();
      return;
    }
    const answer = (): void => {
      if (!socket.destroyed) socket.end(page(request, now));
    };
    if (now === 'slow' || now === 'late') setTimeout(answer, now === 'slow' ? SLOW : LATE).unref();
    else answer();
  });
};

const nft = (rules: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = execFile('/usr/sbin/nft', ['-f', '-'], (error) => (error === null ? resolve() : reject(error)));
    child.stdin?.end(rules);
  });

const setOf = (host: string): string => (host.includes(':') ? 'gone6' : 'gone4');

const FILTER = `table inet world {
  set gone4 { type ipv4_addr; }
  set gone6 { type ipv6_addr; }
  chain arrival {
    type filter hook input priority 0;
    ip daddr @gone4 drop
    ip6 daddr @gone6 drop
  }
}
`;

export interface Machines {
  /** Gives machines new manners; those that are not named keep theirs. */
  readonly set: (modes: Readonly<Record<string, Mode>>) => Promise<void>;
  readonly modeOf: (host: string) => Mode;
}

/** Needs the addresses on the loopback device; `onPulse` is told of every round of either program. */
export const startMachines = async (onPulse: (side: keyof typeof PULSE_ADDRESS) => void): Promise<Machines> => {
  await nft(FILTER);
  const modes = new Map<string, Mode>(REALS.map((host) => [host, 'up']));
  const modeOf = (host: string): Mode => modes.get(host) ?? 'up';
  const ports = new Map(
    REALS.map((host) => [
      host,
      PORTS.map((port) => listener(host, port, (socket) => serve(socket, () => modeOf(host)))),
    ]),
  );
  for (const side of ['genuine', 'ours'] as const)
    await listener(PULSE_ADDRESS[side], PULSE.port, (socket) => {
      socket.resume();
      socket.on('end', () => socket.end());
      onPulse(side);
    }).open();
  const setOne = async (host: string, mode: Mode): Promise<void> => {
    const before = modeOf(host);
    modes.set(host, mode);
    if (before === 'gone' && mode !== 'gone') await nft(`delete element inet world ${setOf(host)} { ${host} }\n`);
    if (before !== 'gone' && mode === 'gone') await nft(`add element inet world ${setOf(host)} { ${host} }\n`);
    for (const each of ports.get(host) ?? []) await (mode === 'closed' ? each.close() : each.open());
  };
  for (const host of REALS) await setOne(host, 'up');
  return {
    set: async (wanted) => {
      for (const [host, mode] of Object.entries(wanted)) await setOne(host, mode);
    },
    modeOf,
  };
};
