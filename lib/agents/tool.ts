/** Calls of system programs by the agents: always in a process of their own, since a dead disk or server may stop them. */
import { type ExecResult, findProgram, run } from '../platform/exec.js';
import { failureText } from '../platform/exec-failure.js';
import { type Millis, seconds } from '../time.js';
import type { AgentContext } from './agent.js';

/** A file system check or an LVM activation takes as long as it takes; the deadline of the whole action ends it earlier. */
const PATIENCE = seconds(3600);

export interface ToolOptions {
  readonly timeout?: Millis;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ToolResult {
  /** Exit status; 127 when the program is not installed, as a shell has it. */
  readonly code: number;
  readonly stdout: string;
  /** Both streams, for a message. */
  readonly said: string;
  /** Why it did not succeed; undefined when it did. */
  readonly failed: string | undefined;
}

const codeOf = ({ code, startError }: ExecResult): number => (startError === undefined ? (code ?? 137) : 126);

/** Runs a program by its absolute path, or by its name where programs usually are. Never rejects. */
export const tool = async (
  program: string,
  args: readonly string[],
  { signal, environment }: AgentContext,
  { timeout = PATIENCE, input, env }: ToolOptions = {},
): Promise<ToolResult> => {
  const path = program.startsWith('/') ? program : findProgram(program);
  if (path === undefined) return { code: 127, stdout: '', said: '', failed: `${program} is not installed` };
  const given = env ?? environment;
  const result = await run(path, args, {
    ...{ timeout, signal },
    ...(input === undefined ? {} : { input }),
    ...(given === undefined ? {} : { env: given }),
  });
  const code = codeOf(result);
  return {
    ...{ code, stdout: result.stdout, said: `${result.stdout}${result.stderr}`.trimEnd() },
    failed: code === 0 ? undefined : `${program}: ${failureText(result, timeout)}`,
  };
};

/** The first of the programs that is not installed. */
export const missingProgram = (...names: readonly string[]): string | undefined =>
  names.find((name) => findProgram(name) === undefined);
