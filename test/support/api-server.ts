/** A daemon as far as its clients see it: the pure API machine behind a real socket, with a fixed view of the cluster. */
import { createServer, type Server, type Socket } from 'node:net';
import { emptyFrameStream, encodeFrame, feedFrames } from '../../lib/heartbeat/api/frame.js';
import { type ApiEvent, type ApiFacts, type ApiState, type ApiView, stepApi } from '../../lib/heartbeat/api/session.js';
import { text } from '../../lib/heartbeat/wire/message.js';
import { decodeUnsigned } from '../../lib/heartbeat/wire/unsigned.js';

/**
 * Listens at `path` and believes what clients say about themselves, because Node cannot ask the kernel. Close it in the
 * end.
 */
export const startApiServer = async (
  path: string,
  initial: ApiState,
  view: ApiView,
  facts: ApiFacts,
): Promise<{ readonly close: () => Promise<void> }> => {
  let state = initial;
  let connections = 100;
  const sockets = new Map<number, Socket>();
  const perform = (event: ApiEvent): void => {
    const step = stepApi(state, event, view, facts);
    state = step.state;
    for (const effect of step.effects) {
      if (effect.type === 'reply') sockets.get(effect.connection)?.write(encodeFrame(effect.message));
      if (effect.type === 'close') sockets.get(effect.connection)?.end();
    }
  };
  const server: Server = createServer((socket) => {
    const connection = connections++;
    sockets.set(connection, socket);
    let stream = emptyFrameStream;
    socket.on('data', (chunk) => {
      const step = feedFrames(stream, chunk);
      stream = step.stream;
      for (const body of step.bodies) {
        const decoded = decodeUnsigned(body);
        if (!decoded.ok) continue;
        const { message } = decoded;
        const id = (name: string): number => Number(text(message, name));
        if (text(message, 'reqtype') === 'signon')
          perform({ type: 'connected', connection, credentials: { pid: 0, uid: id('uid'), gid: id('gid') } });
        perform({ type: 'received', connection, message });
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(connection);
      perform({ type: 'closed', connection });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.values()) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
