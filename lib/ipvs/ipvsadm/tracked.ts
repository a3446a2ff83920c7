/** The connection tracking table, from the kernel's file or the conntrack program. */
import { readFile } from 'node:fs/promises';
import { createBreather } from '../../platform/breather.js';
import { now } from '../../platform/clock.js';
import { findProgram, run } from '../../platform/exec.js';
import { millis, seconds } from '../../time.js';
import { parseConntrack, type Tracked } from './conntrack.js';

const CONNTRACK_FILE = '/proc/net/nf_conntrack';

/** Bytes that are read at a time: some hundred connections, about a millisecond. */
const PIECE = 65_536;
/** A director has hundreds of thousands of connections: its checks and packets are not kept waiting longer by reading them. */
const LONGEST = millis(5);

const NEWLINE = 10;

/** Whole lines, in pieces of about so many bytes. */
export function* piecesOf(text: Buffer, length = PIECE): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf(NEWLINE, start + length);
    const end = newline === -1 ? text.length : newline + 1;
    yield text.toString('latin1', start, end);
    start = end;
  }
}

/** Reads what is tracked, piece by piece; resolves with why there may be more. */
export type ReadTracked = (each: (connections: readonly Tracked[]) => void) => Promise<string | undefined>;

/** Reads what is tracked now. Never rejects unless `each` throws. */
export const readTracked: ReadTracked = async (each) => {
  const breathe = createBreather(LONGEST, () => now().mono);
  const read = async (text: Buffer): Promise<void> => {
    for (const piece of piecesOf(text)) {
      each(parseConntrack(piece));
      await breathe();
    }
  };
  const file = await readFile(CONNTRACK_FILE).catch(() => undefined);
  if (file !== undefined) {
    await read(file);
    return undefined;
  }
  const program = findProgram('conntrack');
  if (program === undefined)
    return `connections cannot be counted: there is no ${CONNTRACK_FILE}, and the conntrack package is not installed`;
  const results = await Promise.all(
    ['ipv4', 'ipv6'].map((family) => run(program, ['-L', '-f', family], { timeout: seconds(10), maxOutput: 1 << 28 })),
  );
  for (const { stdout } of results) await read(Buffer.from(stdout, 'latin1'));
  const failed = results.find(({ code }) => code !== 0);
  return failed && `connections cannot be counted: ${failed.stderr.trim() || 'conntrack -L failed'}`;
};

/** What is tracked now, as far as it can be known. Never rejects. */
export const trackedConnections = async (): Promise<readonly Tracked[]> => {
  const connections: Tracked[] = [];
  await readTracked((more) => connections.push(...more));
  return connections;
};
