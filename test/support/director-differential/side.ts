/** One of the two programs: a mount namespace with its own /run, /etc/ha.d, log and ipvsadm, in the network of the lane. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type IpvsServer, startIpvsServer } from '../director-golden/ipvs-server.js';
import type { CliResult } from '../director-golden/replay.js';
import { textOf } from '../files.js';
import { hostsFile } from './hosts.js';

export type SideName = 'genuine' | 'ours';

/** The word that both are called with. */
export const CONFIG = 'test.cf';

export interface Side {
  readonly name: SideName;
  readonly ipvs: IpvsServer;
  /** Runs the program; a command that hangs is killed after two minutes. */
  readonly run: (...words: readonly string[]) => Promise<CliResult>;
  /** Text of a file as this side sees it; empty when there is none. */
  readonly read: (path: string) => string;
  readonly write: (path: string, text: string) => void;
  readonly remove: (path: string) => void;
  /** The daemon of the pid file, if there is one. */
  readonly pid: () => number | undefined;
}

const LOG = '/var/log/ldirectord.log';
export const logOf = (side: Side): string => side.read(LOG);

const ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C',
  // Otherwise genuine executes itself a second time to set it.
  PERLIO: 'perlio',
  // Genuine goes through its reals in the order of a hash when it starts.
  PERL_HASH_SEED: '0',
  HA_SUITE_IPVS_ENGINE: 'kernel',
};

/**
 * Genuine loads what its http check needs within the time of its first check; on a busy machine that alone can take longer,
 * and a module that was not loaded to the end never works again. Loaded beforehand, that cannot happen.
 */
const PRELOAD_MODULE =
  'delete $ENV{PERL5OPT}; # what the daemon runs needs none of it\nrequire LWP::Protocol::http;\n1;\n';
const STARTS = ['start', 'restart', 'try-restart'];

const HANGS = 120_000;

/** Starts a process that keeps the mount namespace open for as long as we live. */
const holdNamespace = (folder: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const setup = [
      'mount -t tmpfs -o mode=755 none /run',
      'mkdir /run/lock',
      'mount -t tmpfs -o mode=755 none /etc/ha.d',
      'mount -t tmpfs -o mode=755 none /var/log',
      `mount --bind ${folder}/ipvsadm /usr/sbin/ipvsadm`,
      `mount --bind ${folder}/hosts /etc/hosts`,
      `mount --bind ${folder}/resolv /etc/resolv.conf`,
      'echo ready',
      'exec cat',
    ].join(' && ');
    const argv = ['-m', '--propagation', 'private', '/bin/sh', '-c', setup];
    const child = spawn('/usr/bin/unshare', argv, { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdout.on('data', () => resolve(child.pid ?? 0));
    child.on('exit', (code) => reject(new Error(`the mount namespace ended with ${code}`)));
  });

/** Makes a side whose files lie in `folder`, which both sides and the lane see. */
export const openSide = async (name: SideName, program: readonly string[], folder: string): Promise<Side> => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/hosts`, hostsFile(name));
  writeFileSync(`${folder}/resolv`, '');
  writeFileSync(`${folder}/Preload.pm`, PRELOAD_MODULE);
  const ipvs = await startIpvsServer(`${folder}/ipvsadm`, `${folder}/by-hand`, folder);
  const holder = await holdNamespace(folder);
  const inside = (path: string): string => `/proc/${holder}/root${path.replace('/var/run', '/run')}`;
  const read = (path: string): string => textOf(inside(path));
  return {
    name,
    ipvs,
    read,
    write: (path, text) => {
      mkdirSync(dirname(inside(path)), { recursive: true });
      writeFileSync(inside(path), text);
      chmodSync(inside(path), 0o755);
    },
    remove: (path) => rmSync(inside(path), { recursive: true, force: true }),
    pid: () => {
      const pid = Number(read(`/run/ldirectord.${CONFIG}.pid`).trim());
      return pid > 0 ? pid : undefined;
    },
    run: (...words) =>
      new Promise((resolve) => {
        const argv = ['-m', '-t', String(holder), '--', ...program, ...words];
        const starts = words.some((word) => STARTS.includes(word));
        const env = { ...ENVIRONMENT, ...(starts ? { PERL5OPT: `-I${folder} -MPreload` } : {}) };
        const child = spawn('/usr/bin/nsenter', argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
        const timer = setTimeout(() => child.kill('SIGKILL'), HANGS);
        let stdout = '';
        let stderr = '';
        child.stdout.on('data', (chunk) => {
          stdout += chunk.toString('utf8');
        });
        child.stderr.on('data', (chunk) => {
          stderr += chunk.toString('utf8');
        });
        child.on('close', (code, signal) => {
          clearTimeout(timer);
          resolve({ argv: words, rc: code ?? `signal ${signal}`, stdout, stderr });
        });
      }),
  };
};
