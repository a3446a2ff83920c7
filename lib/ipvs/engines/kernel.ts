/** The engine for kernels with ip_vs: everything goes through ipvsadm, one process for each batch. */
import { findProgram, run } from '../../platform/exec.js';
import { seconds } from '../../time.js';
import { applyChanges } from '../apply.js';
import { withThresholds } from '../grammar/parse-listing.js';
import { printRestore } from '../grammar/print-command.js';
import { parseSaved } from '../grammar/save.js';
import type { Change, Engine, FailedChange, Table } from '../model.js';
import { makeQueue } from './queue.js';
import { unfulfilled } from './verify.js';

export interface KernelEngine extends Engine {
  readonly name: 'kernel';
}

export interface KernelOptions {
  /** Absolute path of ipvsadm; default: looked for. */
  readonly program?: string;
}

/** The longest that one batch may take; `ipvsadm -R` needs about a second for 1,100 lines. */
const DEADLINE = seconds(30);

/** Both listings: -S has no thresholds, and --thresholds has neither weights nor methods. */
const READ = '-S -n\n-L -n --thresholds\n';

const isRule = (line: string): boolean => /^-[Aa] /.test(line);

/**
 * The tables in the output of a batch that holds `READ` one or more times: the rules between the listings belong to the
 * listing that follows them.
 */
export const parseReads = (output: string): readonly Table[] => {
  const reads: { rules: string[]; listing: string[] }[] = [];
  let rules: string[] = [];
  for (const line of output.split('\n')) {
    if (isRule(line)) rules.push(line);
    else if (line.startsWith('IP Virtual Server version')) {
      reads.push({ rules, listing: [] });
      rules = [];
    } else reads.at(-1)?.listing.push(line);
  }
  return reads.map((read) => withThresholds(parseSaved(read.rules.join('\n')), read.listing.join('\n')));
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
export const openKernel = ({ program = findProgram('ipvsadm') }: KernelOptions = {}): KernelEngine => {
  const queue = makeQueue();

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
    const table = parseReads(result.stdout)[0];
    if (table === undefined) throw new Error(`cannot read the IPVS table: ${result.stderr.trim() || 'no output'}`);
    return table;
  };

  const apply = async (changes: readonly Change[]): Promise<readonly FailedChange[]> => {
    if (changes.length === 0) return [];
    // ipvsadm -R goes on after a line that the kernel refuses and does not say which one it was, so the table is read
    // before and after, and what should have come of it is compared with what did.
    const result = await restore(`${READ}${printRestore(changes)}${READ}`);
    const [before, seen] = parseReads(result.stdout);
    if (before === undefined) throw new Error(`cannot read the IPVS table: ${result.stderr.trim() || 'no output'}`);
    // A line that ipvsadm cannot parse ends the whole batch.
    const after = seen ?? (await read());
    const { table: expected, refused } = applyChanges(before, changes);
    const rest = unexpected(
      result.stderr,
      refused.map(({ reason }) => reason),
    );
    const reason = rest.length === 0 ? 'is not in the IPVS table afterwards' : rest.join('; ');
    const made = changes.filter((change) => refused.every((one) => one.change !== change));
    return [...refused, ...unfulfilled(made, expected, after, () => reason)];
  };

  return { name: 'kernel', read: () => queue(read), apply: (changes) => queue(() => apply(changes)) };
};
