/** One hostile server for every kind of check and every behaviour, plain and behind TLS, and hostile answers over UDP. */
import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { makeCertificate } from '../certificate.js';
import { BEHAVIOURS, type Behaviour } from './behaviours.js';
import { KINDS, type Kind } from './kinds.js';

/** Which check meets which behaviour, and where. */
export interface Meeting {
  /** Index in KINDS. */
  readonly kind: number;
  readonly behaviour: string;
  readonly port: number;
}

export interface HostileServers {
  readonly meetings: readonly Meeting[];
  readonly close: () => Promise<void>;
}

const flipped = (datagram: Buffer, at: number): Buffer => {
  const copy = Buffer.from(datagram);
  if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
};

/** What may come back over UDP; `answer` sends a datagram. */
const UDP: Readonly<Record<string, (question: Buffer, answer: (datagram: Buffer) => void) => void>> = {
  silence: () => undefined,
  'its own words': (question, answer) => answer(question),
  // The identifier: the first two bytes of DNS, the second one of RADIUS; what is left of it in a text of SIP.
  'another identifier': (question, answer) => {
    for (const at of [0, 1, 2, 3]) answer(flipped(question, at));
  },
  'an answer to another question': (question, answer) => {
    const asText = question.toString('latin1');
    const other = asText.replace(/^OPTIONS/, 'SIP/2.0 200 OK\r\nX: ').replace(/(Call-ID: ).*/, '$1another');
    answer(Buffer.from(other, 'latin1'));
    // DNS with the response bit set and the answer count wrong; RADIUS accept without a valid authenticator.
    const response = Buffer.from(question);
    if (response.length > 8) response.writeUInt16BE(0x8180, 2);
    if (response.length > 8) response.writeUInt16BE(0xffff, 6);
    answer(response);
    const accept = Buffer.from(question);
    accept[0] = 2;
    answer(accept);
  },
  'a flood': (question, answer) => {
    for (let count = 0; count < 200; count += 1) answer(flipped(question, count % question.length));
  },
  'no text': (_, answer) => answer(Buffer.alloc(1400, 0xfe)),
  nothing: (_, answer) => answer(Buffer.alloc(0)),
  'as much as there can be': (_, answer) => answer(Buffer.alloc(60_000, 'x')),
};

const listenTcp = (server: Server, sockets: Set<Socket>): Promise<number> =>
  new Promise((resolve) => {
    server.prependListener('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const torture =
  (behaviour: Behaviour, { opening }: Kind, sockets: ReadonlySet<Socket>) =>
  (socket: Socket): void => {
    // Behind TLS the connection itself is another object.
    const { remotePort } = socket;
    const reset = (): void => {
      [...sockets].find((one) => one.remotePort === remotePort)?.resetAndDestroy();
    };
    socket.on('error', () => undefined);
    // A check that has gone must be seen to have gone.
    socket.on('end', () => socket.end());
    socket.resume();
    behaviour(socket, opening, reset);
  };

export const startHostileServers = async (): Promise<HostileServers> => {
  const { key, cert } = makeCertificate({ commonName: '127.0.0.1', addresses: ['127.0.0.1'] });
  const sockets = new Set<Socket>();
  const closers: (() => Promise<void>)[] = [];
  const meetings: Meeting[] = [];
  const listen = async (server: Server): Promise<number> => {
    closers.push(() => new Promise((resolve) => server.close(() => resolve())));
    return listenTcp(server, sockets);
  };
  const listenUdp = (act: (question: Buffer, answer: (datagram: Buffer) => void) => void): Promise<number> =>
    new Promise((resolve) => {
      const socket = createSocket('udp4');
      closers.push(() => new Promise((done) => socket.close(() => done())));
      socket.on('error', () => undefined);
      socket.on('message', (question, from) =>
        act(question, (datagram) => socket.send(datagram, from.port, from.address)),
      );
      socket.bind(0, '127.0.0.1', () => resolve(socket.address().port));
    });
  for (const [index, kind] of KINDS.entries()) {
    if (kind.protocol === 'udp') {
      for (const [behaviour, act] of Object.entries(UDP))
        meetings.push({ kind: index, behaviour, port: await listenUdp(act) });
      continue;
    }
    for (const [behaviour, act] of Object.entries(BEHAVIOURS)) {
      const serve = torture(act, kind, sockets);
      meetings.push({ kind: index, behaviour, port: await listen(createServer({ allowHalfOpen: true }, serve)) });
      if (!kind.tls) continue;
      const behindTls = createTlsServer({ key, cert, allowHalfOpen: true }, serve).on(
        'tlsClientError',
        () => undefined,
      );
      meetings.push({ kind: index, behaviour: `${behaviour}, behind TLS`, port: await listen(behindTls) });
    }
  }
  return {
    meetings,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(closers.map((close) => close()));
    },
  };
};
