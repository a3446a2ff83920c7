/** Puts an installation together below a folder, the same bytes at each time. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { debianChangelog } from './changelog.mjs';
import { copyrightText } from './copyright.mjs';
import { layout } from './layout.mjs';
import { places } from './places.mjs';

const DOCUMENTS = '/usr/share/doc/ha-suite';

/** gzip(1) -9n: no name, no time. */
export const packed = (text) => {
  const bytes = gzipSync(text, { level: constants.Z_BEST_COMPRESSION });
  bytes[9] = 3;
  return bytes;
};

const folder = (path) => mkdirSync(path, { recursive: true, mode: 0o755 });

/** A program names its interpreter in its first line; what it loads names none. */
const withInterpreter = (text, first) => text.replace(/^#!.*\n/, first);

const writeEntry = (entry, path, node) => {
  folder(dirname(path));
  if (entry.kind === 'link') symlinkSync(entry.to, path);
  else if (entry.kind === 'folder') folder(path);
  else {
    if (entry.isPacked) writeFileSync(path, packed(readFileSync(entry.from)));
    else if (entry.isProgram) writeFileSync(path, withInterpreter(readFileSync(entry.from, 'utf8'), `#!${node}\n`));
    else if (entry.isPart) writeFileSync(path, withInterpreter(readFileSync(entry.from, 'utf8'), ''));
    else if (entry.path.endsWith('.service'))
      writeFileSync(path, readFileSync(entry.from, 'utf8').replaceAll('/usr/bin/node', node));
    else copyFileSync(entry.from, path);
    chmodSync(path, entry.mode);
  }
};

/**
 * Writes all files of the layout below `root`; answers their paths as installed. `node`: the interpreter; `at`: seconds since
 * 1970, for the dates in what is written.
 */
export const stage = (root, { node, at }) => {
  const entries = layout();
  const written = [
    [
      `/usr/lib/ha-suite/places`,
      `${places()
        .map((words) => words.join(' '))
        .join('\n')}\n`,
    ],
    [`/usr/lib/ha-suite/package.json`, `${JSON.stringify({ name: 'ha-suite', private: true, type: 'module' })}\n`],
    [`${DOCUMENTS}/copyright`, copyrightText()],
    [`${DOCUMENTS}/changelog.gz`, packed(readFileSync('CHANGELOG.md'))],
    [`${DOCUMENTS}/changelog.Debian.gz`, packed(debianChangelog(at))],
  ];
  const previous = process.umask(0o022);
  try {
    for (const entry of entries) writeEntry(entry, join(root, entry.path), node);
    for (const [path, content] of written) {
      folder(dirname(join(root, path)));
      writeFileSync(join(root, path), content, { mode: 0o644 });
    }
  } finally {
    process.umask(previous);
  }
  return [...entries.map(({ path }) => path), ...written.map(([path]) => path)].sort();
};
