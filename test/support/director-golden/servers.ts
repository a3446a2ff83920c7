/** Scripted real servers on the loopback addresses of a case: http, https, ports that only listen, dialogues, packets. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from '../certificate.js';
import { type DialogueScript, type Scripted, startScripted } from '../dialogues/scripted-server.js';
import { responderOf } from './packet-servers.js';
import type { ServerScript } from './scenario.js';

export interface ScriptedServer {
  readonly start: () => Promise<void>;
  /** Closes the port and every connection, so that the next connect is refused. */
  readonly stop: () => Promise<void>;
  readonly set: (options: Partial<ServerScript>) => void;
  /** The requests that came, and a dot for each connection that ended without one. */
  readonly seen: () => readonly string[];
}

const response = (script: ServerScript, request: string): string => {
  const path = request.split(' ')[1] ?? '';
  const { body = 'Test Page\n', status = '200 OK', headers, raw } = { ...script, ...script.paths?.[path] };
  if (raw !== undefined) return raw;
  const fields = {
    'Content-Type': 'text/html',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const head = Object.entries({ ...fields, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${head.join('')}\r\n${request.startsWith('HEAD') ? '' : body}`;
};

const answerHttp = (socket: Socket, script: () => ServerScript, note: (request: string) => void): void => {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (!text.includes('\r\n\r\n')) return;
    const request = text;
    text = '';
    note(request);
    setTimeout(() => {
      if (!socket.destroyed) socket.end(response(script(), request));
    }, script().delay ?? 0);
  });
};

/** http, and ports that only listen, or answer in packets. */
const createPlainServer = (initial: ServerScript, certificate: Certificate): ScriptedServer => {
  let script = initial;
  let server: Server | undefined;
  let datagrams: UdpSocket | undefined;
  const sockets = new Set<Socket>();
  const seen: string[] = [];
  const onConnection = (socket: Socket): void => {
    let asked = false;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      if (!asked) seen.push('.');
    });
    const note = (request: string): void => {
      asked = true;
      seen.push(request);
    };
    if (script.kind === 'http') answerHttp(socket, () => script, note);
    else {
      socket.on('data', (request) => {
        const answer = responderOf(script)?.(Buffer.from(request));
        if (answer !== undefined) socket.write(answer);
      });
      socket.on('end', () => socket.end());
    }
  };
  const startUdp = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = createSocket('udp4');
      datagrams = socket;
      socket.once('error', reject);
      socket.on('message', (request, { port, address }) => {
        const answer = responderOf(script)?.(request);
        if (answer !== undefined) socket.send(answer, port, address);
      });
      socket.bind(script.port, script.addr, resolve);
    });
  const startTcp = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const options = { allowHalfOpen: true };
      server = script.tls
        ? createTlsServer({ ...options, ...certificate }, onConnection).on('tlsClientError', () => undefined)
        : createTcpServer(options, onConnection);
      server.once('error', reject);
      server.listen({ port: script.port, host: script.addr }, resolve);
    });
  return {
    start: () => (script.udp === true ? startUdp() : startTcp()),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        datagrams?.close();
        if (server === undefined) resolve();
        else server.close(() => resolve());
        server = undefined;
        datagrams = undefined;
      }),
    set: (options) => {
      script = { ...script, ...options };
    },
    seen: () => seen,
  };
};

/** Servers that hold a dialogue of lines. What changes in their script counts from their next start on. */
const createDialogueServer = (
  initial: ServerScript,
  kind: DialogueScript['kind'],
  certificate: Certificate,
): ScriptedServer => {
  let script = initial;
  let running: Scripted | undefined;
  const before: string[] = [];
  return {
    start: async () => {
      running = await startScripted({ ...script, kind }, script.addr, script.port, certificate);
    },
    stop: async () => {
      before.push(...(running?.received() ?? []));
      await running?.close();
      running = undefined;
    },
    set: (options) => {
      script = { ...script, ...options };
    },
    seen: () => [...before, ...(running?.received() ?? [])],
  };
};

const DIALOGUES: readonly DialogueScript['kind'][] = ['line', 'ftp', 'sip', 'hang'];

/** Makes a server; it does not listen before `start`. */
export const createScriptedServer = (script: ServerScript, certificate: Certificate): ScriptedServer => {
  const kind = DIALOGUES.find((one) => one === script.kind);
  return kind === undefined ? createPlainServer(script, certificate) : createDialogueServer(script, kind, certificate);
};
