/** Bracketed character classes: `[a-z]`, `[^]x]`, `[[:alpha:]\d-]`. */
import { complement, ESCAPED_CLASSES, foldCase, POSIX_CLASSES, range, single, union } from './byte-set.js';
import { readByteEscape } from './escape.js';
import { type ByteSet, invalid, unsupported } from './pattern.js';
import type { Scanner } from './scanner.js';

/** One byte, which may begin a range, or a whole class. */
type Member = { readonly byte: number } | { readonly set: ByteSet };

const readPosix = (scanner: Scanner): ByteSet | undefined => {
  const offset = scanner.offset();
  const found = scanner.match(/\[([:.=])(\^?)([^\]]*?)\1\]/);
  if (found === undefined) return undefined;
  const [, mark, negation, name = ''] = found;
  if (mark !== ':') return invalid(offset, `POSIX syntax [${mark} ${mark}] is reserved`);
  const set = POSIX_CLASSES.get(name) ?? invalid(offset, `there is no class [:${name}:]`);
  return negation === '^' ? complement(set) : set;
};

const readMember = (scanner: Scanner): Member => {
  const offset = scanner.offset();
  if (scanner.peek() === '[') {
    const set = readPosix(scanner);
    if (set !== undefined) return { set };
  }
  const letter = scanner.next();
  if (letter !== '\\') return { byte: letter.charCodeAt(0) };
  const next = scanner.peek();
  const set = next === 'N' ? undefined : ESCAPED_CLASSES.get(next);
  if (set !== undefined) {
    scanner.next();
    return { set };
  }
  if (next === 'b') {
    scanner.next();
    return { byte: 8 };
  }
  if (next === '8' || next === '9') return unsupported(offset, `\\${next}`);
  return { byte: readByteEscape(scanner, offset) };
};

/** Reads a class whose `[` has been passed; `offset` is that of the `[`. */
export const readClass = (scanner: Scanner, offset: number, ignoreCase: boolean): ByteSet => {
  const negated = scanner.take('^');
  const sets: ByteSet[] = [];
  // A closing bracket in the first place is an ordinary character.
  for (let first = true; first || scanner.peek() !== ']'; first = false) {
    if (scanner.done()) return invalid(offset, 'unmatched [');
    const at = scanner.offset();
    const member = readMember(scanner);
    const from = 'byte' in member ? member.byte : undefined;
    if (from === undefined || scanner.match(/-(?!\])/) === undefined) {
      sets.push('set' in member ? member.set : single(member.byte));
      continue;
    }
    if (scanner.done()) return invalid(offset, 'unmatched [');
    const last = readMember(scanner);
    if ('set' in last) {
      sets.push(single(from), single(45), last.set);
      continue;
    }
    if (last.byte < from) return invalid(at, 'the range ends before it begins');
    sets.push(range(from, last.byte));
  }
  scanner.next();
  const set = union(sets);
  const folded = ignoreCase ? foldCase(set) : set;
  return negated ? complement(folded) : folded;
};
