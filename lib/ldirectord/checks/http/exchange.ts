/** One http request and its answer over a connection of its own. */
import type { Socket } from 'node:net';
import { cannotConnect, onAbort, openSocket, socketError } from '../socket.js';
import { type Demand, startTls } from '../tls.js';
import { type Down, down } from '../verdict.js';
import { requestBytes } from './request.js';
import { type Answer, answerReader, type Reading } from './response.js';
import type { Place } from './url.js';

/** What is kept of a body; a pattern is looked for in this part. */
const BODY_LIMIT = 4 << 20;

export type Exchanged =
  /** `cut`: the time was over before the body was. */
  { readonly answer: Answer; readonly cut: boolean; readonly failure?: undefined } | { readonly failure: Down };

const connection = async (
  place: Place,
  demand: Demand,
  signal: AbortSignal,
): Promise<{ readonly socket: Socket; readonly failure?: undefined } | { readonly failure: Down }> => {
  const opened = await openSocket(place.host, place.port, signal);
  if (opened.failure !== undefined || place.scheme === 'http') return opened;
  return startTls(opened.socket, place.host, place.port, demand, signal);
};

/**
 * Sends the request and reads the answer; never rejects, ends at the latest when `signal` fires.
 *
 * As with genuine, a body that is still coming then is judged by what arrived of it: a page that never ends, or takes
 * longer than negotiatetimeout, is good when it begins well.
 */
export const exchange = async (
  method: 'GET' | 'HEAD',
  place: Place,
  demand: Demand,
  signal: AbortSignal,
): Promise<Exchanged> => {
  const opened = await connection(place, demand, signal);
  if (opened.failure !== undefined) return opened;
  const { socket } = opened;
  return new Promise((resolve) => {
    const reader = answerReader(method, BODY_LIMIT);
    const finish = (result: Exchanged): void => {
      socket.destroy();
      resolve(result);
    };
    const take = (reading: Reading, cut = false): void => {
      if (reading.state === 'done') finish({ answer: reading.answer, cut });
      else if (reading.state === 'broken') finish({ failure: down('L7RESPONSE', `500 ${reading.reason}`) });
    };
    onAbort(signal, () => {
      if (reader.inBody()) take(reader.end(), true);
      else finish({ failure: down('L7TIMEOUT', '500 Timeout Alarm') });
    });
    socket.on('data', (chunk) => take(reader.push(chunk)));
    socket.once('end', () => take(reader.end()));
    socket.once('error', (error) => {
      if (reader.inBody()) {
        take(reader.end());
        return;
      }
      const [cause, why] = socketError(error);
      finish({ failure: down(cause, cannotConnect(place.host, place.port, why)) });
    });
    socket.once('close', () => take(reader.end()));
    // No end(): some servers take a half-closed connection for a client that has gone.
    socket.write(requestBytes(method, place));
  });
};
