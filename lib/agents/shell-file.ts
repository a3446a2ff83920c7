/** Files of shell assignments, such as /etc/apache2/envvars: what the environment is after one was read. */
import { seconds } from '../time.js';
import type { AgentContext } from './agent.js';
import { tool } from './tool.js';

/** Only a shell reads them exactly, as what they are. The path is an argument and never part of the program. */
const READ = 'set -a; . "$1" >/dev/null || exit 1; exec env -0';

/** The environment, or why the file could not be read. */
export const environmentAfter = async (
  path: string,
  environment: Readonly<Record<string, string>>,
  context: AgentContext,
): Promise<Readonly<Record<string, string>> | string> => {
  const options = { timeout: seconds(20), env: environment };
  const { stdout, failed } = await tool('sh', ['-c', READ, 'sh', path], context, options);
  if (failed !== undefined) return failed;
  return Object.fromEntries(
    stdout.split('\0').flatMap((line) => {
      const at = line.indexOf('=');
      return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
};

/** The environment of a context as it is passed on to programs. */
export const environmentOf = ({ environment }: AgentContext): Readonly<Record<string, string>> =>
  environment ??
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
