/** The connection tracking table, from the kernel's file or the conntrack program. */
import { readFile } from 'node:fs/promises';
import { findProgram, run } from '../../platform/exec.js';
import { seconds } from '../../time.js';
import { parseConntrack, type Tracked } from './conntrack.js';

const CONNTRACK_FILE = '/proc/net/nf_conntrack';

export interface TrackedConnections {
  readonly connections: readonly Tracked[];
  /** Why there may be more than these; undefined: they are all. */
  readonly problem: string | undefined;
}

/** What is tracked now. Never rejects. */
export const trackedConnections = async (): Promise<TrackedConnections> => {
  const text = await readFile(CONNTRACK_FILE, 'utf8').catch(() => undefined);
  if (text !== undefined) return { connections: parseConntrack(text), problem: undefined };
  const program = findProgram('conntrack');
  if (program === undefined)
    return {
      connections: [],
      problem: `connections cannot be counted: there is no ${CONNTRACK_FILE}, and the conntrack package is not installed`,
    };
  const results = await Promise.all(
    ['ipv4', 'ipv6'].map((family) => run(program, ['-L', '-f', family], { timeout: seconds(10), maxOutput: 1 << 28 })),
  );
  const failed = results.find(({ code }) => code !== 0);
  return {
    connections: parseConntrack(results.map(({ stdout }) => stdout).join('\n')),
    problem: failed && `connections cannot be counted: ${failed.stderr.trim() || 'conntrack -L failed'}`,
  };
};
