/** Escapes that stand for one byte, inside and outside of a class: `\n`, `\x41`, `\x{41}`, `\101`, `\cA`, `\.`. */
import { invalid, unsupported } from './pattern.js';
import type { Scanner } from './scanner.js';

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, e: 27, a: 7 };

const byte = (value: number, offset: number): number =>
  value > 255 ? unsupported(offset, 'a character above \\xff') : value;

/** Reads what follows a backslash when it stands for one byte; `offset` is that of the backslash. */
export const readByteEscape = (scanner: Scanner, offset: number): number => {
  const letter = scanner.next();
  const control = CONTROLS[letter];
  if (control !== undefined) return control;
  if (letter === 'x') {
    const braced = scanner.match(/\{[ \t]*([0-9A-Fa-f]*)[ \t]*\}/)?.[1];
    if (braced !== undefined) return byte(Number.parseInt(braced === '' ? '0' : braced, 16), offset);
    if (scanner.peek() === '{') return unsupported(offset, 'this form of \\x{…}');
    return Number.parseInt(scanner.match(/[0-9A-Fa-f]{1,2}/)?.[0] ?? '0', 16);
  }
  if (letter === 'o') {
    const digits = scanner.match(/\{[ \t]*([0-7]+)[ \t]*\}/)?.[1];
    if (digits !== undefined) return byte(Number.parseInt(digits, 8), offset);
    return scanner.peek() === '{'
      ? unsupported(offset, 'this form of \\o{…}')
      : invalid(offset, 'missing braces on \\o{}');
  }
  if (letter === 'c') {
    const next = scanner.next();
    if (!/^[@A-Za-z[\]^_?]$/.test(next)) return unsupported(offset, `\\c${next}`);
    return next.toUpperCase().charCodeAt(0) ^ 64;
  }
  if (letter >= '0' && letter <= '7') {
    const digits = letter + (scanner.match(/[0-7]{1,2}/)?.[0] ?? '');
    return byte(Number.parseInt(digits, 8), offset);
  }
  if (letter === '') return invalid(offset, 'a backslash at the end');
  if (/[0-9A-Za-z]/.test(letter)) return unsupported(offset, `\\${letter}`);
  return letter.charCodeAt(0);
};
