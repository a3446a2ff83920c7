/** What an agent must know of the configuration of an Apache web server. Pure, but for the reader it is given. */
import { dirname, isAbsolute, join } from 'node:path';

/** Reads files for the parser. */
export interface ConfigReader {
  /** The text of a file; undefined when it cannot be read. */
  readonly text: (path: string) => Promise<string | undefined>;
  /** The files that a path with wildcards names, or all files below a folder; sorted. */
  readonly matching: (pattern: string) => Promise<readonly string[]>;
}

export interface ApacheConfig {
  readonly serverRoot: string | undefined;
  readonly pidFile: string | undefined;
  /** What stands after the first `Listen`, or after `Port` of Apache 1.3. */
  readonly listen: string | undefined;
  readonly port: string | undefined;
  /** The path for which the last `SetHandler server-status` stands. */
  readonly statusPath: string | undefined;
}

/** Includes may include each other. */
const MAX_DEPTH = 16;

const unquoted = (word: string): string => word.replace(/^"(.*)"$/, '$1');

const meaning = (line: string): string => line.replace(/#.*/, '').trim();

/** All lines, those of included files in their place. A relative name counts from ServerRoot, or from the file it stands in. */
const expand = async (path: string, reader: ConfigReader, root: string | undefined, depth = 0): Promise<string[]> => {
  const found: string[] = [];
  let serverRoot = root;
  for (const line of ((await reader.text(path)) ?? '').split('\n').map(meaning)) {
    const [name = '', value] = line.split(/\s+/);
    if (/^Include(Optional)?$/i.test(name) && value !== undefined && depth < MAX_DEPTH) {
      const pattern = unquoted(value);
      const whole = isAbsolute(pattern) ? pattern : join(serverRoot ?? dirname(path), pattern);
      for (const file of await reader.matching(whole)) {
        found.push(...(await expand(file, reader, serverRoot, depth + 1)));
      }
      continue;
    }
    if (/^ServerRoot$/i.test(name) && value !== undefined) serverRoot = unquoted(value);
    if (line !== '') found.push(line);
  }
  return found;
};

/** The path of the last section `<Location path>` that has the handler. */
const locationOf = (lines: readonly string[], handler: RegExp): string | undefined => {
  let location: string | undefined;
  let found: string | undefined;
  for (const line of lines) {
    location = /<Location\s+"?([^ >"]+)/i.exec(line)?.[1] ?? location;
    if (handler.test(line)) found = location;
  }
  return found;
};

/** Puts in the variables of the environment, as `${NAME}`. */
const filledIn = (word: string, variables: Readonly<Record<string, string>>): string =>
  word.replace(/\$\{(\w+)\}/g, (_, name: string) => variables[name] ?? '');

export const readApacheConfig = async (
  path: string,
  reader: ConfigReader,
  variables: Readonly<Record<string, string>>,
): Promise<ApacheConfig> => {
  const lines = await expand(path, reader, undefined);
  const value = (name: string): string | undefined => {
    const line = lines.find((each) => each.split(/\s+/)[0]?.toLowerCase() === name);
    const word = line?.split(/\s+/)[1];
    return word === undefined ? undefined : filledIn(unquoted(word), variables);
  };
  return {
    ...{ serverRoot: value('serverroot'), pidFile: value('pidfile'), listen: value('listen'), port: value('port') },
    statusPath: locationOf(lines, /SetHandler\s+"?server-status/i),
  };
};

/** Where the server is asked: what it listens on, or its port on this machine. */
export const localUrl = ({ listen, port }: Pick<ApacheConfig, 'listen' | 'port'>): string => {
  const asked = listen ?? port ?? '80';
  return `http://${/^\d+$/.test(asked) ? `localhost:${asked}` : asked.replace(/^\*:/, 'localhost:')}`;
};
