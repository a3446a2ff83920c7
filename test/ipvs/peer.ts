/**
 * One host of a traffic test: runs inside its network namespace and does what it is told, one JSON object per line on
 * standard input, one answer per line on standard output. Serves, asks and (on a director) drives an engine.
 */
import { createSocket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { parseVirtualAddress, startVirtualAddress, stopVirtualAddress } from '../../lib/agents/realserver.js';
import { openKernel } from '../../lib/ipvs/engines/kernel.js';
import { openNft } from '../../lib/ipvs/engines/nft.js';
import { parseCommand } from '../../lib/ipvs/grammar/parse-command.js';
import { printChange } from '../../lib/ipvs/grammar/print-command.js';
import { printSaved } from '../../lib/ipvs/grammar/save.js';
import type { Engine } from '../../lib/ipvs/model.js';

const logged: string[] = [];
const log = (priority: string, text: string) => logged.push(`${priority}: ${text}`);
const engines = new Map<string, Engine>();
const engineOf = (name: string): Engine => {
  const known = engines.get(name) ?? (name === 'nft' ? openNft({ log }) : openKernel());
  engines.set(name, known);
  return known;
};

const held = new Map<string, Socket>();
const listeners = new Map<number, Server>();

/** Longer than any pause of a loaded machine, in milliseconds; a gap in service lasts longer. */
const WATCHER_PATIENCE = 8000;

/** What a client that keeps asking has been answered, by answer. */
const watched = new Map<string, number>();
let watching = false;

/** Answers every line and every datagram with `NAME CLIENT-ADDRESS`. */
const serve = async (name: string, tcp: readonly number[], udp: readonly number[]): Promise<void> => {
  for (const port of tcp)
    await new Promise<void>((resolve, reject) => {
      const server = createServer((socket) => {
        socket.on('data', () => socket.write(`${name}:${port} ${socket.remoteAddress?.replace('::ffff:', '')}\n`));
        socket.on('error', () => socket.destroy());
      });
      server.once('error', reject);
      server.listen(port, '::', resolve);
      listeners.set(port, server);
    });
  for (const port of udp)
    await new Promise<void>((resolve) => {
      const socket = createSocket('udp6');
      socket.on('message', (_, from) =>
        socket.send(`${name}:${port} ${from.address.replace('::ffff:', '')}`, from.port, from.address),
      );
      socket.bind(port, '::', resolve);
    });
};

/** The next line, or what came instead; a client is patient for `patience` milliseconds. */
const line = (socket: Socket, patience = 1500): Promise<string> =>
  new Promise((resolve) => {
    const done = (text: string) => {
      clearTimeout(timer);
      socket.removeAllListeners('data').removeAllListeners('error').removeAllListeners('close');
      socket.on('error', () => undefined);
      resolve(text);
    };
    const timer = setTimeout(() => done('timeout'), patience);
    socket.once('data', (data: Buffer) => done(data.toString().trim()));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'error'));
    socket.once('close', () => done('closed'));
  });

const connect = (address: string, port: number, source: string | undefined): Socket =>
  createConnection({ host: address, port, ...(source === undefined ? {} : { localAddress: source }) });

const askTcp = async (
  address: string,
  port: number,
  source: string | undefined,
  patience?: number,
): Promise<string> => {
  const socket = connect(address, port, source);
  socket.write('hello\n');
  const answer = await line(socket, patience);
  socket.destroy();
  return answer;
};

const askUdp = (address: string, port: number, source: string | undefined, from = 0): Promise<string> =>
  new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const done = (text: string) => {
      clearTimeout(timer);
      socket.close();
      resolve(text);
    };
    const timer = setTimeout(() => done('timeout'), 1500);
    socket.once('message', (data) => done(data.toString()));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'error'));
    socket.bind(from, source, () => socket.send('hello', port, address));
  });

/** Asks again and again, each time on a new connection, until it is told to stop. */
const watch = async (address: string, port: number, source: string | undefined): Promise<void> => {
  watching = true;
  while (watching) {
    const [answer = ''] = (await askTcp(address, port, source, WATCHER_PATIENCE)).split(' ');
    watched.set(answer, (watched.get(answer) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

interface Request {
  readonly op: string;
  readonly name?: string;
  readonly tcp?: readonly number[];
  readonly udp?: readonly number[];
  readonly address?: string;
  readonly port?: number;
  readonly count?: number;
  readonly source?: string;
  readonly sourcePort?: number;
  readonly protocol?: 'tcp' | 'udp';
  readonly path?: string;
  readonly value?: string;
  readonly lines?: readonly string[];
}

const apply = async (engine: Engine, lines: readonly string[]): Promise<readonly string[]> => {
  const changes = lines.map((text) => {
    const parsed = parseCommand(text.split(' '));
    if (!('command' in parsed) || parsed.command.kind !== 'change') throw new Error(`not a change: ${text}`);
    return parsed.command.change;
  });
  const failed = await engine.apply(changes);
  return failed.map(({ change, reason }) => `${printChange(change).join(' ')}: ${reason}`);
};

const perform = async (request: Request): Promise<unknown> => {
  const { name = '', address = '', port = 0, source } = request;
  switch (request.op) {
    case 'serve':
      return serve(name, request.tcp ?? [], request.udp ?? []);
    case 'unserve':
      // What is connected stays connected.
      for (const one of request.tcp ?? []) listeners.get(one)?.close();
      return true;
    case 'watch':
      watched.clear();
      void watch(address, port, source);
      return true;
    case 'watched':
      watching = false;
      return Object.fromEntries(watched);
    case 'ask': {
      const answers: string[] = [];
      for (let turn = 0; turn < (request.count ?? 1); turn += 1)
        answers.push(
          request.protocol === 'udp'
            ? await askUdp(address, port, source, request.sourcePort)
            : await askTcp(address, port, source),
        );
      return answers;
    }
    case 'open':
      held.set(name, connect(address, port, source));
      return perform({ op: 'say', name });
    case 'say': {
      const socket = held.get(name);
      if (socket === undefined || socket.destroyed) return 'closed';
      socket.write('hello\n');
      return line(socket);
    }
    case 'close':
      held.get(name)?.destroy();
      return held.delete(name);
    case 'realserver':
    case 'no realserver': {
      const virtual = parseVirtualAddress(address);
      if (typeof virtual === 'string') throw new Error(virtual);
      const act = request.op === 'realserver' ? startVirtualAddress : stopVirtualAddress;
      return act(virtual, { log, signal: new AbortController().signal });
    }
    case 'write':
      return writeFileSync(request.path ?? '', request.value ?? '');
    case 'file':
      return readFileSync(request.path ?? '', 'utf8');
    case 'apply':
      return apply(engineOf(name), request.lines ?? []);
    case 'read':
      return printSaved(await engineOf(name).read())
        .trimEnd()
        .split('\n');
    case 'log':
      return logged;
    case 'ready':
      return true;
    default:
      throw new Error(`unknown request ${request.op}`);
  }
};

for await (const text of createInterface({ input: process.stdin })) {
  const answer = await perform(JSON.parse(text) as Request).then(
    (result) => ({ result }),
    (error: Error) => ({ error: error.stack ?? error.message }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
