/** What becomes of the lines of an imported file, for people and as JSON. Pure. */
import { type Colour, painter } from '../text/paint.js';
import type { Imported } from './import.js';
import type { Remark, RemarkKind } from './ledger.js';

const COLOURS: Readonly<Record<RemarkKind, Colour>> = {
  lost: 'red',
  changed: 'yellow',
  kept: 'cyan',
  needless: 'faint',
};

const placeOf = ({ at, endLine }: Remark): string =>
  `${at.file}:${at.line}:${at.column}:${endLine > at.line ? ` (to line ${endLine})` : ''}`;

const remarkLines = (remark: Remark, coloured: boolean): readonly string[] => {
  const { kind, statement, message, advice } = remark;
  return [
    `${placeOf(remark)} ${painter(coloured)(kind, COLOURS[kind])}: ${statement}`,
    `    ${message}${advice === '' ? '' : `;\n    ${advice}`}`,
  ];
};

const KINDS: readonly RemarkKind[] = ['lost', 'changed', 'kept', 'needless'];

const sentence = ({ remarks, statements, reported }: Imported): string => {
  if (remarks.length === 0) return `All ${statements} statements are carried over.`;
  const parts = KINDS.flatMap((kind) => {
    const count = remarks.filter((remark) => remark.kind === kind).length;
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  return `${statements - reported} of ${statements} statements are carried over as they are. Remarks: ${parts.join(', ')}.`;
};

/** One entry for each remark, and a sentence that counts them; ends with a newline. */
export const reportText = (imported: Imported, coloured: boolean): string =>
  [...imported.remarks.flatMap((remark) => remarkLines(remark, coloured)), sentence(imported), ''].join('\n');

/** The same for machines, with the texts of the generated files; ends with a newline. */
export const reportJson = ({ files, remarks, statements, reported }: Imported): string =>
  `${JSON.stringify(
    {
      version: 1,
      statements,
      reported,
      files: files.map(({ name, mode, text }) => ({ name, mode: mode.toString(8).padStart(4, '0'), text })),
      remarks: remarks.map(({ kind, at, endLine, statement, message, advice }) => ({
        kind,
        ...at,
        endLine,
        statement,
        message,
        advice,
      })),
    },
    null,
    2,
  )}\n`;
