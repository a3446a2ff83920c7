/** Collects findings in the order in which the genuine program would meet them (ldirectord reference 2.3). */
import type { Diagnostic, Severity } from '../../config/diagnostic.js';
import { type Place, positionOf } from './source.js';

/** Stands for the process number in `Diagnostic.genuine`. */
export const PID_MARK = '[PID]';

export interface FindingOptions {
  /** Line that the genuine message names, when it is not the one we point at. */
  readonly genuineLine?: number;
  readonly suggestion?: string | undefined;
}

export interface Report {
  readonly path: string;
  readonly diagnostics: readonly Diagnostic[];
  /** `genuine` is the text behind `at line N: `. */
  readonly error: (code: string, place: Place, genuine: string, message: string, options?: FindingOptions) => void;
  /** A warning that the genuine program prints too. */
  readonly warning: (code: string, place: Place, genuine: string, message: string) => void;
  /** A warning of the genuine program that names no line. */
  readonly warningWithoutLine: (code: string, place: Place, genuine: string, message: string) => void;
  /** A warning of ours: the genuine program is silent, or refuses what we accept. */
  readonly own: (code: string, place: Place, message: string, suggestion?: string) => void;
}

export const createReport = (path: string): Report => {
  const diagnostics: Diagnostic[] = [];
  const add = (
    severity: Severity,
    code: string,
    place: Place,
    message: string,
    genuine: string | undefined,
    suggestion: string | undefined,
  ): void => {
    diagnostics.push({
      severity,
      code: `ldirectord.cf/${code}`,
      message,
      at: positionOf(path, place),
      length: place.length,
      sourceLine: place.line.text,
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(genuine === undefined ? {} : { genuine }),
    });
  };
  const atLine = (line: number, text: string): string => `${PID_MARK} reading file ${path} at line ${line}: ${text}`;
  return {
    path,
    diagnostics,
    error: (code, place, genuine, message, options = {}) =>
      add(
        'error',
        code,
        place,
        message,
        `Error ${atLine(options.genuineLine ?? place.line.number, genuine)}`,
        options.suggestion,
      ),
    warning: (code, place, genuine, message) =>
      add('warning', code, place, message, `Warning ${atLine(place.line.number, genuine)}`, undefined),
    warningWithoutLine: (code, place, genuine, message) =>
      add('warning', code, place, message, `Warning ${PID_MARK}: ${genuine}`, undefined),
    own: (code, place, message, suggestion) => add('warning', code, place, message, undefined, suggestion),
  };
};
