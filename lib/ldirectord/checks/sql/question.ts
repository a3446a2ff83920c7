/** What the database checks ask, and what follows from the answer (ldirectord reference 4.4). */
import { effective } from '../../identity.js';
import { bracketed, hostPort } from '../../names.js';
import { printable } from '../../printable.js';
import type { Target } from '../check.js';
import { errorWords } from '../error-words.js';
import { type Down, down, up, type Verdict } from '../verdict.js';

export interface SqlQuestion {
  readonly login: string;
  readonly password: string;
  readonly database: string;
  readonly query: string;
}

/** Longest piece of a server's words that goes into the log. */
const MAX_WORDS = 200;

/** The question of a target; without a login or a query genuine does not even connect, and says so. */
export const questionOf = ({
  virtual,
  real,
}: Target): { readonly question: SqlQuestion; readonly failure?: undefined } | { readonly failure: Down } => {
  const query = effective(virtual, real).request.replace(/^\//, '');
  const { login, password, database } = virtual;
  if (login !== '' && query !== '') return { question: { login, password, database, query } };
  const note = `Error: Must specify a login and request string for MySQL, Oracle and PostgreSQL checks. Not adding ${bracketed(real.address)}.`;
  return { failure: down('L7EXEC', '', { detail: 'no login or request', note }) };
};

/** Up: the query gave or changed at least one row. */
export const judgeRows = (rows: number): Verdict => (rows > 0 ? up() : down('L7RESPONSE', '', { detail: 'no rows' }));

/** The server's own refusal: its error code, and its words in a line of the log. */
export const refusedBy = ({ virtual, real, port }: Target, code: string, words: string): Down =>
  down('L7STATUS', '', {
    detail: code,
    note: `${virtual.service} ${hostPort(real.address, port)}: ${printable(words.slice(0, MAX_WORDS))}`,
  });

/** An answer that is none, or a connection that broke. */
export const unintelligible = (error: unknown): Down => {
  const [words = ''] = errorWords(error).split('\n');
  return down('L7RESPONSE', '', { detail: printable(words.slice(0, MAX_WORDS)) });
};
