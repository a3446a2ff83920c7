/** Reads ha.cf: every directive with its place, all errors at once (heartbeat reference 2.1 to 2.3). */
import type { Diagnostic, Parsed } from '../../config/diagnostic.js';
import { inFileOrder, place, type Source, sourceOf, type Word, wordsOf } from '../../config/source.js';
import { suggest } from '../../config/suggest.js';
import { checkConfig } from './checks.js';
import { CLIENTS } from './clients.js';
import { complete } from './defaults.js';
import { contextOf, type Directive, type Draft, emptyDraft, type Report } from './draft.js';
import type { Environment } from './environment.js';
import { MEDIA, MEDIA_OF_OTHER_BUILDS } from './media.js';
import type { HaConfig } from './model.js';
import { notActedOn } from './not-acted-on.js';
import { SCALARS } from './scalars.js';
import { logged, type StartLine } from './start-line.js';
import { STONITH } from './stonith.js';

/** Every directive by its name. */
export const DIRECTIVES: Readonly<Record<string, Directive>> = { ...SCALARS, ...MEDIA, ...CLIENTS, ...STONITH };

/** Values that a client may not ask for (heartbeat reference 2.2, "Rec"). */
const NOT_RECORDED = new Set([
  ...Object.keys(MEDIA),
  ...Object.keys(CLIENTS),
  ...Object.keys(STONITH),
  ...['node', 'nice_failback', 'env', 'use_apphbd', 'crm', 'pacemaker'],
]);

/** The blank set of heartbeat reference 2.1. */
const BLANK = /[ \t\r\n\f]/;
const BLANK_OR_COMMA = /[ \t\r\n\f,]/;
const MAX_LINE = 5119;

/** A result with what the genuine daemon would print, so far as this file decides it. */
export interface HaCfResult extends Parsed<HaConfig> {
  /** While the file is read, and while it is checked after authkeys has been read. */
  readonly reading: readonly StartLine[];
  readonly checking: readonly StartLine[];
  /** Whether reading, or checking, ends the start. */
  readonly readingFailed: boolean;
  readonly checkingFailed: boolean;
}

const applyDirective = (
  source: Source,
  env: Environment,
  draft: Draft,
  report: Report,
  words: readonly Word[],
  rest: Word,
): void => {
  const [head] = words;
  if (head === undefined) return;
  const name = head.value === 'udp' ? 'bcast' : head.value;
  const context = contextOf(source, env, draft, report, name);
  if (head.value === 'udp')
    context.warn(head, {
      code: 'ha.cf/udp',
      message: "directive 'udp' is now called 'bcast'",
      genuine: logged('WARN', "WARNING: directive 'udp' replaced by 'bcast'"),
    });
  const directive = Object.hasOwn(DIRECTIVES, name) ? DIRECTIVES[name] : undefined;
  if (directive === undefined) {
    const instead = Object.hasOwn(MEDIA_OF_OTHER_BUILDS, name) ? MEDIA_OF_OTHER_BUILDS[name] : undefined;
    context.fail(head, {
      code: 'ha.cf/unknown-directive',
      message: instead === undefined ? `unknown directive '${name}'` : `${name} is not supported: ${instead}`,
      suggestion: instead === undefined ? suggest(name, Object.keys(DIRECTIVES)) : undefined,
      genuine: logged('ERROR', `Illegal directive [${name}] in /etc/ha.d//ha.cf`),
    });
    return;
  }
  const before = report.diagnostics.length;
  if (directive.kind === 'line') {
    directive.apply(context, words.slice(1), rest);
    draft.seen.set(name, words[1] ?? head);
  } else {
    for (const word of wordsOf(source, rest.at.line, rest.at.column, rest.value, BLANK_OR_COMMA)) {
      directive.apply(context, word);
      draft.seen.set(name, word);
      if (!NOT_RECORDED.has(name)) draft.parameters[name] = word.value;
    }
  }
  const failed = report.diagnostics.slice(before).some(({ severity }) => severity === 'error');
  const idle = failed ? undefined : notActedOn(name, rest.value);
  if (idle !== undefined) context.warn(head, { code: 'ha.cf/not-acted-on', message: idle });
};

const readLine = (source: Source, env: Environment, draft: Draft, report: Report, number: number): void => {
  const line = (source.lines[number - 1] ?? '').replace(/#.*/s, '').replace(/\r.*/s, '');
  const words = wordsOf(source, number, 1, line, BLANK);
  const [head] = words;
  if (head === undefined) return;
  const after = line.slice(head.at.column - 1 + head.value.length);
  const blanks = after.length - after.trimStart().length;
  const at = place(source, number, head.at.column + head.value.length + blanks);
  const rest = { value: after.trim(), at: after.trim() === '' ? head.at : at };
  if (line.length > MAX_LINE)
    contextOf(source, env, draft, report, head.value).refuse(head, {
      code: 'ha.cf/line-too-long',
      message: `a line has at most ${MAX_LINE} characters`,
    });
  else applyDirective(source, env, draft, report, words, rest);
};

/** Reads the text of ha.cf. `file` is only for diagnostics. Never throws. */
export const parseHaCf = (text: string, file: string, env: Environment): HaCfResult => {
  const source = sourceOf(file, text);
  const draft = emptyDraft();
  const reading: Report & { readonly diagnostics: Diagnostic[] } = { diagnostics: [], lines: [] };
  for (let number = 1; number <= source.lines.length; number++) readLine(source, env, draft, reading, number);
  const value = complete(draft, env);
  const checking: Report = { diagnostics: [], lines: [] };
  checkConfig(source, draft, value, env, checking);
  const failed = (report: Report): boolean => report.diagnostics.some(({ severity }) => severity === 'error');
  return {
    value,
    diagnostics: inFileOrder([...reading.diagnostics, ...checking.diagnostics]),
    reading: reading.lines,
    checking: checking.lines,
    readingFailed: failed(reading),
    checkingFailed: failed(checking),
  };
};
