/** The tokens of a keepalived.conf: words, braces and line ends, each where it stands. */
import type { Diagnostic } from '../../config/diagnostic.js';
import { diagnosticAt, place, type Source, type Word } from '../../config/source.js';

export type Token =
  | { readonly kind: 'word'; readonly word: Word }
  | { readonly kind: 'open' | 'close' | 'end'; readonly word: Word };

/** What a double-quoted text may escape; a backslash before anything else stays, as in a regular expression. */
const ESCAPED = new Set(['"', '\\']);

/** The text of a quoted word from the column behind its quote on, and the column behind the closing one (from 0). */
const quotedText = (line: string, start: number): { readonly text: string; readonly next: number } | undefined => {
  const quote = line[start - 1];
  let text = '';
  for (let column = start; column < line.length; column += 1) {
    const char = line[column] ?? '';
    if (char === quote) return { text, next: column + 1 };
    const next = line[column + 1] ?? '';
    if (char === '\\' && quote === '"' && ESCAPED.has(next)) {
      text += next;
      column += 1;
    } else text += char;
  }
  return undefined;
};

/** The tokens of one line, without its end. `#` and `!` begin a comment wherever they stand outside of quotes. */
const lineTokens = (source: Source, number: number, line: string, diagnostics: Diagnostic[]): readonly Token[] => {
  const tokens: Token[] = [];
  let open: { value: string; readonly at: Word['at'] } | undefined;
  const close = (): void => {
    if (open !== undefined) tokens.push({ kind: 'word', word: { value: open.value, at: open.at } });
    open = undefined;
  };
  let column = 0;
  while (column < line.length) {
    const char = line[column] ?? '';
    const at = place(source, number, column + 1);
    if (char === '#' || char === '!') break;
    const quoted = char === '"' || char === "'" ? quotedText(line, column + 1) : undefined;
    // An apostrophe that nothing closes is one.
    if (char === '"' || quoted !== undefined) {
      open ??= { value: '', at };
      if (quoted === undefined) {
        const message = `this ${char} is not closed before the end of the line; write another one behind the text`;
        diagnostics.push(diagnosticAt(source, 'error', { value: char, at }, { code: 'import/open-quote', message }));
        open.value += line.slice(column + 1);
        break;
      }
      open.value += quoted.text;
      column = quoted.next;
      continue;
    }
    if (/\s/.test(char)) close();
    else if (char === '{' && line[column - 1] === '$') {
      // ${NAME} is a reference.
      const end = line.indexOf('}', column);
      const text = end < 0 ? char : line.slice(column, end + 1);
      open = { value: (open?.value ?? '') + text, at: open?.at ?? at };
      column += text.length;
      continue;
    } else if (char === '{' || char === '}') {
      close();
      tokens.push({ kind: char === '{' ? 'open' : 'close', word: { value: char, at } });
    } else {
      open ??= { value: '', at };
      open.value += char;
    }
    column += 1;
  }
  close();
  return tokens;
};

/** Cuts a text into tokens; a backslash at the end of a line joins the next one. Never throws. */
export const tokensOf = (
  source: Source,
): { readonly tokens: readonly Token[]; readonly diagnostics: readonly Diagnostic[] } => {
  const tokens: Token[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, line] of source.lines.entries()) {
    const joins = line.endsWith('\\');
    for (const token of lineTokens(source, index + 1, joins ? line.slice(0, -1) : line, diagnostics))
      tokens.push(token);
    if (!joins) tokens.push({ kind: 'end', word: { value: '', at: place(source, index + 1, line.length + 1) } });
  }
  return { tokens, diagnostics };
};
