/** The control socket of a daemon: answers questions about what is and what has happened (see lib/control/protocol.ts). */
import { chownSync } from 'node:fs';
import { MAX_QUESTION, parseQuestion, type Question, refusalLine } from '../control/protocol.js';
import { eventLine } from '../events/event.js';
import type { EventStream } from '../events/stream.js';
import { type Millis, seconds } from '../time.js';
import { groupIds } from './accounts.js';
import { askControl } from './control-client.js';
import { ensureFolder } from './run-folder.js';
import { type Connection, type ConnectionEvents, listenLocally, type UnixServer } from './unix-server.js';

/** Root's, so that nobody else can put a socket there; those who may see the cluster are in the group. */
export const CONTROL_FOLDER = '/run/ha-suite-control';
const GROUP = 'haclient';

/** The socket of heartbeat, and of the ldirectord with this configuration. */
export const HEARTBEAT_SOCKET = `${CONTROL_FOLDER}/heartbeat.sock`;
export const directorSocket = (name: string): string => `${CONTROL_FOLDER}/ldirectord-${name}.sock`;

/** Ten thousand real servers are about 5 MiB. */
const MAX_ANSWER = 64 << 20;
/** Who connects asks at once, and takes the answer in this time. */
const PATIENCE = seconds(5);
/** More clients at a time cannot be in honest use. */
const MAX_CLIENTS = 100;

export interface ControlSources {
  /** What is now; any JSON value, or a promise of one that is never broken. */
  readonly snapshot: () => unknown;
  /** The same in short, as one line for the other node, by a promise that is never broken; absent: there is none. */
  readonly summary?: (() => Promise<string>) | undefined;
  readonly events: EventStream;
}

/** An answer that is being given. */
interface Answering {
  /** The client is gone. */
  readonly onClosed: () => void;
  /** It is still to come, and ends the connection then: a client that has closed its side is to get it. */
  readonly isComing: boolean;
}

const GIVEN: Answering = { onClosed: () => undefined, isComing: false };

const answer = (
  connection: Connection,
  question: Question,
  { snapshot, summary, events }: ControlSources,
): Answering => {
  const line = (text: string): void => connection.write(Buffer.from(`${text}\n`));
  const later = (give: () => Promise<string>): Answering => {
    void (async () => {
      try {
        line(await give());
      } finally {
        connection.end();
      }
    })();
    return { ...GIVEN, isComing: true };
  };
  if (question.ask === 'snapshot') return later(async () => JSON.stringify(await snapshot()));
  if (question.ask === 'summary') return later(summary ?? (async () => refusalLine('there is no summary')));
  const stopListening = question.follow ? events.listen((event) => line(eventLine(event))) : undefined;
  for (const event of events.after(question.after)) line(eventLine(event));
  if (stopListening !== undefined) return { ...GIVEN, onClosed: stopListening };
  connection.end();
  return GIVEN;
};

/** Takes one connection: a question within the time, or a refusal. */
const serveClient = (connection: Connection, sources: ControlSources, patience: Millis): ConnectionEvents => {
  let asked = '';
  let isAsked = false;
  let answering = GIVEN;
  const refuse = (why: string): void => {
    isAsked = true;
    connection.write(Buffer.from(`${refusalLine(why)}\n`));
    connection.end();
  };
  const late = setTimeout(() => refuse('nothing was asked'), patience);
  return {
    onData: (data) => {
      if (isAsked) return;
      asked += data.toString('latin1');
      const end = asked.indexOf('\n');
      if (end < 0 && asked.length <= MAX_QUESTION) return;
      clearTimeout(late);
      const question = end < 0 ? { error: 'the question does not end' } : parseQuestion(asked.slice(0, end));
      if ('error' in question) return refuse(question.error);
      isAsked = true;
      answering = answer(connection, question, sources);
    },
    onEnd: () => {
      if (!answering.isComing) connection.end();
    },
    onClosed: () => {
      clearTimeout(late);
      answering.onClosed();
    },
  };
};

/** Gives the group what the folder or the socket is for; without root, or without that group, it stays as it is. */
const giveToGroup = (path: string): void => {
  const gid = groupIds().get(GROUP);
  if (gid === undefined || process.geteuid?.() !== 0) return;
  chownSync(path, 0, gid);
};

/**
 * Answers on `path` from now on. Undefined when another daemon answers there already (one in the foreground beside one in
 * the background). Rejects with the system's error.
 */
export const openControlSocket = async (
  path: string,
  sources: ControlSources,
  { folder = CONTROL_FOLDER, patience = PATIENCE }: { readonly folder?: string; readonly patience?: Millis } = {},
): Promise<UnixServer | undefined> => {
  ensureFolder(folder, 0o750, undefined);
  giveToGroup(folder);
  const other = await askControl(path, { ask: 'snapshot' });
  if (other.kind === 'lines' || other.isThere) return undefined;
  let clients = 0;
  const server = await listenLocally(
    path,
    0o660,
    (connection) => {
      if (clients >= MAX_CLIENTS) {
        connection.write(Buffer.from(`${refusalLine('too many clients')}\n`));
        connection.end();
        return { onData: () => undefined, onClosed: () => undefined };
      }
      clients += 1;
      const { onClosed, ...rest } = serveClient(connection, sources, patience);
      return {
        ...rest,
        onClosed: () => {
          clients -= 1;
          onClosed();
        },
      };
    },
    { maxWaiting: MAX_ANSWER, farewell: patience, halfOpen: true },
  );
  giveToGroup(path);
  return server;
};
