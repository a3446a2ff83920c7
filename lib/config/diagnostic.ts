/** What a configuration parser has to say, with the place it says it about. */

/** A place in a file; `line` and `column` count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Severity = 'error' | 'warning';

/**
 * One finding. Parsers return findings, they never throw on input.
 *
 * `message` is ours: what is wrong and what to do. `genuine` is the text the genuine program prints for the same
 * input (its first error decides the message and exit code of `start`); absent where genuine says nothing.
 */
export interface Diagnostic {
  readonly severity: Severity;
  /** Stable identifier, e.g. `ha.cf/unknown-directive`. */
  readonly code: string;
  readonly message: string;
  readonly at: Position;
  /** Number of columns that the caret underlines, at least 1. */
  readonly length: number;
  /** The line of the file as it stands, without its newline; empty when the finding is about the whole file. */
  readonly sourceLine: string;
  /** The word that was probably meant. */
  readonly suggestion?: string;
  readonly genuine?: string;
  /** What it leads to, and what to do about it, in a sentence each; only `ha check` says them. */
  readonly why?: string;
  readonly fix?: string;
}

/** A value read from a file, which remembers where it stood so that a late error can still point home. */
export interface Located<T> {
  readonly value: T;
  readonly at: Position;
}

/** The result of every parser: a value as far as one could be made, and all findings in file order. */
export interface Parsed<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Whether any finding forbids the use of the value. */
export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((diagnostic) => diagnostic.severity === 'error');
