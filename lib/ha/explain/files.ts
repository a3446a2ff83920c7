/** The configuration as explanations need it: what the files say, as far as they can be read, and where. Pure. */
import { type Diagnostic, hasErrors } from '../../config/diagnostic.js';
import { directiveLines } from '../../heartbeat/config/directive-lines.js';
import { parseHaCf } from '../../heartbeat/config/ha-cf.js';
import { parseHaResources } from '../../heartbeat/config/haresources.js';
import { imaginedEnvironment } from '../../heartbeat/config/imagined.js';
import type { HaConfig, ResourceGroup } from '../../heartbeat/config/model.js';
import type { Facts } from '../../ldirectord/config/facts.js';
import type { DirectorConfig } from '../../ldirectord/config/model.js';
import { parseDirectorConfig } from '../../ldirectord/config/parse.js';
import { parseServices } from '../../ldirectord/config/services-file.js';
import type { TextFile } from '../../rehearsal/files.js';
import type { Decision } from './explanation.js';

export interface Files {
  /** Where ha.cf stands, also when it could not be read. */
  readonly haCf: string;
  readonly config: HaConfig | undefined;
  readonly groups: readonly ResourceGroup[];
  readonly directors: readonly DirectorConfig[];
  /** The lines of every file that could be read, by its path. */
  readonly lines: ReadonlyMap<string, readonly string[]>;
  /** The files that hold errors: what stands there is not what the daemons go by. */
  readonly faulty: readonly string[];
}

export interface FileTexts {
  readonly haCf: string;
  /** Undefined: it could not be read. */
  readonly haCfText: string | undefined;
  readonly haResources: TextFile | undefined;
  readonly directors: readonly TextFile[];
  readonly hosts: string;
  readonly services: string;
}

/** What the two files of names say; any other name stands for itself, so that its real server is still found. */
const factsOf = ({ hosts, services }: FileTexts): Facts => {
  const addresses = new Map<string, string>();
  for (const line of hosts.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*$/, '').trim().split(/\s+/);
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    for (const name of names) {
      const key = `${family} ${name.toLowerCase()}`;
      if (!addresses.has(key)) addresses.set(key, address);
    }
  }
  const ports = parseServices(services);
  return {
    host: (name, family) => addresses.get(`${family} ${name.toLowerCase()}`) ?? name,
    port: (name, protocol) => ports.get(name)?.[protocol],
    appendError: () => undefined,
    isDirectory: () => true,
    hostname: 'localhost',
  };
};

/** Reads whatever of the files is there. Never throws. */
export const readFiles = (texts: FileTexts): Files => {
  const faulty: string[] = [];
  const lines = new Map<string, readonly string[]>();
  const keep = ({ path, text }: TextFile): void => {
    lines.set(path, text.split('\n'));
  };
  const check = (path: string, diagnostics: readonly Diagnostic[]): void => {
    if (hasErrors(diagnostics)) faulty.push(path);
  };
  const { haCf, haCfText, haResources } = texts;
  let config: HaConfig | undefined;
  if (haCfText !== undefined) {
    keep({ path: haCf, text: haCfText });
    const parsed = parseHaCf(haCfText, haCf, imaginedEnvironment(haCfText));
    check(haCf, parsed.diagnostics);
    config = parsed.value;
  }
  let groups: readonly ResourceGroup[] = [];
  if (haResources !== undefined) {
    keep(haResources);
    const nodes = config?.nodes.map(({ value }) => value);
    const parsed = parseHaResources(haResources.text, haResources.path, nodes);
    check(haResources.path, parsed.diagnostics);
    groups = parsed.value;
  }
  const facts = factsOf(texts);
  const directors = texts.directors.map((file) => {
    keep(file);
    const parsed = parseDirectorConfig(file.text, file.path, facts);
    check(file.path, parsed.diagnostics);
    return parsed.value;
  });
  return { haCf, config, groups, directors, lines, faulty };
};

/** The decision of a line. */
export const decisionAt = ({ lines }: Files, file: string, line: number, directive: string): Decision => {
  const text = lines.get(file)?.[line - 1]?.trim();
  return { file, line, directive, text: text === undefined || text === '' ? null : text };
};

/** The line of ha.cf that sets a directive, or its default. */
export const haCfDecision = (files: Files, directive: string): Decision => {
  const { haCf, lines } = files;
  const line = directiveLines((lines.get(haCf) ?? []).join('\n')).get(directive);
  return line === undefined
    ? { file: haCf, line: null, directive, text: null }
    : decisionAt(files, haCf, line, directive);
};

/** A place as events and snapshots write it: `FILE:LINE`, `FILE:LINE (directive)`, `the default of directive`. */
export const decisionOf = (files: Files, written: string, directive: string): Decision | undefined => {
  const [, file, line, named = directive] = /^(.+):(\d+)(?: \((\w+)\))?$/.exec(written) ?? [];
  if (file !== undefined && line !== undefined) return decisionAt(files, file, Number(line), named);
  const [, byDefault] = /^the default of (\w+)$/.exec(written) ?? [];
  return byDefault === undefined ? undefined : { file: files.haCf, line: null, directive: byDefault, text: null };
};

/**
 * The line of ldirectord.cf that sets a directive for a virtual: one in its section, or a global one, or the default.
 * `from` is the line of the virtual; without it only the global part counts.
 */
export const directorDecision = (
  files: Files,
  file: string,
  directive: string,
  from: number | undefined = undefined,
): Decision => {
  const lines = files.lines.get(file) ?? [];
  const sets = new RegExp(`^\\s*${directive}\\s*=`);
  if (from !== undefined)
    for (let number = from + 1; number <= lines.length; number += 1) {
      const text = lines[number - 1] ?? '';
      if (/^\s*$/.test(text) || /^virtual/.test(text)) break;
      if (sets.test(text)) return decisionAt(files, file, number, directive);
    }
  const global = lines.findLastIndex((text) => new RegExp(`^${directive}\\s*=`).test(text));
  return global < 0 ? { file, line: null, directive, text: null } : decisionAt(files, file, global + 1, directive);
};
