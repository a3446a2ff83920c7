/** Who uses a file, or anything below a folder: open files, working folders, programs and libraries. */
import type { AgentContext } from './agent.js';
import { tool } from './tool.js';

/** find(1) takes the target of a link for a pattern. */
const literally = (path: string): string => path.replace(/[\\*?[\]]/g, '\\$&');

/** The processes that the links of /proc name, read from the output of `find -printf '%P\n'`. Pure. */
export const pidsOf = (output: string): readonly number[] =>
  [...new Set(output.split('\n').flatMap((line) => /^(\d+)\//.exec(line)?.[1] ?? []))].map(Number);

/**
 * The processes that use the path or what is below it, without ourselves and process 1. The links of /proc are compared as
 * text, in a process of its own: unlike fuser(1) this takes nobody along who merely uses the same disk through another
 * mount, and does not touch a server that no longer answers.
 */
export const usersOf = async (path: string, context: AgentContext): Promise<readonly number[]> => {
  const target = literally(path);
  const below = target === '/' ? '/*' : `${target}/*`;
  const { stdout } = await tool(
    'find',
    [
      ...['/proc', '-maxdepth', '3', '-type', 'l', '(', '-lname', target, '-o', '-lname', below, ')'],
      ...['-printf', '%P\\n'],
    ],
    context,
  );
  return pidsOf(stdout).filter((pid) => pid !== 1 && pid !== process.pid);
};
