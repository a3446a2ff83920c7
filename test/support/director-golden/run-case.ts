/** Replays a recorded case in private network, mount, pid and uts namespaces. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createKernel } from './kernel.js';
import type { Order, Outcome } from './replay.js';
import type { RecordedCase } from './scenario.js';

const replayProgram = join(dirname(fileURLToPath(import.meta.url)), 'replay.js');

/**
 * What every case finds: its own /run, /etc/ha.d and /var/log, the loopback device up, a known host name.
 * ("ldirectord" must not stand in the command line of process 1: a step writes 1 into the pid file.)
 */
const SETUP = [
  'hostname director',
  'ip link set lo up',
  'mount -t tmpfs none /run',
  'mount -t tmpfs none /etc/ha.d',
  'mount -t tmpfs none /var/log',
  'exec "$@"',
].join(' && ');

/** A case that hangs is ended. */
const LONGEST_CASE = 100_000;

const change = /^(?:\/run\/cap\/ipvsadm\.real) (-[AEDade] .*)$/;

/** Changes that a step makes to the table by hand. */
const byHand = (command: string | undefined): readonly (readonly string[])[] =>
  (command ?? '').split(';').flatMap((part) => {
    const words = change.exec(part.trim())?.[1];
    return words === undefined ? [] : [words.split(' ')];
  });

/** The table after each step, worked out from the commands that were recorded. */
export const recordedTables = ({ scenario, calls }: RecordedCase): readonly (readonly string[])[] => {
  const kernel = createKernel();
  return scenario.steps.map((step, index) => {
    for (const argv of byHand(step.sh)) kernel.run(argv, '');
    for (const call of calls) if (call.step === index + 1) kernel.run(call.argv, '');
    return kernel.lines();
  });
};

export interface ReplayOptions {
  readonly program: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly expected?: readonly (readonly string[])[];
  readonly longestPause?: number;
}

/** Rejects when the case could not be played to its end. */
export const runCase = async (recorded: RecordedCase, options: ReplayOptions): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'director-case-'));
  const [orderFile, resultFile] = [join(folder, 'order.json'), join(folder, 'result.json')];
  const order: Order = {
    scenario: recorded.scenario,
    config: recorded.config,
    program: options.program,
    env: { ...recorded.scenario.env, ...options.env },
    expected: options.expected ?? recordedTables(recorded),
    longestPause: options.longestPause ?? 1500,
  };
  try {
    writeFileSync(orderFile, JSON.stringify(order));
    const unshare = ['-mnpuf', '--mount-proc', '--kill-child', '--propagation', 'private'];
    const argv = [...unshare, '/bin/sh', '-c', SETUP, 'sh', process.execPath, replayProgram, orderFile, resultFile];
    const child = spawn('/usr/bin/unshare', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk) => {
      said += chunk.toString('utf8');
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), LONGEST_CASE);
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    clearTimeout(limit);
    if (code !== 0) throw new Error(`case ${recorded.scenario.name} ended with ${code}: ${said}`);
    return JSON.parse(readFileSync(resultFile, 'utf8')) as Outcome;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
