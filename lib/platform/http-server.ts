/** A small web server for people and programs that only read: GET and HEAD, bounded in every direction. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Millis, seconds } from '../time.js';

export interface HttpRequest {
  /** Without the query. */
  readonly path: string;
  /** One character per byte. */
  readonly authorization: string | undefined;
  readonly host: string | undefined;
}

/** Somebody who is told again and again. */
export interface HttpFollower {
  readonly send: (text: string) => void;
  /** He has not taken yet what was sent. */
  readonly isBehind: () => boolean;
}

export type HttpAnswer =
  | {
      readonly kind: 'whole';
      readonly status: number;
      readonly type: string;
      readonly body: string | Buffer;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** `begin` is called when the head of the answer is out, what it answers when the follower has gone. */
  | {
      readonly kind: 'stream';
      readonly type: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly begin: (follower: HttpFollower) => () => void;
    };

export interface HttpLimits {
  /** Connections at a time; more are closed at once. */
  readonly connections: number;
  /** Bytes of a request, which is its head. */
  readonly head: number;
  /** For a request to arrive, and for a connection to be used again. */
  readonly patience: Millis;
  /** For an answer that has an end to be taken. */
  readonly taking: Millis;
  /** Bytes that may wait for a follower before he is cut off. */
  readonly waiting: number;
}

export const HTTP_LIMITS: HttpLimits = {
  connections: 256,
  head: 8192,
  patience: seconds(5),
  taking: seconds(60),
  waiting: 16 << 20,
};

export interface HttpOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
  readonly limits?: HttpLimits;
}

export interface HttpServer {
  readonly port: number;
  /** Closes all connections. */
  readonly close: () => Promise<void>;
}

export type HttpHandler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

const plain = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  ...{ kind: 'whole', status, type: 'text/plain; charset=utf-8', body: `${body}\n`, headers },
});

/** Something is wrong with the request itself; undefined: nothing. */
const refusalOf = ({ method, headers }: IncomingMessage): HttpAnswer | undefined => {
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Only GET and HEAD.', { allow: 'GET, HEAD' });
  const hasBody = headers['transfer-encoding'] !== undefined || !['0', undefined].includes(headers['content-length']);
  return hasBody ? plain(413, 'A request has no body here.') : undefined;
};

const writeWhole = (
  request: IncomingMessage,
  response: ServerResponse,
  answer: Extract<HttpAnswer, { kind: 'whole' }>,
  { taking }: HttpLimits,
): void => {
  const body = Buffer.from(answer.body);
  const late = setTimeout(() => response.destroy(), taking);
  response.once('close', () => clearTimeout(late));
  const headers = { ...answer.headers, 'content-type': answer.type, 'content-length': body.length };
  // What comes behind a request that was refused is not looked at.
  response.writeHead(answer.status, answer.status >= 400 ? { ...headers, connection: 'close' } : headers);
  response.end(request.method === 'HEAD' ? undefined : body);
};

const writeStream = (
  request: IncomingMessage,
  response: ServerResponse,
  { type, headers, begin }: Extract<HttpAnswer, { kind: 'stream' }>,
  { waiting }: HttpLimits,
): void => {
  response.writeHead(200, { ...headers, 'content-type': type, connection: 'close' });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.flushHeaders();
  // He may say nothing for days; that he is still there is seen by what he takes.
  request.socket.setTimeout(0);
  const onGone = begin({
    send: (text) => {
      if (response.destroyed) return;
      response.write(text);
      if (response.writableLength > waiting) response.destroy();
    },
    isBehind: () => response.writableLength > 0,
  });
  response.once('close', onGone);
};

const serve = async (
  request: IncomingMessage,
  response: ServerResponse,
  handle: HttpHandler,
  limits: HttpLimits,
): Promise<void> => {
  response.on('error', () => undefined);
  let answer: HttpAnswer;
  try {
    const [path = '/'] = (request.url ?? '/').split('?');
    const { authorization, host } = request.headers;
    answer = refusalOf(request) ?? (await handle({ path, authorization, host }));
  } catch {
    // A mistake of ours is no reason for the others to go without.
    answer = plain(500, 'This page has failed.');
  }
  if (response.destroyed) return;
  if (answer.kind === 'whole') writeWhole(request, response, answer, limits);
  else writeStream(request, response, answer, limits);
};

const listening = (server: Server, { host, port }: HttpOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve();
    });
  });

/** Listens from now on. Rejects with the system's error, or with OpenSSL's when certificate or key are none. */
export const listenHttp = async (options: HttpOptions, handle: HttpHandler): Promise<HttpServer> => {
  const { tls, limits = HTTP_LIMITS } = options;
  const { patience } = limits;
  const about = {
    maxHeaderSize: limits.head,
    headersTimeout: patience,
    requestTimeout: patience,
    keepAliveTimeout: patience,
    connectionsCheckingInterval: Math.min(1000, patience),
    keepAlive: true,
  };
  const take = (request: IncomingMessage, response: ServerResponse): void =>
    void serve(request, response, handle, limits);
  const server =
    tls === undefined
      ? createServer(about, take)
      : createTlsServer({ ...about, handshakeTimeout: patience, cert: tls.certificate, key: tls.key }, take);
  server.maxConnections = limits.connections;
  server.setTimeout(limits.taking);
  server.on('clientError', (_, socket) => socket.destroy());
  // Switching to another protocol, and proxying, are nothing that we do.
  for (const name of ['upgrade', 'connect'] as const) server.on(name, (_, socket) => socket.destroy());
  await listening(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
