/** The pgsql check, with the package pg (ldirectord reference 4.4). */
import type { Client, Query, QueryArrayConfig } from 'pg';
import type { Check } from '../check.js';
import { openSocket } from '../socket.js';
import { type SqlDialect, sqlCheck } from './check.js';
import { openEncrypted } from './pgsql-encryption.js';

type Pg = { readonly Client: typeof Client; readonly Query: typeof Query };

/** Values are not looked at, so they need not be made out of their text. */
const asText = { getTypeParser: () => (value: unknown) => value };

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** "invalid authorization": among others, the server's rules do not know such a connection. */
const NOT_THIS_WAY = '28000';

const pgsql: SqlDialect<Pg> = {
  service: 'pgsql',
  packageName: 'pg',
  load: async () => (await import('pg')).default,
  connect: openEncrypted,
  ask: ({ Client, Query }, stream, { login, password, database, query }, { row, done, failed }) => {
    const client = new Client({
      stream: () => stream,
      ssl: false,
      user: login,
      password,
      // As the library of genuine: a database that is not named has the name of the user.
      database: database === '' ? login : database,
      types: asText,
    });
    client.on('error', failed);
    client.connect((error: Error | null) => {
      if (error) {
        failed(error);
        return;
      }
      const config: QueryArrayConfig = { text: query, rowMode: 'array' };
      const asked = client.query(new Query(config));
      let rows = 0;
      asked.on('row', () => {
        rows += 1;
        row();
      });
      asked.on('error', (error) => {
        void client.end();
        setImmediate(() => failed(error));
      });
      asked.on('end', (result) => {
        void client.end();
        // For a query that gives rows, their number has been counted already.
        const last = Array.isArray(result) ? result.at(-1) : result;
        setImmediate(() => done(rows > 0 ? 0 : (last?.rowCount ?? 0)));
      });
    });
  },
  codeOf: (error) => {
    if (typeof error !== 'object' || error === null || !('code' in error) || !('severity' in error)) return undefined;
    return typeof error.code === 'string' && SQLSTATE.test(error.code) ? error.code : undefined;
  },
};

const asPreferred = sqlCheck(pgsql);
const unencrypted = sqlCheck({
  ...pgsql,
  connect: ({ real, port }, signal) => openSocket(real.address, port, signal),
});

/** A server that refuses the encrypted connection is asked once more without, as the library of genuine does. */
export const pgsqlCheck: Check = async (target, signal) => {
  const verdict = await asPreferred(target, signal);
  const refused = verdict.state === 'down' && verdict.cause === 'L7STATUS' && verdict.detail === NOT_THIS_WAY;
  return refused && !signal.aborted ? unencrypted(target, signal) : verdict;
};
