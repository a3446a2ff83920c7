/** Asks a name server one question, by UDP or TCP, and waits for the answer to it and to nothing else. */
import { askByDatagram } from '../datagram.js';
import { onAbort, openSocket, socketError } from '../socket.js';
import { type Down, down } from '../verdict.js';
import { questionBytes, type Reading, readAnswer } from './message.js';
import type { Question } from './question.js';

export type DnsAnswer = Extract<Reading, { readonly kind: 'answer' }>;
export type DnsExchange = { readonly answer: DnsAnswer; readonly failure?: undefined } | { readonly failure: Down };

const LENGTH_BYTES = 2;

/** Cuts messages out of a TCP stream; keeps no more than one message of at most 64 KiB. */
export const createFrames = (): ((chunk: Buffer) => readonly Buffer[]) => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const frames: Buffer[] = [];
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + rest.readUInt16BE(0);
      if (rest.length < end) break;
      frames.push(rest.subarray(LENGTH_BYTES, end));
      rest = rest.subarray(end);
    }
    return frames;
  };
};

/** Over TCP, the message with its length before it. */
export const askByTcp = async (
  host: string,
  port: number,
  id: number,
  question: Question,
  signal: AbortSignal,
): Promise<DnsExchange> => {
  const opened = await openSocket(host, port, signal);
  if (opened.failure !== undefined) return opened;
  const { socket } = opened;
  return new Promise((resolve) => {
    const frames = createFrames();
    const finish = (result: DnsExchange): void => {
      socket.destroy();
      resolve(result);
    };
    const ended = (): void => finish({ failure: down('L7RESPONSE', '', { detail: 'connection closed' }) });
    onAbort(signal, () => finish({ failure: down('L7TIMEOUT') }));
    socket.on('data', (chunk) => {
      for (const frame of frames(chunk)) {
        const reading = readAnswer(frame, id, question);
        if (reading.kind === 'answer') finish({ answer: reading });
      }
    });
    socket.once('error', (error) => finish({ failure: down(socketError(error)[0]) }));
    socket.once('end', ended);
    socket.once('close', ended);
    const message = questionBytes(id, question);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt16BE(message.length);
    socket.write(Buffer.concat([length, message]));
  });
};

/** By UDP; an answer that is marked as truncated is asked for again by TCP, as genuine does. */
export const askByUdp = async (
  host: string,
  port: number,
  id: number,
  question: Question,
  signal: AbortSignal,
): Promise<DnsExchange> => {
  const read = (bytes: Uint8Array): Reading | undefined => {
    const reading = readAnswer(bytes, id, question);
    return reading.kind === 'other' ? undefined : reading;
  };
  const asked = await askByDatagram(host, port, { message: () => questionBytes(id, question), read }, signal);
  if (asked.failure !== undefined) return asked;
  return asked.answer.kind === 'answer' ? { answer: asked.answer } : askByTcp(host, port, id, question, signal);
};
