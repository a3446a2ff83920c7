/** checktype=external and external-perl: a program decides by its exit status (ldirectord reference 4.5). */
import { isAbsolute } from 'node:path';
import { type ExecResult, findProgram, run } from '../../platform/exec.js';
import { bracketed } from '../names.js';
import type { Check, Target } from './check.js';
import { type Down, down, up, type Verdict } from './verdict.js';

/** Enough to say why; the rest of the output is thrown away. */
const MAX_OUTPUT = 4096;

const START_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  ENOEXEC: 'Exec format error',
};

/** The four arguments: address (or mark) and port of the virtual, address and port of the real as configured. */
export const checkArguments = ({ virtual: { key }, real }: Target): readonly string[] => [
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
  const options = { timeout: virtual.checkTimeout, cwd: '/', maxOutput: MAX_OUTPUT, signal };
  return judgeExit(await run(program, args, options), commandLine, virtual.checkTimeout / 1000);
};

/** The whole checkcommand is one program name: no shell, no splitting, as in genuine. */
export const externalCheck: Check = async (target, signal) => {
  const command = target.virtual.checkCommand;
  const args = checkArguments(target);
  const commandLine = [command, ...args].join(' ');
  const program = command.includes('/') ? command : findProgram(command);
  if (program === undefined || !isAbsolute(program)) return notStarted(commandLine, 'ENOENT');
  return runProgram(program, args, commandLine, target, signal);
};

/** Genuine runs the script inside the daemon; here perl runs it with the same arguments and the same contract. */
export const externalPerlCheck: Check = async (target, signal) => {
  const args = [target.virtual.checkCommand, ...checkArguments(target)];
  const commandLine = args.join(' ');
  const perl = findProgram('perl');
  if (perl === undefined) return notStarted(`perl ${commandLine}`, 'ENOENT');
  return runProgram(perl, args, commandLine, target, signal);
};
