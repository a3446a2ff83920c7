/** The engine for kernels with ip_vs: everything goes through ipvsadm, one process for each batch. */
import { run } from '../../platform/exec.js';
import { findIpvsadm } from '../../platform/ipvsadm-program.js';
import { seconds } from '../../time.js';
import { applyChanges } from '../apply.js';
import { printRestore } from '../grammar/print-command.js';
import type { Change, Engine, FailedChange, Table } from '../model.js';
import { makeQueue } from './queue.js';
import { createReader } from './reader.js';
import { unfulfilled } from './verify.js';

export interface KernelEngine extends Engine {
  readonly name: 'kernel';
}

export interface KernelOptions {
  /** Absolute path of ipvsadm; default: looked for. */
  readonly program?: string;
}

/** The longest that one ipvsadm may take: a thousand lines need about a second on the slowest machine seen. */
const DEADLINE = seconds(10);

/**
 * Bytes given to one ipvsadm. The system takes so much in one piece, so that a daemon that is killed leaves no program
 * behind that reads half a line and acts on it.
 */
const PIECE = 65_536;

/**
 * For how many milliseconds a table that was read counts as what is there before a batch. Should somebody have changed it
 * meanwhile, the look at the table after the batch tells.
 */
const FRESH = 1000;

/** Both listings: -S has no thresholds, and --thresholds has neither weights nor methods. */
const READ = '-S -n\n-L -n --thresholds\n';

/** Whole lines, gathered into texts of at most `limit` bytes (a longer line stands alone). */
export const inPieces = (lines: readonly string[], limit: number): readonly string[] => {
  const pieces: string[] = [];
  let piece = '';
  for (const line of lines) {
    if (piece !== '' && piece.length + line.length > limit) {
      pieces.push(piece);
      piece = '';
    }
    piece += line;
  }
  return piece === '' ? pieces : [...pieces, piece];
};

/** What ipvsadm said beyond the refusals that were foreseen; each of those is taken away once. */
const unexpected = (stderr: string, foreseen: readonly string[]): readonly string[] => {
  const left = [...foreseen];
  return stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => {
      const at = left.indexOf(line);
      if (at !== -1) left.splice(at, 1);
      return line !== '' && at === -1;
    });
};

/** Opens the kernel engine. Rejections say that ipvsadm itself cannot be run. */
export const openKernel = ({ program = findIpvsadm() }: KernelOptions = {}): KernelEngine => {
  const queue = makeQueue();
  const tablesIn = createReader();
  let seen: { readonly table: Table; readonly at: number } | undefined;

  const recent = (age: number): Table | undefined =>
    seen !== undefined && performance.now() - seen.at < age ? seen.table : undefined;
  const remember = (table: Table): Table => {
    seen = { table, at: performance.now() };
    return table;
  };

  /** Feeds lines to one `ipvsadm -R`. */
  const restore = async (input: string) => {
    if (program === undefined) throw new Error('ipvsadm is not installed: the kernel engine needs the ipvsadm package');
    const result = await run(program, ['-R'], { timeout: DEADLINE, maxOutput: 1 << 26, input });
    if (result.startError !== undefined) throw new Error(`cannot run ${program}: ${result.startError}`);
    if (result.timedOut) throw new Error(`${program} -R did not end in time`);
    return result;
  };

  const read = async (): Promise<Table> => {
    const result = await restore(READ);
    const table = tablesIn(result.stdout)[0];
    if (table === undefined) throw new Error(`cannot read the IPVS table: ${result.stderr.trim() || 'no output'}`);
    return remember(table);
  };

  const apply = async (changes: readonly Change[]): Promise<readonly FailedChange[]> => {
    if (changes.length === 0) return [];
    // ipvsadm -R goes on after a line that the kernel refuses and does not say which one it was, so the table is read
    // before and after, and what should have come of it is compared with what did.
    const known = recent(FRESH);
    seen = undefined;
    const lines = [known === undefined ? READ : '', ...changes.map((change) => printRestore([change])), READ];
    let stdout = '';
    let stderr = '';
    for (const piece of inPieces(lines, PIECE)) {
      const result = await restore(piece);
      stdout += result.stdout;
      stderr += result.stderr;
    }
    const [before, there] = known === undefined ? tablesIn(stdout) : [known, ...tablesIn(stdout)];
    if (before === undefined) throw new Error(`cannot read the IPVS table: ${stderr.trim() || 'no output'}`);
    // A line that ipvsadm cannot parse ends the whole batch.
    const after = there === undefined ? await read() : remember(there);
    const { table: expected, refused } = applyChanges(before, changes);
    const rest = unexpected(
      stderr,
      refused.map(({ reason }) => reason),
    );
    const reason = rest.length === 0 ? 'is not in the IPVS table afterwards' : rest.join('; ');
    const failed = new Set(refused.map(({ change }) => change));
    const made = changes.filter((change) => !failed.has(change));
    return [...refused, ...unfulfilled(made, expected, after, () => reason)];
  };

  return {
    name: 'kernel',
    read: (age = 0) => queue(async () => recent(age) ?? read()),
    foresee: (actual, changes) => applyChanges(actual, changes).refused,
    apply: (changes) => queue(() => apply(changes)),
  };
};
