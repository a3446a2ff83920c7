/** Loads an ldirectord.cf: reads the file, looks up what it names, and has it parsed. */

import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Diagnostic, Parsed } from '../config/diagnostic.js';
import { normalIpv6 } from '../ldirectord/config/addresses.js';
import { decodeBytes } from '../ldirectord/config/bytes.js';
import type { Facts, Needs, PortProtocol } from '../ldirectord/config/facts.js';
import type { DirectorConfig } from '../ldirectord/config/model.js';
import { directorConfigNeeds, parseDirectorConfig } from '../ldirectord/config/parse.js';
import { PID_MARK } from '../ldirectord/config/report.js';
import { parseServices, type Services } from '../ldirectord/config/services-file.js';
import { type Millis, seconds } from '../time.js';
import { hostKey, lookUpHosts } from './host-lookup.js';

/** What the resolver said about host names, by `hostKey`; undefined: it had no answer. */
export type Answers = ReadonlyMap<string, string | undefined>;

export interface LoadOptions {
  /**
   * How long all host names together may take. Default 10 s: the system's resolver gives up a silent server after 5 and
   * then asks the next one.
   */
  readonly timeout?: Millis;
  /** Ends the look-up early. */
  readonly signal?: AbortSignal;
  /** What is known about names already, so that it is not asked for. */
  readonly answers?: Answers;
  /** The last address of each name, for those that do not resolve now. */
  readonly known?: ReadonlyMap<string, string>;
  /** Whether the log goes to standard error (-d), so that the log file is not tried. */
  readonly debug?: boolean;
  /** Environment variable HOSTNAME. */
  readonly hostname?: string | undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  EROFS: 'Read-only file system',
};

const reasonOf = (error: unknown): string => {
  const { code = '' } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? code;
};

/** Why a file cannot be opened for appending. It is not created: a look at the file is enough. */
const appendError = (path: string): string | undefined => {
  try {
    if (statSync(path).isDirectory()) return REASONS.EISDIR;
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return reasonOf(error);
  }
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    return statSync(dirname(path)).isDirectory() ? undefined : REASONS.ENOTDIR;
  } catch (error) {
    return reasonOf(error);
  }
};

const isDirectory = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};

/** /etc/services; empty when it cannot be read. */
export const readServices = (): Services => {
  try {
    return parseServices(readFileSync('/etc/services', 'utf8'));
  } catch {
    return new Map();
  }
};

const factsOf = (needs: Needs, hosts: ReadonlyMap<string, string>, options: LoadOptions): Facts => {
  const services = needs.services ? readServices() : new Map();
  return {
    host: (name, family) => hosts.get(hostKey({ name, family })),
    port: (name: string, protocol: PortProtocol) => services.get(name)?.[protocol],
    appendError: (path) => (options.debug === true ? undefined : appendError(path)),
    isDirectory,
    hostname: options.hostname ?? process.env.HOSTNAME ?? hostname(),
  };
};

/** What the resolver says about every name that a text needs; undefined: no answer in time, or no such name. */
const answersFor = async (needs: Needs, options: LoadOptions): Promise<Answers> => {
  const given = options.answers ?? new Map<string, string>();
  const open = needs.hosts.filter((host) => !given.has(hostKey(host)));
  const fresh = await lookUpHosts(open, {
    timeout: options.timeout ?? seconds(10),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return new Map(
    needs.hosts.map((host) => {
      const key = hostKey(host);
      const address = given.has(key) ? given.get(key) : fresh.get(key);
      return [key, host.family === 'ipv6' && address !== undefined ? normalIpv6(address) : address];
    }),
  );
};

/** The facts of this machine for texts with these needs. Never rejects. */
export const readDirectorFacts = async (needs: Needs, options: LoadOptions = {}): Promise<Facts> => {
  const answers = await answersFor(needs, options);
  const hosts = new Map(
    [...answers].flatMap(([key, address]) => (address === undefined ? [] : [[key, address] as const])),
  );
  return factsOf(needs, hosts, options);
};

/** Says that a name goes on with its last address, at the first place where the file mentions it. */
const remembered = (path: string, text: string, name: string, address: string): Diagnostic => {
  const lines = text.split('\n');
  const index = Math.max(
    0,
    lines.findIndex((line) => !/^\s*#/.test(line) && line.includes(name)),
  );
  const sourceLine = lines[index] ?? '';
  return {
    severity: 'warning',
    code: 'ldirectord.cf/host-remembered',
    message: `the host name '${name}' does not resolve now; its last address ${address} stays in use`,
    at: { file: path, line: index + 1, column: Math.max(0, sourceLine.indexOf(name)) + 1 },
    length: name.length,
    sourceLine,
  };
};

/** The text of a file; empty when it cannot be read. */
const readText = (path: string): string => {
  try {
    return decodeBytes(readFileSync(path));
  } catch {
    return '';
  }
};

const unreadable = (path: string, error: unknown): Diagnostic => ({
  severity: 'error',
  code: 'ldirectord.cf/unreadable',
  message: `cannot read the file: ${reasonOf(error)}`,
  at: { file: path, line: 1, column: 1 },
  length: 1,
  sourceLine: '',
  genuine: `Error ${PID_MARK}: can not open file ${path}`,
});

/** What a file says, and what its host names came to. */
export interface LoadedConfig extends Parsed<DirectorConfig> {
  /** What the resolver said, by `hostKey`; undefined: it had no answer. */
  readonly answers: Answers;
  /** The addresses in use: the answers, and where there was none the last one known. */
  readonly hosts: ReadonlyMap<string, string>;
}

/** Reads, resolves and parses; never rejects. A file that cannot be read is an error among the findings. */
export const loadDirectorConfig = async (path: string, options: LoadOptions = {}): Promise<LoadedConfig> => {
  let text = '';
  const trouble: Diagnostic[] = [];
  try {
    text = decodeBytes(readFileSync(path));
  } catch (error) {
    trouble.push(unreadable(path, error));
  }
  const needs = directorConfigNeeds(text);
  const answers = await answersFor(needs, options);
  const hosts = new Map<string, string>();
  const warnings: Diagnostic[] = [];
  for (const host of needs.hosts) {
    const key = hostKey(host);
    const [answer, last] = [answers.get(key), options.known?.get(key)];
    if (answer !== undefined) hosts.set(key, answer);
    else if (last !== undefined) {
      hosts.set(key, last);
      warnings.push(remembered(path, text, host.name, last));
    }
  }
  const { value, diagnostics } = parseDirectorConfig(text, path, factsOf(needs, hosts, options));
  return { value, diagnostics: [...trouble, ...diagnostics, ...warnings], answers, hosts };
};

/** Looks at what was read for something the parser cannot know; `lineText` gives the lines of the file, counted from 1. */
export type Afterthought = (
  config: DirectorConfig,
  lineText: (line: number) => string,
) => Promise<readonly Diagnostic[]>;

/** All findings about a file in the order of its lines, for `check`. */
export const checkDirectorFile = async (
  path: string,
  afterthought: Afterthought = () => Promise.resolve([]),
  options: LoadOptions = {},
): Promise<readonly Diagnostic[]> => {
  const { value, diagnostics } = await loadDirectorConfig(path, options);
  const lines = readText(path).split('\n');
  const more = await afterthought(value, (line) => lines[line - 1] ?? '');
  return [...diagnostics, ...more].toSorted(
    (one, other) => one.at.line - other.at.line || one.at.column - other.at.column,
  );
};
