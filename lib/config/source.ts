/** A text file as its lines, and words that know where they stand in it. */
import type { Diagnostic, Located, Position, Severity } from './diagnostic.js';

/** `lines` are without their newline (LF or CRLF). */
export interface Source {
  readonly file: string;
  readonly lines: readonly string[];
}

export const sourceOf = (file: string, text: string): Source => ({ file, lines: text.split(/\r?\n/) });

export type Word = Located<string>;

/** The place of a character; `line` and `column` count from 1. */
export const place = (source: Source, line: number, column: number): Position => ({ file: source.file, line, column });

/** The words of a piece of line `line` (from 1) that starts at column `column` (from 1); `blank` separates them. */
export const wordsOf = (source: Source, line: number, column: number, piece: string, blank = /\s/): readonly Word[] => {
  const separators = new RegExp(`(?:(?!${blank.source})[^])+`, 'g');
  return [...piece.matchAll(separators)].map((match) => ({
    value: match[0],
    at: place(source, line, column + match.index),
  }));
};

export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
  readonly genuine?: string | undefined;
  readonly why?: string;
  readonly fix?: string;
}

/** A diagnostic under a word. */
export const diagnosticAt = (source: Source, severity: Severity, under: Word, finding: Finding): Diagnostic => ({
  severity,
  code: finding.code,
  message: finding.message,
  at: under.at,
  length: Math.max(1, under.value.length),
  sourceLine: source.lines[under.at.line - 1] ?? '',
  ...(finding.suggestion === undefined ? {} : { suggestion: finding.suggestion }),
  ...(finding.genuine === undefined ? {} : { genuine: finding.genuine }),
  ...(finding.why === undefined ? {} : { why: finding.why }),
  ...(finding.fix === undefined ? {} : { fix: finding.fix }),
});

/** A diagnostic about the file as a whole: no line is shown. */
export const diagnosticOfFile = (file: string, severity: Severity, finding: Finding): Diagnostic => ({
  ...diagnosticAt({ file, lines: [] }, severity, { value: '', at: { file, line: 1, column: 1 } }, finding),
});

/** Diagnostics in the order of the file; findings about the whole file come first. */
export const inFileOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
