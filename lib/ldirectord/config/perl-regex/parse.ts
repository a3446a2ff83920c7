/** Reads a Perl pattern into nodes; what cannot be translated exactly is refused with its place. */
import { anything, ESCAPED_CLASSES, foldCase, notNewline, single, union } from './byte-set.js';
import { readClass } from './class.js';
import { readByteEscape } from './escape.js';
import { type ByteSet, END, invalid, type Node, unsupported } from './pattern.js';
import { createScanner, type Scanner } from './scanner.js';

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
  readonly n: boolean;
}
const NO_FLAGS: Flags = { i: false, m: false, s: false, x: false, n: false };
type FlagName = keyof Flags;

/** What the recursive functions share. */
interface Reader {
  readonly scanner: Scanner;
  /** Number of captures opened so far. */
  captures: number;
  /** Opening brackets in the whole pattern: there are no more groups than these. */
  readonly brackets: number;
  /** The whole pattern. */
  readonly text: string;
  readonly names: Map<string, number>;
  depth: number;
  /** Number of look-arounds that are open. */
  looks: number;
}

/** Deeper nesting than this is refused, so that no pattern can exhaust the stack. */
const DEEPEST = 200;
const LARGEST_COUNT = 65534;

const ASSERTIONS: Readonly<Record<string, string>> = { A: '^', G: '^', z: '$', Z: END, b: '\\b', B: '\\B', K: '' };

const assertion = (source: string): Node => ({ kind: 'assertion', source });
const bytes = (set: ByteSet): Node => ({ kind: 'bytes', set });
const literal = (byte: number, flags: Flags): Node => bytes(flags.i ? foldCase(single(byte)) : single(byte));

const lineStart = (flags: Flags): Node => assertion(flags.m ? '(?:^|(?<=\\n)(?=[^]))' : '^');
const lineEnd = (flags: Flags): Node => assertion(flags.m ? '(?=\\n|$)' : END);

const lineBreak: Node = {
  kind: 'atomic',
  body: {
    kind: 'choice',
    branches: [
      { kind: 'sequence', parts: [bytes(single(13)), bytes(single(10))] },
      bytes(ESCAPED_CLASSES.get('v') ?? union([])),
    ],
  },
};

const named = (reader: Reader, name: string, offset: number): Node => {
  const id = reader.names.get(name);
  if (id !== undefined) return { kind: 'reference', id, offset };
  return reader.text.includes(`<${name}>`) || reader.text.includes(`'${name}'`)
    ? unsupported(offset, 'a reference to a group that stands further on')
    : invalid(offset, `there is no group named '${name}'`);
};

const numbered = (reader: Reader, number: number, offset: number): Node =>
  number >= 1 && number <= reader.captures
    ? { kind: 'reference', id: number, offset }
    : unsupported(offset, 'a reference to a group that stands further on or nowhere');

const readReference = (reader: Reader, offset: number): Node => {
  const { scanner } = reader;
  const letter = scanner.next();
  if (letter === 'k') {
    const [, angle, quote, brace] = scanner.match(/<(\w+)>|'(\w+)'|\{[ \t]*(\w+)[ \t]*\}/) ?? [];
    const name = angle ?? quote ?? brace ?? invalid(offset, 'a name must follow \\k');
    return named(reader, name, offset);
  }
  const [, bare, braced] = scanner.match(/(-?\d+)|\{[ \t]*(-?\d+|\w+)[ \t]*\}/) ?? [];
  const word = bare ?? braced ?? invalid(offset, 'a number or a name must follow \\g');
  if (!/^-?\d+$/.test(word)) return named(reader, word, offset);
  const number = Number(word);
  return numbered(reader, number < 0 ? reader.captures + 1 + number : number, offset);
};

