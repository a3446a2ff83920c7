/** CHANGELOG.md in the form that Debian's tools read. */
import { readFileSync } from 'node:fs';

const MAINTAINER = 'ha-suite authors <ha-suite@packages.invalid>';

const WIDTH = 79;

/** One entry, broken into lines that are not too long. */
const entry = (text) => {
  const lines = [];
  let line = '  *';
  for (const word of text.split(/\s+/)) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '   ';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\n');
};

/** `at`: seconds since 1970, the date of every release. */
export const debianChangelog = (at) => {
  const date = new Date(at * 1000).toUTCString().replace('GMT', '+0000');
  const [, ...releases] = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m);
  return releases
    .map((release) => {
      const [title, ...rest] = release.trim().split('\n');
      const [version] = title.split(' ');
      const [, ...entries] = rest.join('\n').split(/^- /m);
      const body = entries.map((text) => entry(text.trim())).join('\n');
      return `ha-suite (${version}-1) unstable; urgency=medium\n\n${body}\n\n -- ${MAINTAINER}  ${date}\n`;
    })
    .join('\n');
};
