/** The words that resource.d/ldirectord passes on: the genuine script understands them because it is ldirectord itself. */
import { spawn } from 'node:child_process';
import { ldirectordCommand } from './ldirectord.js';

const OWN_VERBS: readonly string[] = ['restart', 'try-restart', 'reload', 'force-reload'];

/** Whether a command line is for ldirectord itself: options first, or a verb that agents do not have. */
export const isForLdirectord = (words: readonly string[]): boolean =>
  words[0]?.startsWith('-') === true || OWN_VERBS.includes(words.at(-1) ?? '');

/** Exit code for a program that cannot be started, as a shell has it. */
const NOT_STARTED = 126;

/** Runs ldirectord with our own standard streams; resolves with its exit code, never rejects. */
export const passOn = (words: readonly string[]): Promise<number> =>
  new Promise((resolve) => {
    const [program, ...first] = ldirectordCommand() ?? [];
    if (program === undefined) {
      process.stderr.write('ldirectord is not installed\n');
      resolve(5);
      return;
    }
    const child = spawn(program, [...first, ...words], { stdio: 'inherit', cwd: '/' });
    child.once('error', () => resolve(NOT_STARTED));
    child.once('exit', (code) => resolve(code ?? NOT_STARTED));
  });
