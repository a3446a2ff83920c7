/** Scripted real servers on the loopback addresses of a case: http, https, a port that only listens, one that never answers. */
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { ServerScript } from './scenario.js';

export interface ScriptedServer {
  readonly start: () => Promise<void>;
  /** Closes the port and every connection, so that the next connect is refused. */
  readonly stop: () => Promise<void>;
  readonly set: (options: Partial<ServerScript>) => void;
  /** The requests that came, and a dot for each connection that ended without one. */
  readonly seen: () => readonly string[];
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
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

/** Makes a server; it does not listen before `start`. */
export const createScriptedServer = (initial: ServerScript, certificate: Certificate): ScriptedServer => {
  let script = initial;
  let server: Server | undefined;
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
    if (script.kind === 'http')
      answerHttp(
        socket,
        () => script,
        (request) => {
          asked = true;
          seen.push(request);
        },
      );
    else {
      socket.resume();
      socket.on('end', () => socket.end());
    }
  };
  return {
    start: () =>
      new Promise((resolve, reject) => {
        const options = { allowHalfOpen: true };
        server = script.tls
          ? createTlsServer({ ...options, ...certificate }, onConnection).on('tlsClientError', () => undefined)
          : createTcpServer(options, onConnection);
        server.once('error', reject);
        server.listen({ port: script.port, host: script.addr }, resolve);
      }),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        if (server === undefined) resolve();
        else server.close(() => resolve());
        server = undefined;
      }),
    set: (options) => {
      script = { ...script, ...options };
    },
    seen: () => seen,
  };
};
