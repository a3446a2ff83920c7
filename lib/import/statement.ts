/** What both kinds of file are made of: statements, each a keyword with its arguments and perhaps a block of further ones. */
import type { Position } from '../config/diagnostic.js';
import type { Word } from '../config/source.js';

export interface Statement {
  readonly keyword: string;
  /** Without the keyword; quotes and escapes are taken away. */
  readonly args: readonly Word[];
  /** Where the keyword stands. */
  readonly at: Position;
  /** Its last line, that of the closing brace where it has a block. */
  readonly endLine: number;
  /** Undefined: it opens none. */
  readonly block: readonly Statement[] | undefined;
}

/** A statement and all that stand in its block, in the order of the file. */
export const withInner = (statement: Statement): readonly Statement[] => [
  statement,
  ...(statement.block ?? []).flatMap(withInner),
];

/** The argument with that number as text; empty when there is none. */
export const arg = ({ args }: Statement, index: number): string => args[index]?.value ?? '';

/** All arguments as one text. */
export const argText = ({ args }: Statement): string => args.map(({ value }) => value).join(' ');

/** The statements of a block with that keyword. */
export const named = ({ block = [] }: Statement, keyword: string): readonly Statement[] =>
  block.filter((inner) => inner.keyword === keyword);
