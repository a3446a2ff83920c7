/** The mysql check, with the package mysql2 (ldirectord reference 4.4). */
import type { Connection, ConnectionOptions } from 'mysql2';
import { openSocket } from '../socket.js';
import { type SqlDialect, sqlCheck } from './check.js';

type Mysql2 = { readonly createConnection: (options: ConnectionOptions) => Connection };

/** Results that are no rows say how many they changed. */
const changedBy = (result: unknown): number =>
  typeof result === 'object' && result !== null && 'affectedRows' in result ? Number(result.affectedRows) : 0;

/** Errors of the server have numbers like 1045; those of the system are negative. */
const codeOf = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null || !('errno' in error)) return undefined;
  return typeof error.errno === 'number' && error.errno > 0 ? String(error.errno) : undefined;
};

const mysql: SqlDialect<Mysql2> = {
  service: 'mysql',
  packageName: 'mysql2',
  load: async () => (await import('mysql2')).default,
  connect: ({ real, port }, signal) => openSocket(real.address, port, signal),
  ask: ({ createConnection }, stream, { login, password, database, query }, { row, done, failed }) => {
    const connection = createConnection({
      stream,
      user: login,
      password,
      database,
      // The deadline of the check limits everything; a timer of the driver would outlive it.
      connectTimeout: 0,
      // No code is made out of the names of columns, and no file is given to a server that asks for one.
      disableEval: true,
      flags: ['-LOCAL_FILES'],
      rowsAsArray: true,
      typeCast: false,
    });
    let changed = 0;
    // The farewell goes out after the driver has left its event; without one the server logs an aborted connection.
    // After an error of the query its end is told of as well.
    let left = false;
    const leave = (then: () => void): void => {
      if (left) return;
      left = true;
      connection.end();
      setImmediate(then);
    };
    connection.on('error', failed);
    // Packets out of order: the driver would go on, with a line on standard error for each.
    connection.on('warn', (warning) => {
      throw warning;
    });
    const asked = connection.query(query);
    asked.on('error', (error) => {
      if (error.fatal || codeOf(error) === undefined) failed(error);
      else leave(() => failed(error));
    });
    asked.on('result', (result: unknown) => {
      if (Array.isArray(result)) row();
      else changed += changedBy(result);
    });
    asked.once('end', () => leave(() => done(changed)));
  },
  codeOf,
};

export const mysqlCheck = sqlCheck(mysql);
