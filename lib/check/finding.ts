/** How the rules say what they find: under a word of a file, with why it matters and what to do. */
import type { Diagnostic, Position, Severity } from '../config/diagnostic.js';
import { diagnosticAt, diagnosticOfFile, type Finding, place, type Source, type Word } from '../config/source.js';
import type { Facts } from './facts.js';

/** A finding of ours: none without a reason and a remedy. */
export type Said = Finding & {
  readonly code: `check/${string}`;
  readonly why: string;
  readonly fix: string;
};

type Sources = Pick<Facts, 'sources'>;

const sourceFor = ({ sources }: Sources, file: string): Source => sources.get(file) ?? { file, lines: [] };

/** A finding under a word; its line is shown when it is one of a file that may be shown. */
export const found = (facts: Sources, severity: Severity, under: Word, said: Said): Diagnostic =>
  diagnosticAt(sourceFor(facts, under.at.file), severity, under, said);

/** A finding about a file as a whole. */
export const foundInFile = (file: string, severity: Severity, said: Said): Diagnostic =>
  diagnosticOfFile(file, severity, said);

/** `/etc/ha.d/ha.cf:3:1`, to name a second place in a message. */
export const placeText = ({ file, line, column }: Position): string => `${file}:${line}:${column}`;

/** Everything from a place to the end of its line, without a comment. */
export const restOfLine = (facts: Sources, at: Position): Word => {
  const line = sourceFor(facts, at.file).lines[at.line - 1] ?? '';
  return {
    value: line
      .slice(at.column - 1)
      .replace(/\s#.*/, '')
      .trimEnd(),
    at,
  };
};

const nameAt = (source: Source, index: number, name: string): Word => {
  const column = (source.lines[index] ?? '').search(/\S/) + 1;
  return { value: name, at: place(source, index + 1, column) };
};

const firstWord = (line: string): string => /^\s*([^\s=#]*)/.exec(line)?.[1] ?? '';

/** What stands behind the directive of ha.cf that counts: the last one of these names. Undefined: it has its default. */
export const haCfDirective = (facts: Sources, file: string, ...names: readonly string[]): Word | undefined => {
  const source = sourceFor(facts, file);
  const index = source.lines.findLastIndex((line) => names.includes(firstWord(line)));
  const [, before, value] = /^(\s*\S+\s+)([^\s#]+)/.exec(source.lines[index] ?? '') ?? [];
  if (before === undefined || value === undefined) return undefined;
  return { value, at: place(source, index + 1, before.length + 1) };
};

/**
 * The directive of ldirectord.cf that counts for the virtual in line `virtualLine`: its own, else the one for the whole file,
 * else the virtual itself.
 */
export const directorDirective = (facts: Sources, virtual: Position, name: string): Word => {
  const source = sourceFor(facts, virtual.file);
  const isHere = (line: string): boolean => firstWord(line) === name;
  const isVirtual = (line: string): boolean => /^virtual6?\s*=/.test(line);
  const next = source.lines.findIndex((line, index) => index >= virtual.line && isVirtual(line));
  const end = next < 0 ? source.lines.length : next;
  const own = source.lines.findIndex((line, index) => index >= virtual.line && index < end && isHere(line));
  const index = own >= 0 ? own : source.lines.findIndex((line) => line.startsWith(name) && isHere(line));
  return index < 0 ? restOfLine(facts, virtual) : restOfLine(facts, nameAt(source, index, name).at);
};
