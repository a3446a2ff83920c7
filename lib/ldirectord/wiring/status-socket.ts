/** Wiring: the local socket on which the daemon tells its live state, and the question of the `status` command. */
import { connect } from 'node:net';
import { errorCode } from '../../platform/error-code.js';
import { errorText } from '../../platform/error-text.js';
import { ensureFolder } from '../../platform/run-folder.js';
import { listenLocally, type UnixServer } from '../../platform/unix-server.js';
import { type Millis, seconds } from '../../time.js';

/** Ours alone: root's, so that nobody else can put a socket there. */
const FOLDER = '/run/ldirectord-ts';

/** Ten thousand real servers are about 5 MiB. */
const MAX_ANSWER = 64 << 20;
const ASK_TIMEOUT = seconds(5);

/** The socket of the daemon with this config name. */
export const statusSocketPath = (name: string): string => `${FOLDER}/${name}.sock`;

/** Only root and the daemon's own user may ask; without koffi the mode 0600 of the socket says the same. */
const mayAsk = (uid: number | undefined): boolean => uid === undefined || uid === 0 || uid === process.geteuid?.();

export type Answer =
  | { readonly kind: 'text'; readonly text: string }
  /** `isThere`: somebody may listen all the same. */
  | { readonly kind: 'none'; readonly problem: string; readonly isThere: boolean };

/** Asks the daemon; never rejects. */
export const askDaemon = (path: string, timeout: Millis = ASK_TIMEOUT): Promise<Answer> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const socket = connect(path);
    const end = (answer: Answer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(
      () => end({ kind: 'none', problem: `the daemon does not answer within ${timeout / 1000} s`, isThere: true }),
      timeout,
    );
    socket.on('data', (chunk) => {
      size += chunk.length;
      if (size > MAX_ANSWER) end({ kind: 'none', problem: 'the answer of the daemon does not end', isThere: true });
      else chunks.push(chunk);
    });
    socket.on('end', () => end({ kind: 'text', text: Buffer.concat(chunks).toString('utf8') }));
    socket.on('error', (error) => {
      const isThere = !['ENOENT', 'ECONNREFUSED'].includes(String(errorCode(error)));
      const problem = isThere
        ? `the daemon cannot be asked: ${errorText(error)} (${path})`
        : `the daemon has no ${path}: it is an earlier version, or another program`;
      end({ kind: 'none', problem, isThere });
    });
  });

/**
 * Tells whoever connects what `tell` gives, and hangs up. Undefined when another daemon of that name answers there (one
 * in the foreground beside one in the background). Rejects with the system's error.
 */
export const openStatusSocket = async (path: string, tell: () => string): Promise<UnixServer | undefined> => {
  ensureFolder(FOLDER, 0o700, undefined);
  const other = await askDaemon(path);
  if (other.kind === 'text' || other.isThere) return undefined;
  return listenLocally(
    path,
    0o600,
    (connection) => {
      if (mayAsk(connection.credentials?.uid)) connection.write(Buffer.from(tell()));
      connection.end();
      return { onData: () => undefined, onClosed: () => undefined };
    },
    { maxWaiting: MAX_ANSWER, farewell: ASK_TIMEOUT },
  );
};
