// Breaks lines of text in man/ that are longer than 80 characters, which `mandoc -Tlint` complains about.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WIDTH = 80;
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'man');

/** The line in pieces; none begins with a character that roff takes for the start of a macro. */
const wrapped = (line) => {
  const pieces = [];
  let rest = line;
  while (rest.length > WIDTH) {
    let at = rest.lastIndexOf(' ', WIDTH);
    while (at > 0 && /[.']/.test(rest.charAt(at + 1))) at = rest.lastIndexOf(' ', at - 1);
    if (at <= 0) break;
    pieces.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at + 1).trimStart();
  }
  return [...pieces, rest];
};

for (const name of readdirSync(folder)) {
  const path = join(folder, name);
  const text = readFileSync(path, 'utf8');
  let literal = false;
  const lines = text.split('\n').flatMap((line) => {
    if (/^\.Bd .*-(literal|unfilled)/.test(line)) literal = true;
    if (line.startsWith('.Ed')) literal = false;
    return literal || line.startsWith('.') ? [line] : wrapped(line);
  });
  if (lines.join('\n') !== text) writeFileSync(path, lines.join('\n'));
}
