/** The lines of an ldirectord.cf as its parser sees them, and the places in them that findings point at. */
import type { Position } from '../../config/diagnostic.js';

/** Perl's `\s` for byte strings: JavaScript's also takes no-break spaces, which Perl does not. */
export const BLANK = '[ \\t\\n\\r\\f\\v]';

/** Builds a RegExp from Perl-like source: `\s` and `.` mean what they mean there (a CR is no line end). */
export const perlLike = (source: string, flags = ''): RegExp =>
  new RegExp(
    source.replaceAll('\\s', BLANK).replaceAll('\\S', '[^ \\t\\n\\r\\f\\v]').replaceAll('(.', '([^\\n]'),
    flags,
  );

export interface SourceLine {
  /** Counts from 1. */
  readonly number: number;
  /** Without its newline. */
  readonly text: string;
  /** The newline, or nothing at the end of a file that does not end with one. */
  readonly newline: '\n' | '';
}

/** A part of one line. */
export interface Place {
  readonly line: SourceLine;
  readonly column: number;
  readonly length: number;
}

/** Splits a file at newlines; a carriage return stays part of its line (ldirectord reference 2.1). */
export const splitLines = (text: string): readonly SourceLine[] => {
  const parts = text.split('\n');
  const last = parts.pop() ?? '';
  const lines = parts.map((part, index): SourceLine => ({ number: index + 1, text: part, newline: '\n' }));
  return last === '' ? lines : [...lines, { number: parts.length + 1, text: last, newline: '' }];
};

/** The line without its indentation, comment and trailing blanks. */
export const directivePlace = (line: SourceLine): Place => {
  const start = line.text.search(/[^ \t\r\f\v]/);
  if (start < 0) return { line, column: 1, length: Math.max(1, line.text.length) };
  const body = line.text.slice(start).replace(/[ \t\r\f\v]+$/, '');
  const code = body.startsWith('#') ? body : body.replace(/[ \t]*#.*$/s, '');
  return { line, column: start + 1, length: Math.max(1, code.length) };
};

/** What stands behind the `=`; the whole directive when nothing does. */
export const valuePlace = (line: SourceLine): Place => {
  const whole = directivePlace(line);
  const code = line.text.slice(whole.column - 1, whole.column - 1 + whole.length);
  const head = /^[^=]*=[ \t]*/.exec(code)?.[0] ?? '';
  return head === '' || head.length >= code.length
    ? whole
    : { line, column: whole.column + head.length, length: code.length - head.length };
};

/** The first occurrence of `word` in the value; the whole value when it does not occur as it stands. */
export const wordPlace = (line: SourceLine, word: string): Place => {
  const value = valuePlace(line);
  const at = word === '' ? -1 : line.text.indexOf(word, value.column - 1);
  return at < 0 ? value : { line, column: at + 1, length: word.length };
};

export const positionOf = (path: string, place: Place): Position => ({
  file: path,
  line: place.line.number,
  column: place.column,
});
