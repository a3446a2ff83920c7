/** Goes on as another program in the same process: execve(2). */
import { type BigIntStats, statSync } from 'node:fs';
import { errorText, loadNative } from './native.js';

/** Standard input, output and error. */
const STANDARD = [0, 1, 2];

/** Tells one content of a file from another; undefined when there is no such file. */
const identity = (path: string): string | undefined => {
  let stat: BigIntStats;
  try {
    stat = statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs].join(' ');
};

/** The files this process was started from: the script, behind whatever links lead to it, and Node itself. */
export interface OwnProgram {
  /** Whether both are there and at least one of them is another one than at the start. */
  readonly isReplaced: () => boolean;
  readonly script: string;
}

/** Looks at our program; to be called at the start. */
export const ownProgram = (script = process.argv[1] ?? ''): OwnProgram => {
  const look = (): readonly (string | undefined)[] => [script, process.execPath].map(identity);
  const before = look();
  return {
    script,
    isReplaced: () => {
      const now = look();
      return now.every((one) => one !== undefined) && now.some((one, index) => one !== before[index]);
    },
  };
};

/**
 * Runs `file` with `argv` (its first word included) and our environment in this process, under the same process id. `more`
 * is added to the environment. The files that Node has opened are closed by it, except for standard input, output and error. Resolves only when that cannot be done, with the reason.
 */
export const becomeProgram = async (
  file: string,
  argv: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const native = await loadNative();
  if (native === undefined) return 'the package koffi is not installed';
  const environment = Object.entries({ ...process.env, ...more }).map(([name, value]) => `${name}=${value ?? ''}`);
  // Node closes these too, and a service manager reads what the daemon says on them.
  for (const fd of STANDARD) native.setCloseOnExecute(fd, false);
  const refused = native.execute(file, argv, environment);
  for (const fd of STANDARD) native.setCloseOnExecute(fd, true);
  return errorText(refused);
};
