/** The ftp check: logs in, fetches the file and looks for the pattern in it (ldirectord reference 4.4). */
import { isIPv6 } from 'node:net';
import { effective } from '../identity.js';
import type { Check } from './check.js';
import { converse } from './dialogue/converse.js';
import { conclude, type Dialogue, refused, say } from './dialogue/dialogue.js';
import { openPlain } from './dialogue/open.js';
import { kindOf, type Reply, reply } from './dialogue/reply.js';
import { activeData, type DataConnection, passiveData } from './ftp-data.js';
import { receiveMatcher } from './receive.js';
import { up, type Verdict } from './verdict.js';

export interface FtpQuestion {
  readonly login: string;
  readonly password: string;
  /** With its leading slash. */
  readonly request: string;
  /** Undefined: nothing is expected of the file. */
  readonly matches: ((text: string) => boolean) | undefined;
  /** Our end of the connection. */
  readonly localAddress: string;
  readonly passive: boolean;
}

function* command(words: string): Dialogue<Reply> {
  yield* say(words);
  return yield* reply('same number');
}

/** USER and PASS; the reply that refused them, if one did. */
function* logIn({ login, password }: FtpQuestion): Dialogue<Reply | undefined> {
  // A service that follows from the port brings no login.
  const user = yield* command(`USER ${login === '' ? 'anonymous' : login}`);
  if (kindOf(user) === 2) return undefined;
  if (kindOf(user) !== 3) return user;
  const pass = yield* command(`PASS ${password}`);
  return kindOf(pass) === 2 ? undefined : pass;
}

/** `PORT 192,0,2,1,179,1`, or EPRT for IPv6 (RFC 2428). */
const activeCommand = (address: string, port: number): string =>
  isIPv6(address) ? `EPRT |2|${address}|${port}|` : `PORT ${[...address.split('.'), port >> 8, port & 255].join(',')}`;

/** The port in an answer to PASV or EPSV; its address is not looked at, since the real server is where we ask. */
const passivePort = (line: string): number | undefined => {
  const [, extended, high, low] = /\(\|\|\|(\d+)\|\)/.exec(line) ?? /()(\d+),(\d+)\D*$/.exec(line) ?? [];
  const port = extended ? Number(extended) : Number(high) * 256 + Number(low);
  return port > 0 && port < 65536 ? port : undefined;
};

/** Makes the second connection possible; the reply that refused that, if one did. */
function* arrange({ localAddress, passive }: FtpQuestion, data: DataConnection): Dialogue<Reply | undefined> {
  const pasv = isIPv6(localAddress) ? 'EPSV' : 'PASV';
  // Genuine asks for passive mode whatever follows, and does not look at the answer.
  yield* command(pasv);
  if (!passive) {
    const answer = yield* command(activeCommand(localAddress, data.port));
    return kindOf(answer) === 2 ? undefined : answer;
  }
  const answer = yield* command(pasv);
  const port = passivePort(answer.line);
  if (kindOf(answer) !== 2 || port === undefined) return answer;
  data.dial(port);
  return undefined;
}

/**
 * As in genuine the answers up to RETR do not decide, only the file does; when it does not come, they say why.
 *
 * Where nothing is expected, a server that speaks ftp is up, whatever it refuses: many configurations give neither a
 * login nor a file that exists.
 */
export function* ftpDialogue(question: FtpQuestion, data: DataConnection): Dialogue {
  const { request, matches } = question;
  const greeting = yield* reply('same number');
  if (kindOf(greeting) !== 2) return refused('L7STATUS', greeting.line);
  const refusal = yield* logIn(question);
  yield* command('CWD /');
  yield* command('TYPE I');
  let failure = yield* arrange(question, data);
  let verdict: Verdict = up();
  if (failure === undefined) {
    const answer = yield* command(`RETR ${request}`);
    if (kindOf(answer) !== 1 && kindOf(answer) !== 2) failure = answer;
  }
  if (matches !== undefined) {
    const text = failure === undefined ? ((yield { act: 'transfer' }) ?? '') : '';
    if (!matches(text))
      verdict = failure === undefined ? refused('L7PATTERN', text) : refused('L7STATUS', (refusal ?? failure).line);
  }
  yield* conclude(verdict);
  if (failure === undefined && matches !== undefined) yield* reply('same number');
  yield* command('QUIT');
  return verdict;
}

/** As libnet decides it: the environment may ask for passive mode. */
const wantsPassive = (): boolean => !['', '0'].includes(process.env.FTP_PASSIVE ?? '');

export const ftpCheck: Check = async (target, signal) => {
  const { virtual, real } = target;
  const opened = await openPlain(target, signal);
  if (opened.failure !== undefined) return opened.failure;
  const { channel } = opened;
  const { localAddress } = channel;
  const passive = wantsPassive();
  const data = passive ? passiveData(real.address, signal) : await activeData(localAddress, signal);
  const { request, receive } = effective(virtual, real);
  const { login, password } = virtual;
  const question = { login, password, request, matches: receiveMatcher(receive), localAddress, passive };
  try {
    return await converse(channel, ftpDialogue(question, data), signal, data.text);
  } finally {
    data.close();
  }
};
