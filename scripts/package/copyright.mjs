/** The copyright file of the package: our licence, and that of every npm package whose code is in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withNeeds } from './runtime-packages.mjs';

const MODULES = 'node_modules';
const COMMON = '/usr/share/common-licenses';

/** What of a licence file is to be printed: a long text that every Debian system has is only referred to. */
const brief = (text) => {
  if (/^\s*Apache License\s/m.test(text)) return `See ${COMMON}/Apache-2.0 (Apache License, version 2.0).`;
  const [own = ''] = text.split(/^\s*GNU GENERAL PUBLIC LICENSE\s*$/m);
  return own === text ? text.trim() : `${own.trim()}\n\nThe other licence, GPL version 2: see ${COMMON}/GPL-2.`;
};

const licenceOf = (name) => {
  const folder = join(MODULES, name);
  const { version, license, author, homepage } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const who = typeof author === 'string' ? author : author?.name;
  const text =
    file === undefined ? `${license}${who ? `, by ${who}` : ''}` : brief(readFileSync(join(folder, file), 'utf8'));
  const title = `${name} ${version} (${license})${homepage ? `, ${homepage}` : ''}`;
  return `${title}\n${'-'.repeat(title.length)}\n\n${text}\n`;
};

export const copyrightText = () => {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const names = withNeeds([...Object.keys(dependencies), ...Object.keys(optionalDependencies)]);
  return `ha-suite\n========\n\n${readFileSync('LICENSE', 'utf8').trim()}

The commands contain code of these npm packages, or load it from /usr/lib/ha-suite/node_modules:

${names.map(licenceOf).join('\n')}`;
};
