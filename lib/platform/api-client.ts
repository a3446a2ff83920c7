/** A local client of the daemon over its socket (heartbeat reference 7.1 and 7.2). */
import { connect, type Socket } from 'node:net';
import type { ApiClient, Connected } from '../heartbeat/api/client.js';
import { emptyFrameStream, encodeFrame, feedFrames } from '../heartbeat/api/frame.js';
import { type Message, message, text } from '../heartbeat/wire/message.js';
import { decodeUnsigned } from '../heartbeat/wire/unsigned.js';
import { processExists, readPid } from './run-files.js';

export const API_SOCKET = '/run/heartbeat/register';

export interface ClientIdentity {
  /** Name of this node; the daemon does not check it. */
  readonly node: string;
  /** Client name; absent: a casual client, which may only ask. */
  readonly name?: string;
  readonly path?: string;
  readonly pidFile?: string;
}

const isAnswer = (message: Message): boolean => text(message, 't') === 'hbapi-resp';

/** Messages of a socket in their order, each given to the first who waits. */
const makeInbox = (socket: Socket) => {
  let stream = emptyFrameStream;
  let isOver = false;
  let tellEnd = (): void => {};
  const ended = new Promise<void>((resolve) => {
    tellEnd = resolve;
  });
  let queue: readonly Message[] = [];
  let waiting: readonly (() => void)[] = [];
  let listener: ((message: Message) => void) | undefined;
  const wakeAll = (): void => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const end = (): void => {
    isOver = true;
    wakeAll();
    tellEnd();
  };
  const take = (message: Message): void => {
    if (listener !== undefined && !isAnswer(message)) listener(message);
    else queue = [...queue, message];
  };
  socket.on('data', (chunk) => {
    const step = feedFrames(stream, chunk);
    stream = step.stream;
    for (const body of step.bodies) {
      const decoded = decodeUnsigned(body);
      if (decoded.ok) take(decoded.message);
    }
    if (step.problem !== undefined) socket.destroy();
    wakeAll();
  });
  socket.on('close', end);
  socket.on('error', end);
  return {
    ended,
    /** The first message that is wanted, now or later; undefined when the connection is over. */
    receive: async (wanted: (candidate: Message) => boolean): Promise<Message | undefined> => {
      for (;;) {
        const found = queue.find(wanted);
        if (found !== undefined) {
          queue = queue.filter((message) => message !== found);
          return found;
        }
        if (isOver) return undefined;
        await new Promise<void>((resolve) => {
          waiting = [...waiting, resolve];
        });
      }
    },
    listen: (wanted: (message: Message) => void): void => {
      const kept = queue.filter((message) => !isAnswer(message));
      queue = queue.filter(isAnswer);
      listener = wanted;
      for (const message of kept) wanted(message);
    },
  };
};

/** The socket, or the system's code when there is none to be had. */
const opened = (path: string): Promise<Socket | string> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => resolve(String(Reflect.get(error, 'code'))));
  });

const PID_FILE = '/run/heartbeat.pid';

/** The genuine cl_status is set-group-id haclient and gets in; a script cannot be. It must not say "stopped" for that. */
const FORBIDDEN = 'not permitted: ask as root or as a member of the group haclient';

/** Whether a daemon runs behind a folder that we may not look into. */
const runs = (pidFile: string): boolean => {
  const pid = readPid(pidFile);
  return pid !== undefined && processExists(pid);
};

/** Connects and signs on. Never rejects. */
export const connectToDaemon = async (identity: ClientIdentity): Promise<Connected> => {
  const socket = await opened(identity.path ?? API_SOCKET);
  if (typeof socket === 'string') {
    return socket === 'EACCES' && runs(identity.pidFile ?? PID_FILE)
      ? { state: 'refused', reason: FORBIDDEN }
      : { state: 'stopped' };
  }
  const { receive, listen, ended } = makeInbox(socket);
  const pid = String(process.pid);
  const from = identity.name ?? pid;
  const send = (reqtype: string, fields: Readonly<Record<string, string>>): void => {
    const request = message({ t: 'hbapi-req', reqtype, dest: identity.node, pid, from_id: from, ...fields });
    socket.write(encodeFrame(request));
  };
  const answerTo =
    (reqtype: string) =>
    (candidate: Message): boolean =>
      isAnswer(candidate) && text(candidate, 'reqtype') === reqtype;
  const ids = { uid: String(process.geteuid?.() ?? 0), gid: String(process.getegid?.() ?? 0) };
  send('signon', ids);
  const signOn = await receive(answerTo('signon'));
  if (signOn === undefined || text(signOn, 'result') !== 'OK') {
    socket.destroy();
    return { state: 'refused', reason: (signOn && text(signOn, 'info')) ?? 'connection closed' };
  }
  const client: ApiClient = {
    signOn,
    ask: async (reqtype, fields = {}) => {
      send(reqtype, fields);
      const answers: Message[] = [];
      for (;;) {
        const next = await receive(answerTo(reqtype));
        if (next === undefined) return undefined;
        answers.push(next);
        if (text(next, 'result') !== 'ok/more') return answers;
      }
    },
    askCluster: async (reqtype, fields, type, timeout) => {
      send(reqtype, fields);
      const late = new Promise<undefined>((resolve) => {
        setTimeout(() => resolve(undefined), timeout).unref();
      });
      const isReply = answerTo(reqtype);
      return Promise.race([receive((one) => isReply(one) || text(one, 't') === type), late]);
    },
    send: (sent) => void socket.write(encodeFrame(sent)),
    listen,
    ended,
    close: () => {
      send('signoff', {});
      socket.end();
    },
  };
  return { state: 'signed on', client };
};
