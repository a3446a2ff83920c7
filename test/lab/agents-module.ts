/** Runs a piece of code of ours inside a lab host, in a process of its own. */
import { join } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { millis } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';

/**
 * Evaluates `body` (statements of an async function) with the exports of the compiled modules `lib/NAME.js` merged in `m`,
 * and answers what it returns. Without `native` the process does as if koffi were not installed.
 */
export const evaluateInside = async (
  host: Host,
  modules: readonly string[],
  body: string,
  native = true,
  timeout = millis(60_000),
): Promise<unknown> => {
  const paths = modules.map((name) => join(projectRoot, 'dist', 'build', 'lib', `${name}.js`));
  const program = `
    const m = Object.assign({}, ...(await Promise.all(${JSON.stringify(paths)}.map((path) => import(path)))));
    const result = await (async () => { ${body} })();
    process.stdout.write(JSON.stringify(result ?? null));
    process.exit(0);`;
  const text = await host.get([process.execPath, '--input-type=module', '-e', program], {
    timeout,
    ...(native ? {} : { env: { ...process.env, HA_SUITE_NO_NATIVE: '1' } as Record<string, string> }),
  });
  return JSON.parse(text);
};
