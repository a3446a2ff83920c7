/** Goes through the statements of a block and hands each to who knows it. */
import type { Ledger } from '../ledger.js';
import { argText, type Statement } from '../statement.js';
import { reportKnown } from './no-equivalent.js';

export type Handlers = Readonly<Record<string, (statement: Statement) => void>>;

/**
 * What a handler takes is carried over, unless it says something else; what has no equivalent is reported. The rest is left to
 * `settle`.
 */
export const readBlock = (ledger: Ledger, statements: readonly Statement[], handlers: Handlers): void => {
  for (const statement of statements) {
    const handler = Object.hasOwn(handlers, statement.keyword) ? handlers[statement.keyword] : undefined;
    if (handler !== undefined) {
      ledger.carry(statement);
      handler(statement);
    } else reportKnown(ledger, statement);
  }
};

/** The advice about a line that says nothing sensible. */
export const REPAIR = 'put the line right and import the file again';

/** Reports a statement whose value is not what it has to be. */
export const wrongValue = (ledger: Ledger, statement: Statement, what: string): void =>
  ledger.remark('lost', statement, `'${argText(statement)}' is not ${what}`, REPAIR);
