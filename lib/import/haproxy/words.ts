/** The words of a line of haproxy.cfg: quotes, backslashes and comments, each word where it stands. */
import type { Diagnostic } from '../../config/diagnostic.js';
import { diagnosticAt, place, type Source, type Word } from '../../config/source.js';

export interface LineWords {
  readonly words: readonly Word[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a backslash stands for with the letter behind it. */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** The character that a backslash at `column` stands for, and how many columns it takes. */
const escaped = (line: string, column: number): readonly [text: string, length: number] => {
  const next = line[column + 1];
  if (next === undefined) return ['\\', 1];
  const hex = /^x([0-9A-Fa-f]{2})/.exec(line.slice(column + 1, column + 4))?.[1];
  if (hex !== undefined) return [String.fromCharCode(Number.parseInt(hex, 16)), 4];
  return [ESCAPES[next] ?? next, 2];
};

/**
 * Cuts one line (`number` counts from 1). In single quotes everything is taken as it stands; a quote that is not closed is an
 * error. Never throws.
 */
export const wordsOfLine = (source: Source, number: number): LineWords => {
  const line = source.lines[number - 1] ?? '';
  const words: Word[] = [];
  const diagnostics: Diagnostic[] = [];
  let open: { value: string; readonly at: Word['at'] } | undefined;
  let quote: { readonly char: string; readonly column: number } | undefined;
  const append = (text: string, column: number): void => {
    open ??= { value: '', at: place(source, number, column + 1) };
    open.value += text;
  };
  const close = (): void => {
    if (open !== undefined) words.push({ value: open.value, at: open.at });
    open = undefined;
  };
  for (let column = 0; column < line.length; ) {
    const char = line[column] ?? '';
    if (quote?.char !== "'" && char === '\\') {
      const [text, length] = escaped(line, column);
      append(text, column);
      column += length;
      continue;
    }
    if (quote !== undefined && char === quote.char) quote = undefined;
    else if (quote !== undefined) append(char, column);
    else if (char === '"' || char === "'") {
      append('', column);
      quote = { char, column };
    } else if (char === '#') break;
    else if (/\s/.test(char)) close();
    else append(char, column);
    column += 1;
  }
  close();
  if (quote !== undefined) {
    const under = { value: quote.char, at: place(source, number, quote.column + 1) };
    const message = `this ${quote.char} is not closed before the end of the line; write another one behind the text`;
    diagnostics.push(diagnosticAt(source, 'error', under, { code: 'import/open-quote', message }));
  }
  return { words, diagnostics };
};
