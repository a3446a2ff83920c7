import type { Log } from '../../log.js';
import { findProgram, run } from '../../platform/exec.js';
import { isExecutableFile } from '../../platform/executable.js';
import { seconds } from '../../time.js';
import type { FallbackCall } from '../director.js';
import { splitCommandLine } from '../shell-line.js';

/** Genuine waits without limit and stands still meanwhile. */
const TIMEOUT = seconds(60);

const runWords = async (words: readonly string[], log: Log): Promise<void> => {
  const [program = '', ...args] = words;
  const path = program.includes('/') ? program : findProgram(program);
  const text = words.join(' ');
  log('debug', `Running system(${text})`);
  if (path === undefined) {
    log('ERROR', `system(${text}) failed: No such file or directory`);
    return;
  }
  const result = await run(path, args, { timeout: TIMEOUT, maxOutput: 4096 });
  if (result.code === 0) return;
  const why =
    result.startError ??
    (result.timedOut ? `no end after ${TIMEOUT / 1000} s, killed` : undefined) ??
    (result.killedBy === undefined ? `exit status ${result.code}` : `killed by ${result.killedBy}`);
  const said = result.stderr.trim().split('\n')[0] ?? '';
  log('ERROR', `system(${text}) failed: ${why}${said === '' ? '' : ` (${said})`}`);
};

/**
 * Runs fallback commands one after the other for each virtual, so that a stop never overtakes its start.
 *
 * A plain line is run directly; one that uses a shell's own language is given to /bin/sh as genuine does, with the
 * arguments handed over separately (ldirectord reference 4.7 and 7, no. 18).
 */
export const createFallbackRunner = (log: Log): ((calls: readonly FallbackCall[]) => void) => {
  const queues = new Map<string, Promise<void>>();
  return (calls) => {
    for (const { virtualId, command, args } of calls) {
      const line = splitCommandLine(command);
      const words =
        line.kind === 'words' ? [...line.words, ...args] : ['/bin/sh', '-c', `${line.line} "$@"`, 'sh', ...args];
      const before = queues.get(virtualId) ?? Promise.resolve();
      queues.set(
        virtualId,
        before.then(() => runWords(words, log)),
      );
    }
  };
};

/** Tells the callback that the configuration file has changed; only a whole executable path counts (reference 5.6). */
export const runCallback = async (callback: string | undefined, configPath: string, log: Log): Promise<void> => {
  if (callback !== undefined && isExecutableFile(callback)) await runWords([callback, configPath], log);
};
