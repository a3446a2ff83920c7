/** One directive: how its line looks and what it does to what has been read so far. */
import type { Facts } from './facts.js';
import type { Report } from './report.js';
import { type Place, perlLike, type SourceLine, valuePlace } from './source.js';

/** What a directive's reader may use besides its value. */
export interface Reading<Draft> {
  readonly draft: Draft;
  readonly line: SourceLine;
  readonly place: Place;
  readonly report: Report;
  readonly facts: Facts;
}

export interface Directive<Draft> {
  readonly name: string;
  /** Group 1 is the value. */
  readonly pattern: RegExp;
  /** Whether the value only counts in double quotes. */
  readonly needsQuotes?: true;
  readonly read: (value: string, reading: Reading<Draft>) => void;
}

/** `name = rest of the line`. */
export const assignment = <Draft>(name: string, read: Directive<Draft>['read']): Directive<Draft> => ({
  name,
  pattern: perlLike(`^${name}\\s*=\\s*(.*)`),
  read,
});

/** `name = "value"`, up to the last quote of the line; anything else is an unknown command. */
export const quoted = <Draft>(name: string, read: Directive<Draft>['read']): Directive<Draft> => ({
  name,
  pattern: perlLike(`^${name}\\s*=\\s*"(.*)"`),
  needsQuotes: true,
  read,
});

/** Applies the directive that a text matches and returns its name; undefined: there is none. */
export const applyDirective = <Draft>(
  directives: readonly Directive<Draft>[],
  text: string,
  reading: Omit<Reading<Draft>, 'place'>,
): string | undefined => {
  for (const directive of directives) {
    const match = directive.pattern.exec(text);
    if (match === null) continue;
    directive.read(match[1] ?? '', { ...reading, place: valuePlace(reading.line) });
    return directive.name;
  }
  return undefined;
};
