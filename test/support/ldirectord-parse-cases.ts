/** What the genuine program said to 253 small configurations. */
import { readFileSync } from 'node:fs';
import { fixture } from './paths.js';

export interface ParseCase {
  readonly name: string;
  readonly config: string;
  /** 2: refused; 3: accepted (status of a stopped daemon). */
  readonly exit: number;
  readonly stderr: string;
  /** Commands seen after a start; absent when refused. */
  readonly ipvsadm?: readonly string[];
}

const readCases = (file: string): readonly ParseCase[] =>
  JSON.parse(readFileSync(fixture('ldirectord', file), 'utf8')) as readonly ParseCase[];

export const parseCases = readCases('parse-cases.json');
/** Corners that were tried later; only the verdict and the messages. */
export const moreParseCases = readCases('parse-cases-more.json');

/** Refused by the genuine program, accepted by us: case name and id in INTENDED_DIFFERENCES. */
export const intendedDifferences: ReadonlyMap<string, string> = new Map([
  ['g-timeout', 'timeout'],
  ['s-unindented', 'unindented'],
  ['s-nbsp-line', 'no-break-space'],
]);

/** Standard error without what Perl itself had to say. */
export const withoutPerlWarnings = (stderr: string): string =>
  stderr
    .split('\n')
    .filter((line) => !/^(Use of uninitialized value|setlogsock\(\))/.test(line))
    .join('\n');
