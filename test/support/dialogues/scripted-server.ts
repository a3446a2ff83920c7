/** Scripted servers of the text dialogues, in the form of the recorded scenarios: greeting, rules, files. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from '../certificate.js';

/** A pattern for a line, the answer (`$1` as in the pattern; null: none), and whether the connection ends after it. */
export type Rule = readonly [string, string | null, boolean?];

export interface DialogueScript {
  readonly kind: 'line' | 'ftp' | 'sip' | 'hang';
  readonly banner?: string;
  /** Ends the connection after the greeting: in good order, or with a reset. */
  readonly after?: 'close' | 'reset';
  /** The first rule that matches a line answers it. For ftp these come before the usual answers. */
  readonly rules?: readonly Rule[];
  /** The answer when the client has ended its side. */
  readonly onEof?: string;
  /** What RETR gets (ftp). */
  readonly files?: Readonly<Record<string, string>>;
  /** The answer to a request (sip). `$id` stands for its Call-ID. */
  readonly reply?: string;
  readonly udp?: boolean;
  readonly tls?: boolean;
}

export interface Scripted {
  readonly port: number;
  /** What clients have sent, one text for each connection (or for each UDP client). */
  readonly received: () => readonly string[];
  /** Connections that are open now. */
  readonly open: () => number;
  /** Names asked for in TLS handshakes; empty: none was sent. */
  readonly names: () => readonly string[];
  readonly close: () => Promise<void>;
}

const GOOD_SIP = 'SIP/2.0 200 OK\r\nCall-ID: $id\r\n\r\n';

const FTP_RULES: readonly Rule[] = [
  ['^USER', '331 password please\r\n'],
  ['^PASS', '230 in\r\n'],
  ['^CWD', '250 done\r\n'],
  ['^TYPE', '200 done\r\n'],
  ['^EPSV', '229 Entering Extended Passive Mode (|||1025|)\r\n'],
  ['^PASV', '227 Entering Passive Mode (127,0,0,1,4,1)\r\n'],
  ['^(PORT|EPRT)', '200 done\r\n'],
  ['^QUIT', '221 bye\r\n', true],
];

const answerTo = (line: string, rules: readonly Rule[]): readonly [string | null, boolean] | undefined => {
  for (const [pattern, answer, close = false] of rules) {
    const match = new RegExp(pattern).exec(line);
    if (match !== null) return [answer?.replace('$1', match[1] ?? '') ?? null, close];
  }
  return undefined;
};

const sipAnswer = (script: DialogueScript, request: string): string =>
  (script.reply ?? GOOD_SIP).replace('$id', /^Call-ID: (.*?)\r?$/m.exec(request)?.[1] ?? '');

/** Host and port that a PORT or EPRT line names. */
const activePlace = (line: string): { readonly host: string; readonly port: number } | undefined => {
  const four = /^PORT (\d+),(\d+),(\d+),(\d+),(\d+),(\d+)/.exec(line)?.slice(1).map(Number);
  if (four !== undefined) return { host: four.slice(0, 4).join('.'), port: (four[4] ?? 0) * 256 + (four[5] ?? 0) };
  const six = /^EPRT \|2\|([^|]+)\|(\d+)\|/.exec(line);
  return six === null ? undefined : { host: six[1] ?? '', port: Number(six[2]) };
};

const serveLines = (script: DialogueScript, socket: Socket): void => {
  const rules = [...(script.rules ?? []), ...(script.kind === 'ftp' ? FTP_RULES : [])];
  let pending = '';
  let request = '';
  let place: ReturnType<typeof activePlace>;
  const retrieve = (name: string): void => {
    const text = script.files?.[name];
    if (text === undefined || place === undefined) {
      socket.write('550 no such file\r\n');
      return;
    }
    socket.write('150 here it comes\r\n');
    const data = connect(place);
    data.on('error', () => undefined);
    data.once('close', () => {
      if (socket.writable) socket.write('226 done\r\n');
    });
    data.end(text, 'latin1');
    data.resume();
  };
  const take = (line: string): void => {
    const own = answerTo(line, script.rules ?? []);
    place = activePlace(line) ?? place;
    const file = /^RETR (.*)$/.exec(line)?.[1];
    if (own === undefined && script.kind === 'ftp' && file !== undefined) {
      retrieve(file);
      return;
    }
    const [answer, close] = own ?? answerTo(line, rules) ?? [null, false];
    if (!socket.writable) return;
    if (answer !== null) socket.write(answer, 'latin1');
    if (close) socket.end();
  };
  socket.on('data', (chunk: Buffer) => {
    pending += chunk.toString('latin1');
    for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
      const line = pending.slice(0, end).replace(/\r$/, '');
      pending = pending.slice(end + 1);
      request += `${line}\n`;
      if (script.kind !== 'sip') take(line);
      else if (line === '' && socket.writable) socket.write(sipAnswer(script, request), 'latin1');
    }
  });
  socket.once('end', () => {
    if (socket.writable) socket.end(script.onEof ?? '', 'latin1');
  });
};

const serve = (script: DialogueScript, socket: Socket): void => {
  if (script.kind === 'hang') {
    socket.resume();
    socket.once('end', () => socket.end());
    return;
  }
  const banner = script.banner ?? (script.kind === 'ftp' ? '220 ftp\r\n' : '');
  if (banner !== '') socket.write(banner, 'latin1');
  if (script.after === 'close') socket.end();
  if (script.after === 'reset') setTimeout(() => socket.resetAndDestroy(), 30);
  serveLines(script, socket);
};

const startUdp = async (script: DialogueScript, host: string, port: number): Promise<Scripted> => {
  const socket: UdpSocket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const received: string[] = [];
  socket.on('message', (message, from) => {
    const text = message.toString('latin1');
    received.push(text);
    if (script.kind === 'hang') return;
    const answer = script.kind === 'sip' ? sipAnswer(script, text) : answerTo(text, script.rules ?? [])?.[0];
    if (answer !== null && answer !== undefined) socket.send(Buffer.from(answer, 'latin1'), from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, resolve);
  });
  return {
    port: socket.address().port,
    received: () => received,
    open: () => 0,
    names: () => [],
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
};

const startTcp = async (
  script: DialogueScript,
  host: string,
  port: number,
  certificate: Certificate | undefined,
): Promise<Scripted> => {
  const sockets = new Set<Socket>();
  const received: string[] = [];
  const names: string[] = [];
  const onConnection = (socket: Socket): void => {
    sockets.add(socket);
    const index = received.push('') - 1;
    socket.on('data', (chunk: Buffer) => {
      received[index] += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    if ('servername' in socket) names.push(typeof socket.servername === 'string' ? socket.servername : '');
    serve(script, socket);
  };
  const options = { allowHalfOpen: true };
  const server: Server =
    certificate === undefined
      ? createServer(options, onConnection)
      : createTlsServer({ ...options, ...certificate }, onConnection).on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    received: () => received,
    open: () => sockets.size,
    names: () => names,
    // The port is free at once; the end of the last connection is not waited for.
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

/** Starts a scripted server; port 0: any. */
export const startScripted = (
  script: DialogueScript,
  host = '127.0.0.1',
  port = 0,
  certificate?: Certificate,
): Promise<Scripted> =>
  script.udp === true
    ? startUdp(script, host, port)
    : startTcp(script, host, port, script.tls === true ? certificate : undefined);
