/** Prints diagnostics for people: `file:line:col: error: text`, the source line and a caret under the place. */
import type { Diagnostic } from './diagnostic.js';

/** A caret line that stays aligned with the source line when that one holds tabs. */
const caretLine = (diagnostic: Diagnostic): string => {
  const before = diagnostic.sourceLine.slice(0, diagnostic.at.column - 1).replace(/[^\t]/g, ' ');
  return `${before}^${'~'.repeat(Math.max(0, diagnostic.length - 1))}`;
};

/** The lines for one diagnostic, without a trailing newline. */
export const renderDiagnostic = (diagnostic: Diagnostic): string => {
  const { file, line, column } = diagnostic.at;
  const hint = diagnostic.suggestion === undefined ? '' : ` (did you mean '${diagnostic.suggestion}'?)`;
  const head = `${file}:${line}:${column}: ${diagnostic.severity}: ${diagnostic.message}${hint}`;
  return diagnostic.sourceLine === '' ? head : `${head}\n    ${diagnostic.sourceLine}\n    ${caretLine(diagnostic)}`;
};

/** The machine-readable form of the same findings: one JSON document with the counts. */
export const diagnosticsJson = (diagnostics: readonly Diagnostic[]): string =>
  JSON.stringify(
    {
      errors: diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length,
      warnings: diagnostics.filter((diagnostic) => diagnostic.severity === 'warning').length,
      diagnostics: diagnostics.map(({ severity, code, message, at, length, suggestion, genuine }) => ({
        severity,
        code,
        message,
        ...at,
        length,
        ...(suggestion === undefined ? {} : { suggestion }),
        ...(genuine === undefined ? {} : { genuine }),
      })),
    },
    null,
    2,
  );
