/** Starts a program that is to run beside the daemon, as another user, in a process group of its own, tied to our life. */
import { type ChildProcess, spawn } from 'node:child_process';
import { findProgram } from './exec.js';

export interface ManagedProgram {
  /** Absolute path and arguments. */
  readonly argv: readonly string[];
  readonly uid: number;
  readonly gid: number;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface ProgramWatch {
  readonly onStarted: (pid: number) => void;
  /** Called once for a program that was started. */
  readonly onEnded: (code: number | undefined, signal: NodeJS.Signals | undefined) => void;
  /** Called instead of both others. */
  readonly onFailed: (why: string) => void;
}

/**
 * Puts setpriv(1) (package util-linux, essential in Debian) in front: it gives the program the user's supplementary
 * groups, which libuv would take away, and has the kernel end the program when we die without a word (SIGKILL), so that
 * a restarted daemon never starts a second copy beside it. It executes the program in the same process.
 */
const withUser = ({ uid, gid, argv }: ManagedProgram): readonly string[] | undefined => {
  const setpriv = findProgram('setpriv');
  if (setpriv === undefined) return undefined;
  return [setpriv, `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--pdeathsig=TERM', '--', ...argv];
};

/** Starts it with all three standard streams on /dev/null. Never throws. */
export const startManaged = (program: ManagedProgram, watch: ProgramWatch): void => {
  const full = withUser(program);
  const [file = '', ...args] = full ?? program.argv;
  const ids = full === undefined ? { uid: program.uid, gid: program.gid } : {};
  let child: ChildProcess;
  try {
    child = spawn(file, args, { stdio: 'ignore', detached: true, env: program.env, cwd: program.cwd, ...ids });
  } catch (error) {
    watch.onFailed(String(error));
    return;
  }
  child.once('error', (error) => watch.onFailed(error.message));
  const { pid } = child;
  if (pid === undefined) return;
  child.once('exit', (code, signal) => watch.onEnded(code ?? undefined, signal ?? undefined));
  watch.onStarted(pid);
};

/** Signals a whole process group, which may be gone already. */
export const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
};
