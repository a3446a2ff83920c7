/** PostgreSQL with an empty cluster of its own in a scratch folder, run by its own user as it insists. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { freePort, type RealServer, type ScratchFolder, startServer } from './server.js';

const VERSIONS = '/usr/lib/postgresql';
const SETPRIV = '/usr/bin/setpriv';
const AS_POSTGRES = ['--reuid=postgres', '--regid=postgres', '--clear-groups'];

export interface PostgresOptions {
  /** With these the server encrypts. */
  readonly certificate?: { readonly key: string; readonly cert: string };
  /** The rules of pg_hba.conf. */
  readonly rules: string;
}

const program = (name: string): string => {
  const [newest] = readdirSync(VERSIONS).sort((left, right) => Number(right) - Number(left));
  return `${VERSIONS}/${newest}/bin/${name}`;
};

const asPostgres = (words: readonly string[]): void => {
  execFileSync(SETPRIV, [...AS_POSTGRES, ...words], { stdio: 'pipe', cwd: '/' });
};

/** The user postgres has the password "geheim". What the server logs of its clients is its `output`. */
export const startPostgres = async (
  scratch: ScratchFolder,
  { certificate, rules }: PostgresOptions,
): Promise<RealServer & { readonly port: number }> => {
  const port = await freePort();
  const folder = scratch.folder('pgsql');
  execFileSync('/usr/bin/chown', ['postgres', folder]);
  const data = `${folder}/data`;
  const password = scratch.write('pgsql/password', 'geheim\n');
  const access = ['-A', 'scram-sha-256', `--pwfile=${password}`];
  asPostgres([program('initdb'), '-D', data, ...access, '-N', '-E', 'UTF8', '--locale=C']);
  const hba = scratch.write('pgsql/pg_hba.conf', rules);
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'shared_buffers=1MB',
    'log_connections=on',
    'log_disconnections=on',
    'log_statement=all',
    `hba_file=${hba}`,
  ];
  if (certificate !== undefined) {
    const keyFile = scratch.write('pgsql/key.pem', certificate.key, 0o600);
    const certFile = scratch.write('pgsql/cert.pem', certificate.cert);
    execFileSync('/usr/bin/chown', ['postgres', keyFile]);
    settings.push('ssl=on', `ssl_cert_file=${certFile}`, `ssl_key_file=${keyFile}`);
  }
  const words = [
    program('postgres'),
    '-D',
    data,
    '-p',
    String(port),
    ...settings.flatMap((setting) => ['-c', setting]),
  ];
  const ready = (output: string): boolean => output.includes('ready to accept connections');
  const server = await startServer(SETPRIV, [...AS_POSTGRES, ...words], { ports: [port], ready, cwd: '/' });
  return { ...server, port };
};
