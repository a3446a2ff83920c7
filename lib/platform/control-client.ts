/** Asks a daemon on its control socket. */
import { connect } from 'node:net';
import { type Question, questionLine } from '../control/protocol.js';
import { type Millis, seconds } from '../time.js';
import { errorCode } from './error-code.js';
import { errorText } from './error-text.js';

/** Ten thousand real servers are about 5 MiB. */
const MAX_ANSWER = 64 << 20;
const ASK_TIMEOUT = seconds(5);

export type Answer =
  /** The lines of the answer, without their ends; an incomplete last line is left out. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  /** `isThere`: somebody may listen all the same. */
  | { readonly kind: 'none'; readonly problem: string; readonly isThere: boolean };

const problemOf = (error: unknown, path: string): Extract<Answer, { kind: 'none' }> => {
  const code = String(errorCode(error));
  if (code === 'EACCES') {
    const problem = `the daemon may not be asked by you: ask as root or as a member of the group haclient (${path})`;
    return { kind: 'none', problem, isThere: true };
  }
  const isThere = !['ENOENT', 'ECONNREFUSED'].includes(code);
  const problem = isThere
    ? `the daemon cannot be asked: ${errorText(error)} (${path})`
    : `the daemon has no ${path}: it is an earlier version, or another program`;
  return { kind: 'none', problem, isThere };
};

/** Asks a question that has an end, whose answer is at most `most` bytes long; never rejects. */
export const askControl = (
  path: string,
  question: Question,
  timeout: Millis = ASK_TIMEOUT,
  most: number = MAX_ANSWER,
): Promise<Answer> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const socket = connect(path);
    const end = (answer: Answer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const none = (problem: string): void => end({ kind: 'none', problem, isThere: true });
    const timer = setTimeout(() => none(`the daemon does not answer within ${timeout / 1000} s`), timeout);
    socket.on('connect', () => socket.write(questionLine(question)));
    socket.on('data', (chunk) => {
      size += chunk.length;
      if (size > most) none('the answer of the daemon does not end');
      else chunks.push(chunk);
    });
    socket.on('end', () =>
      end({ kind: 'lines', lines: Buffer.concat(chunks).toString('utf8').split('\n').slice(0, -1) }),
    );
    socket.on('error', (error) => end(problemOf(error, path)));
  });

/** A line of an answer longer than this is none of ours. */
const MAX_LINE = 1 << 20;

/**
 * Calls `hear` for each line of an answer that goes on, until `signal` is aborted or the daemon hangs up; resolves then,
 * with what went wrong if it never answered. Never rejects.
 */
export const followControl = (
  path: string,
  question: Question,
  hear: (line: string) => void,
  signal: AbortSignal,
): Promise<string | undefined> =>
  new Promise((resolve) => {
    let rest = '';
    let isConnected = false;
    const socket = connect(path);
    const end = (problem: string | undefined): void => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(problem);
    };
    const stop = (): void => end(undefined);
    signal.addEventListener('abort', stop);
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      isConnected = true;
      socket.write(questionLine(question));
    });
    socket.on('data', (text) => {
      const lines = (rest + String(text)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) return end('the daemon sends a line that does not end');
      for (const line of lines) hear(line);
    });
    socket.on('error', (error) => end(isConnected ? undefined : problemOf(error, path).problem));
    socket.on('close', () => end(undefined));
    if (signal.aborted) stop();
  });
