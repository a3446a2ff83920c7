/** What servers can do to a check: everything but an honest answer. */
import type { Socket } from 'node:net';

/** Does something to a connection; `opening` is how an honest server of the service would begin, `reset` ends it by RST. */
export type Behaviour = (socket: Socket, opening: Buffer, reset: () => void) => void;

const BLOCK = 65_536;

/** Writes without end, a block every few milliseconds: these servers share their processor with what they torture. */
const pour = (socket: Socket, pattern: string): void => {
  const block = Buffer.from(pattern.repeat(Math.ceil(BLOCK / pattern.length)));
  const timer = setInterval(() => {
    if (!socket.writableNeedDrain) socket.write(block);
  }, 10).unref();
  socket.write(block);
  socket.once('close', () => clearInterval(timer));
};

const drip = (socket: Socket, bytes: Buffer): void => {
  let at = 0;
  const timer = setInterval(() => {
    socket.write(bytes.subarray(at % bytes.length, (at % bytes.length) + 1));
    at += 1;
  }, 20).unref();
  socket.once('close', () => clearInterval(timer));
};

/** Bytes that are no UTF-8, with line ends in between. */
const NO_TEXT = Buffer.from(
  Array.from({ length: 4096 }, (_, index) => (index % 50 === 49 ? 10 : 0x80 + (index % 128))),
);

export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  silence: () => undefined,
  'an endless banner': (socket) => pour(socket, 'x'),
  'endless lines': (socket) => pour(socket, '220-x\r\n'),
  'one byte at a time': (socket, opening) => drip(socket, opening.length === 0 ? Buffer.from('x') : opening),
  'a gigabyte behind a good beginning': (socket, opening) => {
    socket.write(opening);
    pour(socket, 'x\r\n');
  },
  'zeros behind a good beginning': (socket, opening) => {
    socket.write(opening);
    pour(socket, '\0');
  },
  'a gigabyte in answer': (socket, opening) => {
    socket.write(opening);
    socket.once('data', () => pour(socket, 'x\r\n'));
  },
  'its own words': (socket) => void socket.on('data', (chunk) => socket.write(chunk)),
  'no text': (socket) => void socket.write(NO_TEXT),
  'no text in answer': (socket, opening) => {
    socket.write(opening);
    socket.on('data', () => socket.write(NO_TEXT));
  },
  'a good beginning and silence': (socket, opening) => void socket.write(opening),
  'an end at once': (socket) => void socket.end(),
  'an end after the beginning': (socket, opening) => void socket.end(opening),
  'a reset at once': (_socket, _opening, reset) => reset(),
  'a reset after the beginning': (socket, opening, reset) => void socket.write(opening, reset),
  'a reset in answer': (socket, opening, reset) => {
    socket.write(opening);
    socket.once('data', reset);
  },
  'a reset at the second word': (socket, opening, reset) => {
    socket.write(opening);
    socket.once('data', () => {
      socket.write(opening);
      socket.once('data', reset);
    });
  },
  'half a TLS record': (socket) => void socket.write(Buffer.from('16030340000200', 'hex')),
  'a TLS alert': (socket) => void socket.write(Buffer.from('15030300020228', 'hex')),
};
