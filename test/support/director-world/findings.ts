/** What a script inside a world tells, and how a test reads it: one world for a whole file of tests. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inNamespace } from '../director-golden/namespace.js';

export interface Told {
  readonly tell: (name: string, value: unknown) => void;
}

/** Inside: runs `play` and hands over everything it told, with the place where it broke off if it did. */
export const playInside = async (play: (told: Told) => Promise<void>): Promise<never> => {
  const found: Record<string, unknown> = {};
  try {
    await play({
      tell: (name, value) => {
        found[name] = value;
        if (process.env.WORLD_TRACE !== undefined) process.stderr.write(`${name}: ${JSON.stringify(value)}\n`);
      },
    });
  } catch (error) {
    found.brokeOff = error instanceof Error ? error.stack : String(error);
  }
  writeFileSync(process.argv[3] ?? '', JSON.stringify(found));
  process.exit(0);
};

/** Outside: plays the script (a compiled file beside the test) once, before the first test; gives what it told by name. */
export const findingsOf = (script: string, testUrl: string, limit: number): ((name: string) => unknown) => {
  let found: Readonly<Record<string, unknown>> = {};
  beforeAll(async () => {
    found = (await inNamespace(fileURLToPath(new URL(script, testUrl)), {}, limit)) as typeof found;
  }, limit + 5000);
  return (name) => {
    if (name in found) return found[name];
    throw new Error(`nothing was told about "${name}"; the world broke off: ${String(found.brokeOff)}`);
  };
};
