/** mariadbd with a database of its own, made in a scratch folder. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { freePort, type RealServer, type ScratchFolder, startServer } from './server.js';

/** The user bob with the password "geheim" has the database app, with one row in `pool` and none in `nobody`. */
const SETUP = `CREATE DATABASE app;
CREATE TABLE app.pool (enabled INT);
CREATE TABLE app.nobody (enabled INT);
INSERT INTO app.pool VALUES (1);
CREATE USER 'bob'@'%' IDENTIFIED BY 'geheim';
GRANT ALL ON app.* TO 'bob'@'%';
`;

const SMALL = ['--innodb-log-file-size=4M', '--innodb-buffer-pool-size=8M', '--skip-log-error'];

export const startMariadb = async (
  scratch: ScratchFolder,
): Promise<RealServer & { readonly port: number /** What the clients did. */; readonly queries: () => string }> => {
  const port = await freePort();
  const data = scratch.folder('mysql/data', 0o700);
  const common = ['--no-defaults', '--user=root', `--datadir=${data}`, ...SMALL];
  const tables = ['mysql_system_tables.sql', 'mysql_system_tables_data.sql'].map((name) =>
    readFileSync(`/usr/share/mysql/${name}`, 'utf8'),
  );
  // What mariadb-install-db does, which needs a package more.
  const input = ['CREATE DATABASE mysql;', 'USE mysql;', 'SET @auth_root_socket=NULL;', ...tables, ''].join('\n');
  execFileSync('/usr/sbin/mariadbd', [...common, '--bootstrap'], { input, stdio: ['pipe', 'pipe', 'pipe'] });
  const log = scratch.write('mysql/queries.log', '');
  const server = await startServer(
    '/usr/sbin/mariadbd',
    [
      ...common,
      ...[`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${scratch.path}/mysql/socket`],
      ...[`--pid-file=${scratch.path}/mysql/pid`, `--init-file=${scratch.write('mysql/setup.sql', SETUP)}`],
      ...['--general-log=1', `--general-log-file=${log}`],
    ],
    { ports: [port] },
  );
  return { ...server, port, queries: () => readFileSync(log, 'utf8') };
};
