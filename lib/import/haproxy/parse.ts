/** Reads haproxy.cfg into its sections, each with its lines as statements. */
import type { Diagnostic, Parsed } from '../../config/diagnostic.js';
import { diagnosticAt, sourceOf, type Word } from '../../config/source.js';
import { suggest } from '../../config/suggest.js';
import type { Statement } from '../statement.js';
import { wordsOfLine } from './words.js';

/** The keywords that begin a section. */
export const SECTIONS: ReadonlySet<string> = new Set([
  ...['global', 'defaults', 'frontend', 'backend', 'listen', 'userlist', 'peers', 'mailers', 'resolvers', 'program'],
  ...[
    'cache',
    'http-errors',
    'ring',
    'log-forward',
    'fcgi-app',
    'crt-list',
    'crt-store',
    'traces',
    'acme',
    'log-profile',
  ],
]);

const statementOf = (head: Word, args: readonly Word[], block: readonly Statement[] | undefined): Statement => ({
  keyword: head.value,
  args,
  at: head.at,
  endLine: block?.at(-1)?.endLine ?? head.at.line,
  block,
});

/**
 * Reads the text of a haproxy.cfg. A line before the first section is an error with its place; which keywords a section has is
 * not looked at. Never throws.
 */
export const parseHaproxy = (text: string, file: string): Parsed<readonly Statement[]> => {
  const source = sourceOf(file, text);
  const diagnostics: Diagnostic[] = [];
  const sections: Statement[] = [];
  let section: { readonly head: Word; readonly args: readonly Word[]; readonly lines: Statement[] } | undefined;
  const endSection = (): void => {
    if (section !== undefined) sections.push(statementOf(section.head, section.args, section.lines));
    section = undefined;
  };
  for (let number = 1; number <= source.lines.length; number += 1) {
    const { words, diagnostics: spelling } = wordsOfLine(source, number);
    diagnostics.push(...spelling);
    const [head, ...args] = words;
    if (head === undefined) continue;
    if (SECTIONS.has(head.value)) {
      endSection();
      section = { head, args, lines: [] };
    } else if (section !== undefined) section.lines.push(statementOf(head, args, undefined));
    else {
      const message = `'${head.value}' stands before the first section, such as global or frontend`;
      const suggestion = suggest(head.value, [...SECTIONS]);
      diagnostics.push(diagnosticAt(source, 'error', head, { code: 'import/no-section', message, suggestion }));
    }
  }
  endSection();
  return { value: sections, diagnostics };
};
