/** The shape of the mysql and pgsql checks: a connection of ours, a driver that speaks over it, one verdict. */
import type { Socket } from 'node:net';
import type { Check, Target } from '../check.js';
import { type Driver, loadDriver } from '../driver.js';
import { errorWords } from '../error-words.js';
import { type Opened, onAbort } from '../socket.js';
import { down, type Verdict, worded } from '../verdict.js';
import { DriverStream } from './driver-stream.js';
import { judgeRows, questionOf, refusedBy, type SqlQuestion, unintelligible } from './question.js';

/** All that a server may send, in bytes; a query for a check has a short answer. */
const LONGEST_ANSWER = 4 << 20;

/** How a driver says what it hears; only the first of `done` and `failed` counts. */
export interface Hearing {
  /** A row has come. It is not kept. */
  readonly row: () => void;
  /** The query has ended; `changed`: rows that it changed, when it is not one that gives rows. */
  readonly done: (changed: number) => void;
  readonly failed: (error: unknown) => void;
}

/** What tells one database from another. */
export interface SqlDialect<D> {
  readonly service: string;
  readonly packageName: string;
  readonly load: () => Promise<D>;
  readonly connect: (target: Target, signal: AbortSignal) => Promise<Opened>;
  /** Logs in over the stream and makes the query once. May throw. */
  readonly ask: (driver: D, stream: DriverStream, question: SqlQuestion, hearing: Hearing) => void;
  /** The server's code for a refusal; undefined: the error is not from the server. */
  readonly codeOf: (error: unknown) => string | undefined;
}

/** One session; ends at the latest when `signal` fires, and takes its connection along. */
const session = <D>(
  { ask, codeOf }: SqlDialect<D>,
  driver: D,
  socket: Socket,
  target: Target,
  question: SqlQuestion,
  signal: AbortSignal,
): Promise<Verdict> =>
  new Promise((resolve) => {
    const stream = new DriverStream(socket, LONGEST_ANSWER);
    let rows = 0;
    const finish = (verdict: Verdict): void => {
      resolve(verdict);
      stream.destroy();
    };
    const failed = (error: unknown): void => {
      const code = codeOf(error);
      if (code !== undefined) finish(refusedBy(target, code, errorWords(error)));
      // A result that is too long for us has rows nevertheless.
      else if (rows > 0) finish(judgeRows(rows));
      else finish(unintelligible(error));
    };
    onAbort(signal, () => finish(down('L7TIMEOUT')));
    stream.once('error', failed);
    stream.once('close', () => failed(new Error('connection closed')));
    try {
      ask(driver, stream, question, {
        row: () => {
          rows += 1;
        },
        done: (changed) => finish(judgeRows(rows + changed)),
        failed,
      });
    } catch (error) {
      failed(error);
    }
  });

export const sqlCheck =
  <D>(dialect: SqlDialect<D>): Check =>
  async (target, signal) => {
    const asked = questionOf(target);
    if (asked.failure !== undefined) return asked.failure;
    const loaded: Driver<D> = await loadDriver(dialect.service, dialect.packageName, dialect.load);
    if (loaded.failure !== undefined) return loaded.failure;
    const connected = await dialect.connect(target, signal);
    if (connected.failure !== undefined) return worded(connected.failure, '');
    return session(dialect, loaded.driver, connected.socket, target, asked.question, signal);
  };
