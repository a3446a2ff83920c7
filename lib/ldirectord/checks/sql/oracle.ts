/** The oracle check, with the package oracledb in its thin mode (ldirectord reference 4.4). */
import type { Check, Target } from '../check.js';
import { loadDriver } from '../driver.js';
import { errorWords } from '../error-words.js';
import { onAbort } from '../socket.js';
import { type Cause, down, type Verdict } from '../verdict.js';
import { guardSocket, withAdoption } from './adopted-sockets.js';
import { judgeRows, questionOf, refusedBy, type SqlQuestion, unintelligible } from './question.js';
import { createFrameCheck } from './tns-frames.js';

/** All that a server may send, in bytes. */
const LONGEST_ANSWER = 4 << 20;

/** What cannot stand in a connect descriptor as it is. */
const SPECIAL = /[()=\s"'\\]/;

/** Where the driver connects to: by SID, as genuine does. */
export const connectString = (address: string, port: number, sid: string): string =>
  `(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=${address})(PORT=${port}))(CONNECT_DATA=(SID=${sid})))`;

/** The refusals of a listener for which the driver has words and a number of its own. */
const LISTENER: ReadonlyMap<string, string> = new Map([
  ['NJS-518', 'ORA-12514'],
  ['NJS-519', 'ORA-12505'],
]);

/** The driver tells of errors of the system by their message only. */
const SYSTEM: ReadonlyMap<string, Cause> = new Map([
  ['ECONNREFUSED', 'L4REFUSED'],
  ['ECONNRESET', 'L4RESET'],
  ['EHOSTUNREACH', 'L4UNREACHABLE'],
  ['ENETUNREACH', 'L4UNREACHABLE'],
  ['ETIMEDOUT', 'L4TIMEOUT'],
]);

/** What an error of the driver means. */
export const judgeError = (error: unknown, target: Target): Verdict => {
  const words = errorWords(error);
  const code = LISTENER.get(words.slice(0, 7)) ?? /\bORA-\d+/.exec(words)?.[0];
  if (code !== undefined) return refusedBy(target, code, words.replace(/ \(CONNECTION_ID=[^)]*\)/, ''));
  const system = [...SYSTEM].find(([name]) => words.includes(name));
  return system === undefined ? unintelligible(error) : down(system[1]);
};

type Oracledb = typeof import('oracledb')['default'];

const ask = async (driver: Oracledb, target: Target, { login, password, database, query }: SqlQuestion) => {
  const connection = await driver.getConnection({
    user: login,
    password,
    connectString: connectString(target.real.address, target.port, database),
  });
  try {
    const { rows, rowsAffected } = await connection.execute(query, [], { maxRows: 1, autoCommit: true });
    return judgeRows(rows?.length ?? rowsAffected ?? 0);
  } finally {
    await connection.close().catch(() => undefined);
  }
};

export const oracleCheck: Check = async (target, signal) => {
  const asked = questionOf(target);
  if (asked.failure !== undefined) return asked.failure;
  const { question } = asked;
  if (SPECIAL.test(question.database)) return down('L7EXEC', '', { detail: 'database is no SID' });
  const loaded = await loadDriver('oracle', 'oracledb', async () => (await import('oracledb')).default);
  if (loaded.failure !== undefined) return loaded.failure;
  if (signal.aborted) return down('L7TIMEOUT');
  return new Promise((resolve) => {
    onAbort(signal, () => resolve(down('L7TIMEOUT')));
    const answered = withAdoption(
      (socket) => guardSocket(socket, { limit: LONGEST_ANSWER, accepts: createFrameCheck() }, signal),
      () => ask(loaded.driver, target, question),
    );
    answered.then(resolve, (error: unknown) => resolve(judgeError(error, target)));
  });
};
