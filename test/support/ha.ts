/** Runs the command `ha` in the test, with files that are only imagined. */
import { runHa } from '../../lib/ha/run-ha.js';
import type { World } from '../../lib/ha/sub-command.js';
import { SUB_COMMANDS } from '../../lib/ha/sub-commands.js';
import { onMachine } from './check-machine.js';

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const NO_DAEMONS: World['daemons'] = {
  list: () => [],
  past: () => [],
  ask: async () => ({ kind: 'none', problem: 'nobody is there', isThere: false }),
  follow: async () => 'nobody is there',
};

/** Keeps what is printed. */
export const paper = () => {
  const written = { stdout: '', stderr: '' };
  return {
    written,
    print: (text: string): void => {
      written.stdout += text;
    },
    complain: (text: string): void => {
      written.stderr += text;
    },
  };
};

/** A machine without files, daemons and terminal, where nothing else is said. */
export const worldWith = (world: Partial<World>): World => ({
  read: () => ({ problem: 'No such file or directory' }),
  list: () => ({ problem: 'No such file or directory' }),
  write: () => 'Read-only file system',
  ...onMachine({}),
  print: () => {},
  complain: () => {},
  coloured: false,
  interrupted: new AbortController().signal,
  daemons: NO_DAEMONS,
  servePlace: () => Promise.reject(new Error('nobody serves in this test')),
  wall: () => 0,
  ...world,
});

/** A file that the command has written (latin1), and its permission bits. */
export interface Written {
  readonly text: string;
  readonly mode: number;
}

/** Files that can be read, and written: what is written ends up in `written`. */
export const writingTo = (
  files: Readonly<Record<string, string>>,
  written: Map<string, Written>,
): Pick<World, 'read' | 'write'> => ({
  read: (path) => {
    const text = written.get(path)?.text ?? files[path];
    return text === undefined ? { problem: 'No such file or directory' } : { text };
  },
  write: (path, text, mode, replace) => {
    if (!replace && (written.has(path) || path in files)) return 'File exists';
    written.set(path, { text, mode });
    return undefined;
  },
});

/** What `ha WORDS` prints and answers where these are all the files that can be read. */
export const haIn = async (
  files: Readonly<Record<string, string>>,
  words: readonly string[],
  world: Partial<World> = {},
): Promise<Said> => {
  const { written, print, complain } = paper();
  const read: World['read'] = (path) => {
    const text = files[path];
    return text === undefined ? { problem: 'No such file or directory' } : { text };
  };
  const code = await runHa(words, 'ha-suite test', SUB_COMMANDS, worldWith({ read, print, complain, ...world }));
  return { ...written, code };
};
