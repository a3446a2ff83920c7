/** What a starting ldirectord prints about its configuration, and with which status it ends (ldirectord reference 2.3). */
import type { Diagnostic } from '../../config/diagnostic.js';
import { PID_MARK } from './report.js';

/** Exit status of every command when the configuration has an error. */
export const CONFIG_ERROR_STATUS = 2;

/** The genuine line for one finding, without a newline at its end; undefined where the genuine program says nothing. */
export const genuineText = (diagnostic: Diagnostic, pid: number): string | undefined =>
  diagnostic.genuine?.replace(PID_MARK, () => `[${pid}]`);

/** A finding in the form of a genuine message, also where the genuine program has none of its own. */
export const logText = (diagnostic: Diagnostic, pid: number): string =>
  genuineText(diagnostic, pid) ??
  `${diagnostic.severity === 'error' ? 'Error' : 'Warning'} [${pid}] reading file ${diagnostic.at.file} at line ${diagnostic.at.line}: ${diagnostic.message}`;

export interface StartOutput {
  /** Lines for standard error: the genuine warnings, and the first error, which ends the genuine program. */
  readonly lines: readonly string[];
  /** 0 or CONFIG_ERROR_STATUS. */
  readonly status: number;
}

/**
 * What the genuine program would have printed for these findings, which must be in the order the parser gave them.
 * Warnings of ours are left out: they belong into the log (`ownWarnings`).
 */
export const startOutput = (diagnostics: readonly Diagnostic[], pid: number): StartOutput => {
  const firstError = diagnostics.findIndex((diagnostic) => diagnostic.severity === 'error');
  const met = firstError < 0 ? diagnostics : diagnostics.slice(0, firstError + 1);
  return {
    lines: met.flatMap((diagnostic) => genuineText(diagnostic, pid) ?? []),
    status: firstError < 0 ? 0 : CONFIG_ERROR_STATUS,
  };
};

/** The warnings that only this suite gives: intended differences and doubtful values. */
export const ownWarnings = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.filter((diagnostic) => diagnostic.severity === 'warning' && diagnostic.genuine === undefined);
