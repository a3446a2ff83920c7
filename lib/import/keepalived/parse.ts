/** Reads keepalived.conf into statements: a line is one, and a brace opens the block of the one before it. */
import type { Diagnostic, Parsed } from '../../config/diagnostic.js';
import { diagnosticAt, inFileOrder, type Source, sourceOf, type Word } from '../../config/source.js';
import type { Statement } from '../statement.js';
import { tokensOf } from './tokens.js';

/** No configuration has this many blocks inside each other; what goes through them may call itself that often. */
const DEEPEST = 50;

/** A statement that is being read. */
interface Draft {
  words: Word[];
  block: Statement[] | undefined;
  endLine: number;
}

const finished = ({ words, block, endLine }: Draft): Statement | undefined => {
  const [head, ...args] = words;
  return head === undefined ? undefined : { keyword: head.value, args, at: head.at, endLine, block };
};

/** `$NAME=value` lines, whose names later words may use as `$NAME` or `${NAME}`. */
const withDefinitions = (definitions: Map<string, string>, word: Word): Word => ({
  ...word,
  value: word.value.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced?: string, plain?: string) => definitions.get(braced ?? plain ?? '') ?? whole,
  ),
});

const define = (definitions: Map<string, string>, words: readonly Word[]): void => {
  const [, name, first = ''] = /^\$(\w+)=(.*)$/s.exec(words[0]?.value ?? '') ?? [];
  if (name === undefined) return;
  const rest = words.slice(1).map(({ value }) => value);
  definitions.set(name, [first, ...rest].join(' '));
};

const complaint = (source: Source, under: Word, code: string, message: string): Diagnostic =>
  diagnosticAt(source, 'error', under, { code: `import/${code}`, message });

/**
 * Reads the text of a keepalived.conf. What is nested wrongly is an error with its place; which keywords there are is not
 * looked at. Never throws.
 */
export const parseKeepalived = (text: string, file: string): Parsed<readonly Statement[]> => {
  const source = sourceOf(file, text);
  const { tokens, diagnostics: spelling } = tokensOf(source);
  const diagnostics: Diagnostic[] = [...spelling];
  const definitions = new Map<string, string>();
  const root: Statement[] = [];
  const stack: { readonly draft: Draft; readonly brace: Word }[] = [];
  let current: Draft = { words: [], block: undefined, endLine: 0 };
  // The last statement of the block being read: a brace on a line of its own belongs to it.
  let last: { readonly draft: Draft; readonly list: Statement[] } | undefined;

  const list = (): Statement[] => stack.at(-1)?.draft.block ?? root;
  const endStatement = (): void => {
    const statement = finished(current);
    if (statement !== undefined) {
      define(definitions, current.words);
      list().push(statement);
      last = { draft: current, list: list() };
    }
    current = { words: [], block: undefined, endLine: 0 };
  };
  const openBlock = (brace: Word): void => {
    if (current.words.length === 0 && last !== undefined && last.list === list() && last.draft.block === undefined) {
      last.list.pop();
      current = last.draft;
    }
    if (current.words.length === 0)
      diagnostics.push(
        complaint(source, brace, 'stray-brace', 'what block is this? A word is missing before the brace'),
      );
    if (stack.length === DEEPEST)
      diagnostics.push(complaint(source, brace, 'too-deep', `blocks inside blocks, more than ${DEEPEST} of them`));
    current.block = [];
    stack.push({ draft: current, brace });
    current = { words: [], block: undefined, endLine: 0 };
    last = undefined;
  };
  const closeBlock = (brace: Word): void => {
    endStatement();
    const open = stack.pop();
    if (open === undefined) {
      diagnostics.push(
        complaint(source, brace, 'stray-brace', 'this brace closes nothing: one } too many, or a { too few'),
      );
      return;
    }
    const statement = finished({ ...open.draft, endLine: brace.at.line });
    if (statement !== undefined) list().push(statement);
    last = undefined;
  };

  for (const { kind, word } of tokens) {
    if (kind === 'word') {
      current.words.push(withDefinitions(definitions, word));
      current.endLine = word.at.line;
    } else if (kind === 'end') endStatement();
    else if (kind === 'open') openBlock(word);
    else closeBlock(word);
  }
  endStatement();
  for (const { draft, brace } of stack) {
    const name = draft.words[0]?.value ?? '';
    diagnostics.push(
      complaint(source, brace, 'open-block', `the block '${name}' that begins here is never closed by a }`),
    );
  }
  while (stack.length > 0) closeBlock({ value: '}', at: { file, line: source.lines.length, column: 1 } });
  return { value: root, diagnostics: inFileOrder(diagnostics) };
};
