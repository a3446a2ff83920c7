/** checktype=external and external-perl: a program decides by its exit status (ldirectord reference 4.5). */
import { resolve } from 'node:path';
import { type ExecResult, findProgram, run } from '../../platform/exec.js';
import { millis } from '../../time.js';
import { bracketed } from '../names.js';
import type { Check, Target } from './check.js';
import { type Down, down, up, type Verdict } from './verdict.js';

/** Between SIGTERM, which a script may want to hear, and SIGKILL, in milliseconds. */
const GRACE = millis(150);

const NO_PERL = 'perl is not installed';

/** The texts of strerror(3). */
const START_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  ENOEXEC: 'Exec format error',
  ENOTDIR: 'Not a directory',
  ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long',
  ETXTBSY: 'Text file busy',
  EAGAIN: 'Resource temporarily unavailable',
  ENOMEM: 'Cannot allocate memory',
  EMFILE: 'Too many open files',
  ENFILE: 'Too many open files in system',
};

/** The four arguments: address (or mark) and port of the virtual, address and port of the real as configured. */
export const checkArguments = ({ virtual: { key }, real }: Pick<Target, 'virtual' | 'real'>): readonly string[] => [
  ...(key.protocol === 'fwm' ? [String(key.mark), '0'] : [bracketed(key.address), String(key.port)]),
  bracketed(real.address),
  String(real.port),
];

const notStarted = (commandLine: string, code: string): Down =>
  down('L7EXEC', START_ERRORS[code] ?? code, {
    note: `Exiting with exit_status 127: exec(${commandLine}) failed: ${START_ERRORS[code] ?? code}`,
  });

/** What the end of the program means. Death by a signal is a failure, unlike in genuine (reference 7, no. 15). */
export const judgeExit = (result: ExecResult, commandLine: string, timeoutSeconds: number): Verdict => {
  if (result.startError !== undefined) return notStarted(commandLine, result.startError);
  if (result.timedOut)
    return down('L7TIMEOUT', '', {
      note: `system_timeout(${timeoutSeconds}, ${commandLine}) timed out, kill -TERM child`,
    });
  if (result.killedBy !== undefined) return down('L7SIGNAL', '', { detail: result.killedBy });
  return result.code === 0 ? up() : down('L7EXIT', '', { detail: String(result.code) });
};

const runProgram = async (
  program: string,
  args: readonly string[],
  commandLine: string,
  { virtual }: Target,
  signal: AbortSignal,
): Promise<Verdict> => {
  // As the daemon of genuine hands them on: its environment, the root folder, /dev/null for all three streams.
  const options = { timeout: virtual.checkTimeout, cwd: '/', outputFile: '/dev/null', signal, grace: GRACE };
  return judgeExit(await run(program, args, options), commandLine, virtual.checkTimeout / 1000);
};

/** The whole checkcommand is one program name: no shell, no splitting, as in genuine. */
export const externalCheck: Check = async (target, signal) => {
  const command = target.virtual.checkCommand;
  const args = checkArguments(target);
  const commandLine = [command, ...args].join(' ');
  const program = command.includes('/') ? resolve('/', command) : findProgram(command);
  if (program === undefined) return notStarted(commandLine, 'ENOENT');
  return runProgram(program, args, commandLine, target, signal);
};

/**
 * What perl is told to do. Genuine makes a function of the script and calls it inside the daemon (reference 4.5), so a
 * script may end with `return` as well; `do` allows that too. Whatever value is returned counts as success.
 */
const PERL_PROGRAM = [
  '$0 = shift;',
  '-f $0 && open my $script, "<", $0 or exit 127;',
  'close $script;',
  'do $0;',
  'if ($@ ne "") { warn $@; exit 255 }',
].join(' ');

/** The script is run by perl with the same arguments and the same contract: exit status 0, or no `exit` and no `die`. */
export const externalPerlCheck: Check = async (target, signal) => {
  const args = [resolve('/', target.virtual.checkCommand), ...checkArguments(target)];
  const perl = findProgram('perl');
  if (perl === undefined) return down('L7EXEC', NO_PERL, { note: `external-perl ${args.join(' ')}: ${NO_PERL}` });
  return runProgram(perl, ['-e', PERL_PROGRAM, ...args], args.join(' '), target, signal);
};
