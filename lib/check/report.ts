/** The findings for people, grouped by file, and for machines. Pure. */

import type { Diagnostic } from '../config/diagnostic.js';
import { renderDiagnostic } from '../config/render.js';
import { type Paint, painter } from '../text/paint.js';
import type { Explained } from './explain.js';
import type { ToldFiles } from './told.js';

const COLOURS = { error: 'red', warning: 'yellow' } as const;

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

/** How many findings of each severity, as `2 errors, 1 warning`. */
const counts = (findings: readonly Diagnostic[]): string => {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return `${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}`;
};

const findingText = (finding: Explained, paint: Paint): string => {
  const { severity, why, fix } = finding;
  const text = renderDiagnostic(finding);
  const shown = text.replace(`: ${severity}: `, `: ${paint(severity, COLOURS[severity])}: `);
  return `${shown}\n    why: ${why}\n    fix: ${fix}\n`;
};

/** That nothing is known of the other node, and why. */
const toldText = (told: ToldFiles | undefined): string =>
  told !== undefined && 'problem' in told ? `not compared with the other node: ${told.problem}\n\n` : '';

/**
 * One block for each file, in the order in which the files come; the last line counts. Ends with a newline.
 *
 * @param told what is known of the files of the other node; undefined: it was not asked for
 */
export const reportText = (findings: readonly Explained[], told: ToldFiles | undefined, coloured: boolean): string => {
  const paint = painter(coloured);
  const files = [...new Set(findings.map(({ at }) => at.file))];
  const blocks = files.map((file) => {
    const here = findings.filter(({ at }) => at.file === file);
    return `${paint(`${file}: ${counts(here)}`, 'bold')}\n\n${here.map((finding) => `${findingText(finding, paint)}\n`).join('')}`;
  });
  return `${blocks.join('')}${toldText(told)}${counts(findings)}\n`;
};

const toldJson = (told: ToldFiles): unknown =>
  'problem' in told ? { compared: false, problem: told.problem } : { compared: true, node: told.node };

/** One JSON document. Ends with a newline. */
export const reportJson = (findings: readonly Explained[], told: ToldFiles | undefined): string => {
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
      ...(told === undefined ? {} : { otherNode: toldJson(told) }),
    },
    null,
    2,
  )}\n`;
};
