/** The findings for people, grouped by file, and for machines. Pure. */
import type { Diagnostic } from '../config/diagnostic.js';
import { renderDiagnostic } from '../config/render.js';
import type { Explained } from './explain.js';

const RESET = '\x1b[0m';
const BOLD = '\x1b[1m';
const COLOURS = { error: '\x1b[31m', warning: '\x1b[33m' } as const;

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

/** How many findings of each severity, as `2 errors, 1 warning`. */
const counts = (findings: readonly Diagnostic[]): string => {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return `${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}`;
};

const findingText = (finding: Explained, coloured: boolean): string => {
  const { severity, why, fix } = finding;
  const text = renderDiagnostic(finding);
  const shown = coloured ? text.replace(`: ${severity}: `, `: ${COLOURS[severity]}${severity}${RESET}: `) : text;
  return `${shown}\n    why: ${why}\n    fix: ${fix}\n`;
};

/** One block for each file, in the order in which the files come; the last line counts. Ends with a newline. */
export const reportText = (findings: readonly Explained[], coloured: boolean): string => {
  const [begin, end] = coloured ? [BOLD, RESET] : ['', ''];
  const files = [...new Set(findings.map(({ at }) => at.file))];
  const blocks = files.map((file) => {
    const here = findings.filter(({ at }) => at.file === file);
    return `${begin}${file}: ${counts(here)}${end}\n\n${here.map((finding) => `${findingText(finding, coloured)}\n`).join('')}`;
  });
  return `${blocks.join('')}${counts(findings)}\n`;
};

/** One JSON document. Ends with a newline. */
export const reportJson = (findings: readonly Explained[]): string => {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return `${JSON.stringify(
    {
      version: 1,
      errors,
      warnings: findings.length - errors,
      findings: findings.map(({ at, severity, code, message, suggestion, why, fix }) => ({
        ...at,
        severity,
        code,
        message,
        ...(suggestion === undefined ? {} : { suggestion }),
        why,
        fix,
      })),
    },
    null,
    2,
  )}\n`;
};
