/** The ldap and ldaps checks: bind, then look for one entry (ldirectord reference 4.4). */
import { encodeBytes } from '../../config/bytes.js';
import { effective } from '../../identity.js';
import type { Check, Target } from '../check.js';
import { lenientDemand } from '../lenient-demand.js';
import { receiveMatcher } from '../receive.js';
import { type Opened, onAbort, openSocket, socketError } from '../socket.js';
import { startTls } from '../tls.js';
import { down, up, type Verdict, worded } from '../verdict.js';
import { bindRequest, createReader, type LdapMessage, searchRequest, unbindRequest } from './message.js';

const SUCCESS = 0;
const BIND = 1;
const SEARCH = 2;

/** The words of genuine for each stage that can fail. */
const CONNECTION_FAILED = 'Connection failed';
const BIND_FAILED = 'Bind failed';
const NO_ANSWER = 'No answer received';

const connection = async (target: Target, signal: AbortSignal): Promise<Opened> => {
  const { virtual, real, port } = target;
  const opened = await openSocket(real.address, port, signal);
  if (opened.failure !== undefined || virtual.service === 'ldap') return opened;
  return startTls(opened.socket, real.address, port, lenientDemand(target), signal);
};

/** Up: exactly one entry, whose name matches `receive` when there is one. */
export const judge = (
  names: readonly string[],
  code: number,
  matches: ((text: string) => boolean) | undefined,
): Verdict => {
  const [name] = names;
  if (name === undefined || names.length > 1)
    return code === SUCCESS
      ? down('L7RESPONSE', NO_ANSWER, { detail: name === undefined ? 'no entry' : 'more than one entry' })
      : down('L7STATUS', NO_ANSWER, { detail: String(code) });
  return matches === undefined || matches(name) ? up('Success') : down('L7PATTERN', 'Response mismatch');
};

export const ldapCheck: Check = async (target, signal) => {
  const { virtual, real } = target;
  const { request, receive } = effective(virtual, real);
  const connected = await connection(target, signal);
  // Genuine goes on to a second verdict, "No answer received", which counts as a failure of its own (reference 7, no. 15).
  if (connected.failure !== undefined) return worded(connected.failure, CONNECTION_FAILED);
  const { socket } = connected;
  return new Promise((resolve) => {
    const read = createReader();
    const names: string[] = [];
    let stage: typeof BIND | typeof SEARCH = BIND;
    const stageText = (): string => (stage === BIND ? BIND_FAILED : NO_ANSWER);
    const finish = (verdict: Verdict): void => {
      socket.destroy();
      resolve(verdict);
    };
    const broken = (detail: string): void => finish(down('L7RESPONSE', stageText(), { detail }));
    const hear = (message: LdapMessage): void => {
      // Answers to nothing that was asked, such as a notice of disconnection.
      if (message.id !== stage) return;
      if (stage === BIND && message.kind === 'bound') {
        if (message.code !== SUCCESS) {
          finish(down('L7STATUS', BIND_FAILED, { detail: String(message.code) }));
          return;
        }
        stage = SEARCH;
        socket.write(searchRequest(SEARCH, encodeBytes(request.replace(/^\//, ''))));
      } else if (stage === SEARCH && message.kind === 'entry') {
        if (names.length < 2) names.push(message.name);
      } else if (stage === SEARCH && message.kind === 'done') {
        socket.write(unbindRequest(SEARCH + 1));
        finish(judge(names, message.code, receiveMatcher(receive)));
      }
    };
    onAbort(signal, () => finish(down('L7TIMEOUT', NO_ANSWER)));
    socket.on('data', (chunk: Buffer) => {
      if (socket.destroyed) return;
      const messages = read(chunk);
      if (messages === 'broken') broken('no LDAP');
      else for (const message of messages) hear(message);
    });
    socket.once('error', (error) => finish(down(socketError(error)[0], stageText())));
    socket.once('end', () => broken('connection closed'));
    socket.once('close', () => broken('connection closed'));
    const named = virtual.login !== '' && virtual.password !== '';
    const login = named ? virtual.login : '';
    socket.write(bindRequest(BIND, encodeBytes(login), encodeBytes(named ? virtual.password : '')));
  });
};
