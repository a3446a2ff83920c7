/** Keeps account of every statement of an imported file: it is carried over, or there is a remark that says what becomes of it. */
import type { Position } from '../config/diagnostic.js';
import { type Statement, withInner } from './statement.js';

/**
 * `lost`: what it did is done by nobody any more. `changed`: it is carried over, but means something slightly different.
 * `needless`: nothing here needs it. `kept`: it stays in its file, whose program stays.
 */
export type RemarkKind = 'lost' | 'changed' | 'needless' | 'kept';

export interface Remark {
  readonly kind: RemarkKind;
  readonly at: Position;
  /** The last line it is about. */
  readonly endLine: number;
  /** The statement as it was understood, secrets covered. */
  readonly statement: string;
  /** What it did, or what is different now. */
  readonly message: string;
  /** What to do about it; empty: nothing. */
  readonly advice: string;
}

export interface Ledger {
  /** It is carried over as a whole, without what stands in its block. */
  readonly carry: (...statements: readonly Statement[]) => void;
  /** It is not, or not quite. A remark that something is lost or needless accounts for the whole block. */
  readonly remark: (kind: RemarkKind, statement: Statement, message: string, advice?: string) => void;
  /** Whether anything has been said about it. */
  readonly knows: (statement: Statement) => boolean;
  /** What there is to report, in the order of the file. */
  readonly remarks: () => readonly Remark[];
}

/** What stands behind these words is nobody's business: people paste reports into tickets. */
const SECRET_FOLLOWS = new Set(['auth_pass', 'password', 'insecure-password', 'auth']);

const textOf = ({ keyword, args }: Statement): string => {
  const words = [keyword, ...args.map(({ value }) => value)];
  const secret = words.findIndex((word) => SECRET_FOLLOWS.has(word));
  const shown = secret < 0 ? words : [...words.slice(0, secret + 1), ...words.slice(secret + 1).map(() => '***')];
  return shown.join(' ').replace(/\s+/g, ' ').trim();
};

/** A line of a file without the secret that it may hold, as long as it was. */
export const withoutSecret = (line: string): string =>
  line.replace(
    /((?:^|[\s{])(?:auth_pass|password|insecure-password|auth)\s+)(\S.*)$/s,
    (_, head: string, secret: string) => head + '*'.repeat(secret.length),
  );

/** Opens an account. */
export const openLedger = (): Ledger => {
  const known = new Set<Statement>();
  const found: Remark[] = [];
  return {
    carry: (...statements) => {
      for (const statement of statements) known.add(statement);
    },
    remark: (kind, statement, message, advice = '') => {
      for (const each of kind === 'changed' ? [statement] : withInner(statement)) known.add(each);
      const { at, block } = statement;
      // A group of addresses that two services name is read twice.
      if (found.some((one) => one.at === at && one.message === message)) return;
      const endLine = kind === 'changed' || block === undefined ? at.line : statement.endLine;
      found.push({ kind, at, endLine, statement: textOf(statement), message, advice });
    },
    knows: (statement) => known.has(statement),
    remarks: () => found.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column),
  };
};

/** Reports every statement that nobody has said anything about. */
export const settle = (ledger: Ledger, statements: readonly Statement[]): void => {
  for (const statement of statements) {
    if (!ledger.knows(statement))
      ledger.remark(
        'lost',
        statement,
        `'${statement.keyword}' is not known to the import`,
        'look up what it does, and whether anything here has to do it instead',
      );
    else settle(ledger, statement.block ?? []);
  }
};

/** How many statements there are, and how many of them some remark is about. */
export const countOf = (
  statements: readonly Statement[],
  remarks: readonly Remark[],
): { readonly statements: number; readonly reported: number } => {
  const all = statements.flatMap(withInner);
  const isReported = ({ at }: Statement): boolean =>
    remarks.some(
      (remark) =>
        (remark.at.line === at.line && remark.at.column === at.column) ||
        (remark.endLine > remark.at.line && at.line > remark.at.line && at.line <= remark.endLine),
    );
  return { statements: all.length, reported: all.filter(isReported).length };
};
