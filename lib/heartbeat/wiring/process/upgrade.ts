/** A reload after an upgrade: the new program takes over in the same process, as genuine's always does (reference 6.7). */
import type { Log } from '../../../log.js';
import { run } from '../../../platform/exec.js';
import { becomeProgram, type OwnProgram } from '../../../platform/reexec.js';
import { seconds } from '../../../time.js';
import type { Holding } from '../../cluster/interface.js';

/** The words for the new program: what we were started with, and what it finds. */
export const upgradeArguments = (words: readonly string[], kept: Holding): readonly string[] => {
  const own = words.filter((word, index) => word !== '-R' && word !== '-C' && words[index - 1] !== '-C');
  return [...own, '-R', '-C', kept];
};

export interface UpgradeOptions {
  readonly program: OwnProgram;
  /** The words behind our own name. */
  readonly words: readonly string[];
  /** What the new program must find in its environment beside ours. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
  /** Writes everything logged so far. */
  readonly drained: () => Promise<void>;
}

/** How long the new program may take to look at the files. */
const CHECK_LIMIT = seconds(20);

export interface Upgrade {
  /** Looks, while the old life goes on, whether another program stands where ours stood, and whether it works. */
  readonly prepare: () => Promise<void>;
  /**
   * Becomes the new program when there is one; otherwise returns, and the new life goes on with what is in memory. That
   * is the rule and not the fallback: it is faster, and at no moment a signal kills it.
   */
  readonly become: (kept: Holding) => Promise<void>;
}

export const watchForUpgrade = ({ program, words, environment, log, drained }: UpgradeOptions): Upgrade => {
  const start = [...process.execArgv, program.script];
  let usable = false;
  return {
    prepare: async () => {
      usable = false;
      if (!program.isReplaced()) return;
      const { code, stdout, stderr } = await run(process.execPath, [...start, '--check'], { timeout: CHECK_LIMIT });
      usable = code === 0;
      if (usable) return;
      const why = (stderr + stdout).trim().split('\n')[0] || `exit code ${code}`;
      log('WARN', `The program on the disk is a new one and does not work (${why}): going on with the old one.`);
    },
    become: async (kept) => {
      if (!usable) return;
      usable = false;
      log('info', 'The program on the disk is a new one: it takes over.');
      await drained();
      const refused = await becomeProgram(
        process.execPath,
        [process.execPath, ...start, ...upgradeArguments(words, kept)],
        environment,
      );
      log('WARN', `The new program cannot take over in this process (${refused}): going on with the old one.`);
    },
  };
};
