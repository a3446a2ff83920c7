/** Runs a compiled script, of this folder or by its absolute path, in private network, mount, pid and uts namespaces. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What every case finds: its own /run, /etc/ha.d and /var/log, the loopback device up, a known host name.
 * ("ldirectord" must not stand in the command line of process 1: a step writes 1 into the pid file.)
 */
const SETUP = [
  'hostname director',
  'ip link set lo up',
  'mount -t tmpfs -o mode=755 none /run',
  'mount -t tmpfs -o mode=755 none /etc/ha.d',
  'mount -t tmpfs -o mode=755 none /var/log',
  'exec "$@"',
].join(' && ');

/** Hands `order` to the script as JSON and gives back what it wrote; rejects when it fails or takes longer than `limit` ms. */
export const inNamespace = async (script: string, order: unknown, limit: number): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), 'director-case-'));
  const [orderFile, resultFile] = [join(folder, 'order.json'), join(folder, 'result.json')];
  try {
    writeFileSync(orderFile, JSON.stringify(order));
    const program = resolvePath(dirname(fileURLToPath(import.meta.url)), script);
    const unshare = ['-mnpuf', '--mount-proc', '--kill-child', '--propagation', 'private'];
    const argv = [...unshare, '/bin/sh', '-c', SETUP, 'sh', process.execPath, program, orderFile, resultFile];
    const child = spawn('/usr/bin/unshare', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk) => {
      said += chunk.toString('utf8');
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    clearTimeout(timer);
    if (code !== 0) throw new Error(`${script} ended with ${code}: ${said}`);
    return JSON.parse(readFileSync(resultFile, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