const readEscape = (reader: Reader, flags: Flags, offset: number): Node => {
  const { scanner } = reader;
  const letter = scanner.peek();
  if (letter === 'k' || letter === 'g') return readReference(reader, offset);
  if (letter === 'R') {
    scanner.next();
    return lineBreak;
  }
  if ((letter === 'N' || letter === 'b' || letter === 'B') && scanner.match(/[NbB](?=\{)/) !== undefined) {
    return unsupported(offset, `\\${letter}{…}`);
  }
  const set = ESCAPED_CLASSES.get(letter);
  const zeroWidth = ASSERTIONS[letter];
  if (set !== undefined || zeroWidth !== undefined) {
    scanner.next();
    if (letter === 'K' && reader.looks > 0) return invalid(offset, '\\K in a look-around');
    return set === undefined ? assertion(zeroWidth ?? '') : bytes(set);
  }
  if (/[1-9]/.test(letter)) {
    const digits = scanner.match(/(?=(\d+))/)?.[1] ?? '';
    const number = Number(digits);
    // Perl reads a larger number than there are groups in the whole pattern as octal.
    if (number > 9 && number > reader.brackets && letter < '8') return literal(readByteEscape(scanner, offset), flags);
    if (number > 9 && number > reader.captures) return unsupported(offset, `\\${digits}`);
    scanner.match(/\d+/);
    return numbered(reader, number, offset);
  }
  return literal(readByteEscape(scanner, offset), flags);
};

const setFlags = (flags: Flags, text: string, offset: number): Flags => {
  const reset = text.startsWith('^');
  const [on = '', off = ''] = text.slice(reset ? 1 : 0).split('-');
  const result: Record<FlagName, boolean> = { ...(reset ? NO_FLAGS : flags) };
  for (const [letters, value] of [
    [on, true],
    [off, false],
  ] as const) {
    if (/xx/.test(letters)) return unsupported(offset, '(?xx)');
    for (const letter of letters) {
      if (letter === 'i' || letter === 'm' || letter === 's' || letter === 'x' || letter === 'n')
        result[letter] = value;
      else if (!'adp'.includes(letter)) return unsupported(offset, `the flag '${letter}'`);
    }
  }
  return result;
};

const closeGroup = (reader: Reader, flags: Flags, offset: number): Node => {
  const body = readChoice(reader, flags);
  return reader.scanner.take(')') ? body : invalid(offset, 'unmatched (');
};

const capture = (reader: Reader, flags: Flags, offset: number, name?: string): Node => {
  reader.captures += 1;
  const id = reader.captures;
  if (name !== undefined) {
    if (reader.names.has(name)) return unsupported(offset, `a second group named '${name}'`);
    reader.names.set(name, id);
  }
  return { kind: 'capture', id, body: closeGroup(reader, flags, offset) };
};

type Opened = { readonly node: Node } | { readonly flags: Flags };

/** Reads a group whose `(` has been passed. Flags without a colon change the rest of the enclosing group. */
const readGroup = (reader: Reader, flags: Flags, offset: number): Opened => {
  const { scanner } = reader;
  if (scanner.peek() === '*') return unsupported(offset, '(*…)');
  if (!scanner.take('?')) {
    return { node: flags.n ? closeGroup(reader, flags, offset) : capture(reader, flags, offset) };
  }
  const name = scanner.match(/(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/);
  if (name !== undefined) return { node: capture(reader, flags, offset, name[1] ?? name[2]) };
  const same = scanner.match(/P=([A-Za-z_]\w*)\)/)?.[1];
  if (same !== undefined) return { node: named(reader, same, offset) };
  if (scanner.match(/#[^)]*\)/) !== undefined) return { flags };
  if (scanner.take('>')) return { node: { kind: 'atomic', body: closeGroup(reader, flags, offset) } };
  const look = scanner.match(/(<?)([=!])/);
  if (look !== undefined) {
    reader.looks += 1;
    const body = closeGroup(reader, flags, offset);
    reader.looks -= 1;
    return { node: { kind: 'look', behind: look[1] === '<', negative: look[2] === '!', body } };
  }
  const letters = scanner.match(/(\^?[a-z]*(?:-[a-z]*)?)([:)])/);
  if (letters === undefined) return unsupported(offset, 'this kind of group');
  const changed = setFlags(flags, letters[1] ?? '', offset);
  return letters[2] === ')' ? { flags: changed } : { node: closeGroup(reader, changed, offset) };
};

/** Blanks and comments mean nothing under (?x), comments in (?#…) never. */
const skipIgnored = (scanner: Scanner, flags: Flags): void => {
  while (
    (flags.x && scanner.match(/[ \t\n\r\f\v]+|#[^\n]*\n?/) !== undefined) ||
    scanner.match(/\(\?#[^)]*\)/) !== undefined
  );
};

const readQuantified = (reader: Reader, flags: Flags, atom: Node): Node => {
  const { scanner } = reader;
  skipIgnored(scanner, flags);
  const offset = scanner.offset();
  const found = scanner.match(
    /([*+?])|\{[ \t]*(\d+)[ \t]*\}|\{[ \t]*(\d+)[ \t]*,[ \t]*(\d*)[ \t]*\}|\{[ \t]*,[ \t]*(\d+)[ \t]*\}/,
  );
  if (found === undefined) return atom;
  // Perl's own optimizer is not of one mind about these.
  if (atom.kind === 'assertion' || atom.kind === 'look') return unsupported(offset, 'a count of what has no width');
  const [, sign, exactly, from, to, upTo] = found;
  const min = Number(exactly ?? from ?? (sign === '+' ? 1 : 0));
  const open = sign === '*' || sign === '+' || to === '';
  const max = sign === '?' ? 1 : open ? Number.POSITIVE_INFINITY : Number(exactly ?? upTo ?? to);
  if (min > LARGEST_COUNT || (max > LARGEST_COUNT && !open)) return invalid(offset, 'the count is too large');
  if (min > max) return unsupported(offset, 'a count that ends before it begins');
  const mode = scanner.take('?') ? 'lazy' : scanner.take('+') ? 'possessive' : 'greedy';
  skipIgnored(scanner, flags);
  if (isQuantifier(scanner)) {
    return flags.x || min > max
      ? unsupported(offset, 'two quantifiers')
      : invalid(scanner.offset(), 'nested quantifiers');
  }
  return { kind: 'repeat', body: atom, min, max, mode };
};

/** Whether a quantifier stands here; `{` alone, `{}` and `{,}` are ordinary text. */
const isQuantifier = (scanner: Scanner): boolean =>
  scanner.match(/(?=[*+?]|\{[ \t]*(?:\d+[ \t]*(?:,[ \t]*\d*[ \t]*)?|,[ \t]*\d+[ \t]*)\})/) !== undefined;

const readSequence = (reader: Reader, outer: Flags): { readonly node: Node; readonly flags: Flags } => {
  const { scanner } = reader;
  const parts: Node[] = [];
  let flags = outer;
  for (;;) {
    skipIgnored(scanner, flags);
    if (scanner.done() || scanner.peek() === '|' || scanner.peek() === ')') break;
    const offset = scanner.offset();
    if (isQuantifier(scanner)) {
      return scanner.peek() === '{'
        ? unsupported(offset, 'a count without anything before it')
        : invalid(offset, 'the quantifier follows nothing');
    }
    const letter = scanner.next();
    const escaped = letter === '\\' ? scanner.peek() : '';
    if (letter === '(') {
      const opened = readGroup(reader, flags, offset);
      if ('flags' in opened) flags = opened.flags;
      else parts.push(readQuantified(reader, flags, opened.node));
      continue;
    }
    const atom =
      letter === '\\'
        ? readEscape(reader, flags, offset)
        : letter === '['
          ? bytes(readClass(scanner, offset, flags.i))
          : letter === '.'
            ? bytes(flags.s ? anything : notNewline)
            : letter === '^'
              ? lineStart(flags)
              : letter === '$'
                ? lineEnd(flags)
                : literal(letter.charCodeAt(0), flags);
    parts.push(readQuantified(reader, flags, atom));
    // Perl takes a brace that begins no count as text, but not behind an escape like `\d`.
    if (/[0-9A-Za-z]/.test(escaped) && scanner.peek() === '{') return unsupported(scanner.offset(), 'this {');
  }
  return { node: { kind: 'sequence', parts }, flags };
};

const readChoice = (reader: Reader, outer: Flags): Node => {
  reader.depth += 1;
  if (reader.depth > DEEPEST) return unsupported(reader.scanner.offset(), 'so deep a nesting');
  let { node, flags } = readSequence(reader, outer);
  const branches = [node];
  // Flags set inside one alternative hold in the following ones too.
  while (reader.scanner.take('|')) {
    ({ node, flags } = readSequence(reader, flags));
    branches.push(node);
  }
  reader.depth -= 1;
  return branches.length === 1 ? node : { kind: 'choice', branches };
};

/** `text` holds one byte per character. Throws PatternError. */
export const readPattern = (text: string): Node => {
  const reader: Reader = {
    scanner: createScanner(text),
    captures: 0,
    brackets: text.split('(').length - 1,
    text,
    names: new Map(),
    depth: 0,
    looks: 0,
  };
  const node = readChoice(reader, NO_FLAGS);
  return reader.scanner.done() ? node : invalid(reader.scanner.offset(), 'unmatched )');
};
