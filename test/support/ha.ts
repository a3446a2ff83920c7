/** Runs the command `ha` in the test, with files that are only imagined. */
import { runHa } from '../../lib/ha/run-ha.js';
import { SUB_COMMANDS } from '../../lib/ha/sub-commands.js';
import { type Changes, machineFor } from './check-machine.js';

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** What `ha WORDS` prints and answers where these are all the files that can be read, on a machine with these changes. */
export const haIn = async (
  files: Readonly<Record<string, string>>,
  words: readonly string[],
  changes: Changes = {},
): Promise<Said> => {
  let [stdout, stderr] = ['', ''];
  const code = await runHa(words, 'ha-suite test', SUB_COMMANDS, {
    read: (path) => {
      const text = files[path];
      return text === undefined ? { problem: 'No such file or directory' } : { text };
    },
    machine: async (questions) => machineFor(questions, changes),
    print: (text) => {
      stdout += text;
    },
    complain: (text) => {
      stderr += text;
    },
    coloured: false,
    interrupted: new AbortController().signal,
  });
  return { stdout, stderr, code };
};
