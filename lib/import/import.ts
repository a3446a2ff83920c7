/** Files of keepalived and haproxy as files of heartbeat and ldirectord, with an account of every line. Pure. */
import type { Diagnostic } from '../config/diagnostic.js';
import { hasErrors } from '../config/diagnostic.js';
import { diagnosticAt, diagnosticOfFile, inFileOrder, sourceOf } from '../config/source.js';
import { mapHaproxy } from './haproxy/map.js';
import { parseHaproxy, SECTIONS } from './haproxy/parse.js';
import { mapKeepalived, ROOT_KEYWORDS } from './keepalived/map.js';
import { parseKeepalived } from './keepalived/parse.js';
import { countOf, type Ledger, openLedger, type Remark, settle, withoutSecret } from './ledger.js';
import { EMPTY_PLAN, type ImportOptions } from './plan.js';
import { type GeneratedFile, renderFiles } from './render/files.js';
import { sourcesOf } from './render/noted.js';
import type { Statement } from './statement.js';

export interface ImportedFile {
  readonly path: string;
  readonly text: string;
}

export interface Imported {
  readonly files: readonly GeneratedFile[];
  /** What was not carried over, or not quite: file by file, each in its order. */
  readonly remarks: readonly Remark[];
  /** Statements of all files, and how many of them are reported. */
  readonly statements: number;
  readonly reported: number;
}

type Kind = 'keepalived' | 'haproxy';

interface Read {
  readonly kind: Kind;
  readonly statements: readonly Statement[];
}

/** Which program a file belongs to: its first word tells. Undefined: neither. */
export const kindOf = (text: string): Kind | undefined => {
  for (const line of text.split('\n')) {
    const [word = ''] = line
      .replace(/[!#{].*$/s, '')
      .trim()
      .split(/\s+/);
    if (word === '') continue;
    if (SECTIONS.has(word)) return 'haproxy';
    return ROOT_KEYWORDS.has(word) || /^[$@]/.test(word) ? 'keepalived' : undefined;
  }
  return undefined;
};

const readFile = ({ path, text: whole }: ImportedFile): Read | readonly Diagnostic[] => {
  const text = whole.replace(/^\ufeff/, '');
  const kind = kindOf(text);
  if (kind === undefined) {
    const source = sourceOf(path, text);
    const line = source.lines.findIndex((each) => each.replace(/[!#].*$/s, '').trim() !== '');
    const code = 'import/unknown-format';
    if (line < 0) return [diagnosticOfFile(path, 'error', { code, message: 'there is nothing in this file' })];
    const word = source.lines[line]?.trim().split(/\s+/)[0] ?? '';
    const column = (source.lines[line] ?? '').indexOf(word) + 1;
    const message = `neither a keepalived.conf nor a haproxy.cfg begins with '${word}'`;
    return [
      diagnosticAt(source, 'error', { value: word, at: { file: path, line: line + 1, column } }, { code, message }),
    ];
  }
  const { value, diagnostics } = kind === 'keepalived' ? parseKeepalived(text, path) : parseHaproxy(text, path);
  if (!hasErrors(diagnostics)) return { kind, statements: value };
  return inFileOrder(diagnostics).map((one) => ({ ...one, sourceLine: withoutSecret(one.sourceLine) }));
};

/**
 * The generated files and the report, or what is wrong with the files. Of each kind there is one at most; a keepalived.conf comes
 * first, whatever the order, because it says which addresses there are. Never throws on input.
 */
export const importFiles = (
  inputs: readonly ImportedFile[],
  options: ImportOptions,
): Imported | readonly Diagnostic[] => {
  const diagnostics: Diagnostic[] = [];
  const read: (Read & { readonly ledger: Ledger })[] = [];
  for (const input of inputs) {
    const result = readFile(input);
    if (!('kind' in result)) diagnostics.push(...result);
    else if (read.some(({ kind }) => kind === result.kind))
      diagnostics.push(
        diagnosticOfFile(input.path, 'error', {
          code: 'import/second-file',
          message: `a second file of ${result.kind}: import the one of one machine`,
        }),
      );
    else read.push({ ...result, ledger: openLedger() });
  }
  if (diagnostics.length > 0) return diagnostics;
  let plan = EMPTY_PLAN;
  for (const kind of ['keepalived', 'haproxy'] as const)
    for (const { statements, ledger } of read.filter((one) => one.kind === kind)) {
      plan =
        kind === 'keepalived'
          ? mapKeepalived(ledger, statements, options)
          : mapHaproxy(ledger, statements, options, plan);
      settle(ledger, statements);
    }
  const remarks = read.flatMap(({ ledger }) => ledger.remarks());
  const counts = read.map(({ statements, ledger }) => countOf(statements, ledger.remarks()));
  return {
    files: renderFiles(plan, options, sourcesOf(inputs.map(({ path }) => path))),
    remarks,
    statements: counts.reduce((sum, { statements }) => sum + statements, 0),
    reported: counts.reduce((sum, { reported }) => sum + reported, 0),
  };
};
