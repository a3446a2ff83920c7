/** Runs the command `ha` in the test, with files that are only imagined. */
import { runHa } from '../../lib/ha/run-ha.js';
import { SUB_COMMANDS } from '../../lib/ha/sub-commands.js';

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** A file that the command has written (latin1), and its permission bits. */
export interface Written {
  readonly text: string;
  readonly mode: number;
}

/** What `ha WORDS` prints and answers where these are all the files that can be read; `written` gets what it writes. */
export const haIn = async (
  files: Readonly<Record<string, string>>,
  words: readonly string[],
  written: Map<string, Written> = new Map(),
): Promise<Said> => {
  let [stdout, stderr] = ['', ''];
  const code = await runHa(words, 'ha-suite test', SUB_COMMANDS, {
    read: (path) => {
      const text = written.get(path)?.text ?? files[path];
      return text === undefined ? { problem: 'No such file or directory' } : { text };
    },
    write: (path, text, mode, replace) => {
      if (!replace && (written.has(path) || path in files)) return 'File exists';
      written.set(path, { text, mode });
      return undefined;
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
