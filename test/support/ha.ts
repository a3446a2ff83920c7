/** Runs the command `ha` in the test, with files that are only imagined. */
import { runHa } from '../../lib/ha/run-ha.js';
import { SUB_COMMANDS } from '../../lib/ha/sub-commands.js';

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** What `ha WORDS` prints and answers where these are all the files that can be read. */
export const haIn = async (files: Readonly<Record<string, string>>, words: readonly string[]): Promise<Said> => {
  let [stdout, stderr] = ['', ''];
  const code = await runHa(words, 'ha-suite test', SUB_COMMANDS, {
    read: (path) => {
      const text = files[path];
      return text === undefined ? { problem: 'No such file or directory' } : { text };
    },
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
