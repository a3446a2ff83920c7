/** Holds the man page to the options of the command. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommandLine } from '../../lib/heartbeat/command-line.js';
import { projectRoot } from '../support/paths.js';

const page = readFileSync(join(projectRoot, 'man', 'ha-heartbeat.8'), 'utf8');

/** Options as --help lists them, e.g. `-f`, `--foreground`, `-C`. */
const options = (): readonly string[] => {
  const request = parseCommandLine(['--help']);
  if (request.action !== 'print') throw new Error('no help');
  const lines = request.text.split('\n').filter((line) => /^ {2}-/.test(line));
  return lines.flatMap(
    (line) =>
      line
        .trim()
        .split(/ {2,}/)[0]
        ?.match(/--?[A-Za-z]+/g) ?? [],
  );
};

test('every option is explained', () => {
  const found = options();
  expect(found.length).toBeGreaterThan(15);
  const items = page.split('\n').filter((line) => line.startsWith('.It Fl'));
  const explained = items.flatMap((line) => line.match(/Fl \\?-?-?[A-Za-z\\-]+/g) ?? []).join(' ');
  const inText = page.match(/\.Fl [A-Za-z\\-]+/g)?.join(' ') ?? '';
  for (const option of found) {
    const word = option.startsWith('--') ? `Fl \\-${option.slice(2)}` : `Fl ${option.slice(1)}`;
    expect(`${explained} ${inText} `).toContain(`${word} `);
  }
});

test('every exit status of the reference is explained', () => {
  for (const code of [0, 1, 2, 3, 4, 6, 100]) expect(page).toContain(`\n.It ${code}\n`);
});
