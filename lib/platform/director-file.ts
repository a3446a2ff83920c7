/** Loads an ldirectord.cf: reads the file, looks up what it names, and has it parsed. */

import { lookup } from 'node:dns/promises';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Diagnostic, Parsed } from '../config/diagnostic.js';
import type { Family } from '../ipvs/model.js';
import { normalIpv6 } from '../ldirectord/config/addresses.js';
import { decodeBytes } from '../ldirectord/config/bytes.js';
import type { Facts, Needs, PortProtocol } from '../ldirectord/config/facts.js';
import type { DirectorConfig } from '../ldirectord/config/model.js';
import { directorConfigNeeds, parseDirectorConfig } from '../ldirectord/config/parse.js';
import { PID_MARK } from '../ldirectord/config/report.js';
import { parseServices, type Services } from '../ldirectord/config/services-file.js';
import { type Millis, seconds } from '../time.js';

export interface LoadOptions {
  /** How long all host names together may take; the unanswered ones count as unknown. Default 10 s. */
  readonly timeout?: Millis;
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

const lookUp = async (name: string, family: Family, deadline: Promise<undefined>): Promise<string | undefined> => {
  const answer = lookup(name, { family: family === 'ipv4' ? 4 : 6 }).then(
    ({ address }) => (family === 'ipv6' ? normalIpv6(address.replace(/%.*$/, '')) : address),
    () => undefined,
  );
  return Promise.race([answer, deadline]);
};

const lookUpHosts = async (needs: Needs, timeout: Millis): Promise<ReadonlyMap<string, string>> => {
  const hosts = new Map<string, string>();
  if (needs.hosts.length === 0) return hosts;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeout);
  });
  await Promise.all(
    needs.hosts.map(async ({ name, family }) => {
      const address = await lookUp(name, family, deadline);
      if (address !== undefined) hosts.set(`${family} ${name}`, address);
    }),
  );
  clearTimeout(timer);
  return hosts;
};

const readServices = (): Services => {
  try {
    return parseServices(readFileSync('/etc/services', 'utf8'));
  } catch {
    return new Map();
  }
};

const gatherFacts = async (text: string, options: LoadOptions): Promise<Facts> => {
  const needs = directorConfigNeeds(text);
  const hosts = await lookUpHosts(needs, options.timeout ?? seconds(10));
  const services = needs.services ? readServices() : new Map();
  return {
    host: (name, family) => hosts.get(`${family} ${name}`),
    port: (name: string, protocol: PortProtocol) => services.get(name)?.[protocol],
    appendError: (path) => (options.debug === true ? undefined : appendError(path)),
    isDirectory,
    hostname: options.hostname ?? process.env.HOSTNAME ?? hostname(),
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

/** Reads, resolves and parses; never rejects. A file that cannot be read is an error among the findings. */
export const loadDirectorConfig = async (path: string, options: LoadOptions = {}): Promise<Parsed<DirectorConfig>> => {
  let text = '';
  const trouble: Diagnostic[] = [];
  try {
    text = decodeBytes(readFileSync(path));
  } catch (error) {
    trouble.push(unreadable(path, error));
  }
  const parsed = parseDirectorConfig(text, path, await gatherFacts(text, options));
  return { value: parsed.value, diagnostics: [...trouble, ...parsed.diagnostics] };
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
