/** A connection to PostgreSQL as its own library opens it: encrypted when the server can (sslmode=prefer). */
import type { Socket } from 'node:net';
import type { Target } from '../check.js';
import { lenientDemand } from '../lenient-demand.js';
import { type Opened, onAbort, openSocket, socketError } from '../socket.js';
import { startTls } from '../tls.js';
import { type Down, down } from '../verdict.js';

/** Length 8 and the code that asks for encryption. */
const ENCRYPTION_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** The server's one byte: `S` it can, `N` it cannot. What follows too early is left to whoever reads next. */
const askForEncryption = (socket: Socket, signal: AbortSignal): Promise<'S' | 'N' | Down> =>
  new Promise((resolve) => {
    const settle = (answer: 'S' | 'N' | Down): void => {
      socket.off('readable', read);
      socket.off('error', fail);
      socket.off('end', ended);
      resolve(answer);
    };
    const fail = (error: Error): void => settle(down(socketError(error)[0]));
    const ended = (): void => settle(down('L7RESPONSE', '', { detail: 'connection closed' }));
    const read = (): void => {
      const bytes: Buffer | null = socket.read(1);
      if (bytes === null) return;
      const letter = bytes.toString('latin1');
      settle(letter === 'S' || letter === 'N' ? letter : down('L7RESPONSE', '', { detail: 'no PostgreSQL' }));
    };
    onAbort(signal, () => settle(down('L7TIMEOUT')));
    socket.on('readable', read);
    socket.once('error', fail);
    socket.once('end', ended);
    socket.write(ENCRYPTION_REQUEST);
  });

/** Connects; nothing of the certificate is verified unless ha-suite.ini asks for it, as genuine does. */
export const openEncrypted = async (target: Target, signal: AbortSignal): Promise<Opened> => {
  const { real, port } = target;
  const opened = await openSocket(real.address, port, signal);
  if (opened.failure !== undefined) return opened;
  const answer = await askForEncryption(opened.socket, signal);
  if (answer === 'N') return opened;
  if (answer !== 'S') {
    opened.socket.destroy();
    return { failure: answer };
  }
  return startTls(opened.socket, real.address, port, lenientDemand(target), signal);
};
