/** What the manual pages in man/ say, as far as tests compare it with the commands. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './paths.js';

const folder = join(projectRoot, 'man');

/** The files of all pages. */
export const pages: readonly string[] = readdirSync(folder);

/** The source of a page, as it stands there. */
export const pageSource = (page: string): string => readFileSync(join(folder, page), 'utf8');

/** The page of a command or file, with plain dashes; throws when there is none. */
export const manualOf = (name: string): string => {
  const page = pages.find((file) => file.replace(/\.\d$/, '') === name);
  if (page === undefined) throw new Error(`no manual page for ${name}`);
  return pageSource(page).replaceAll('\\-', '-').replaceAll('\\&', '');
};

/** Options where mdoc explains or lists them: `.It` lines and the synopsis; `Fl dMv` stands for three letters. */
export const optionsOf = (manual: string): readonly string[] => {
  const synopsis = /^\.Sh SYNOPSIS\n(.*?)^\.Sh /ms.exec(manual)?.[1] ?? '';
  const lines = [...synopsis.split('\n'), ...manual.split('\n').filter((line) => line.startsWith('.It '))];
  return lines.flatMap((line) =>
    [...line.matchAll(/\bFl ([^\s,]+(?: \| (?!Fl |Ar |Cm |Op )[^\s,]+)*)/g)].flatMap(([, words = '']) =>
      words
        .split(' | ')
        // A lone dash is the `--` that ends the options.
        .filter((word) => word !== '-')
        .flatMap((word) => (word.startsWith('-') ? [`-${word}`] : [...word].map((letter) => `-${letter}`))),
    ),
  );
};
