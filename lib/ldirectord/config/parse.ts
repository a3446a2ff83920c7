/** Reads ldirectord.cf: a parser with two states, outside and inside a virtual section (ldirectord reference 2.1). */
import type { Parsed } from '../../config/diagnostic.js';
import { suggest } from '../../config/suggest.js';
import { applyDirective, type Directive } from './directive.js';
import { warnAboutDoubtfulValues } from './doubtful.js';
import type { GlobalDraft, ResolvedSection, SectionDraft } from './drafts.js';
import { BUILT_IN, effectiveVirtual, globalInterval } from './effective.js';
import { type Facts, type Needs, recordingFacts } from './facts.js';
import { globalDirectives } from './global-directives.js';
import type { DirectorConfig } from './model.js';
import { createReport, type Report } from './report.js';
import { resolveSection } from './resolve-section.js';
import { sectionDirectives } from './section-directives.js';
import { serviceId } from './service-key.js';
import { directivePlace, type Place, perlLike, type SourceLine, splitLines } from './source.js';
import { readVirtualLine } from './virtual-line.js';

const VIRTUAL = perlLike('^virtual(6)?\\s*=\\s*(.*)');
const BLANK_OR_COMMENT = perlLike('^\\s*(?:$|#)');
const COMMENT = perlLike('^\\s*#');
const SECTION_LINE = /^ {4,}([^\n]+)/;
const namesOf = (directives: readonly Directive<never>[]): ReadonlySet<string> =>
  new Set(directives.map(({ name }) => name));
const GLOBAL_NAMES = new Set([...namesOf(globalDirectives), 'virtual', 'virtual6']);
const SECTION_NAMES = namesOf(sectionDirectives);

const QUOTED_NAMES = namesOf(
  [...globalDirectives, ...sectionDirectives].filter(({ needsQuotes }) => needsQuotes === true),
);

/** What is wrong with a line that begins like a directive but is not written like one. */
const miswritten = (name: string, text: string): string => {
  if (!new RegExp(`^\\s*${name}\\s*=`).test(text)) return `'${name}' is written ${name} = value`;
  return QUOTED_NAMES.has(name)
    ? `the value of '${name}' must stand in double quotes: ${name} = "value"`
    : `'${name}' is written ${name} = value, and this value does not fit`;
};

/** The word before the equals sign. */
const nameIn = (text: string): string => /^[ \t]*([0-9A-Za-z_]*)/.exec(text)?.[1] ?? '';

/** What a section line is matched as: from `#` on it is cut off, a tab counts as four blanks, also inside strings. */
const sectionText = (line: SourceLine): string => line.text.replace(/#.*$/s, '').replaceAll('\t', '    ');

interface Parsing {
  readonly facts: Facts;
  readonly report: Report;
  readonly globals: GlobalDraft;
  readonly resolved: ResolvedSection[];
  readonly byId: Map<string, ResolvedSection>;
}

const unknownInSection = (line: SourceLine, { report }: Parsing): void => {
  const name = nameIn(line.text);
  const message = GLOBAL_NAMES.has(name)
    ? `'${name}' is a global directive: write it at column 1, before the first virtual or after a blank line`
    : SECTION_NAMES.has(name)
      ? miswritten(name, line.text)
      : `unknown directive '${name}' in a virtual`;
  const known = GLOBAL_NAMES.has(name) || SECTION_NAMES.has(name);
  report.error('unknown-directive', directivePlace(line), `Unknown command "${line.text}${line.newline}"`, message, {
    suggestion: known ? undefined : suggest(name, [...SECTION_NAMES]),
  });
};

const unknownOutside = (line: SourceLine, { report }: Parsing): void => {
  const name = nameIn(line.text);
  const indented = /^[ \t]/.test(line.text);
  const message = SECTION_NAMES.has(name)
    ? indented
      ? `'${name}' stands in no virtual: a virtual ends at a blank line and at a line indented by less than four blanks`
      : `'${name}' stands in no virtual, or is not written like this`
    : GLOBAL_NAMES.has(name)
      ? indented
        ? `'${name}' must stand at column 1`
        : miswritten(name, line.text)
      : `unknown directive '${name === '' ? line.text.trim() : name}'`;
  const known = GLOBAL_NAMES.has(name) || SECTION_NAMES.has(name);
  report.error('unknown-directive', directivePlace(line), `Unknown command ${line.text}${line.newline} `, message, {
    suggestion: known ? undefined : suggest(name, [...GLOBAL_NAMES]),
  });
};

/** Applies a section directive and remembers where it stood; false: it is none. */
const applyInSection = (line: SourceLine, text: string, draft: SectionDraft, parsing: Parsing): boolean => {
  const name = applyDirective(sectionDirectives, text, { ...parsing, draft, line });
  if (name !== undefined) draft.lines.set(name, line);
  return name !== undefined;
};

const emptySection = (place: Place, family: SectionDraft['family'], read: ReturnType<typeof readVirtualLine>) => ({
  place,
  family,
  target: read?.target,
  protocol: read?.protocol ?? ('tcp' as const),
  reals: [],
  unindented: false,
  lines: new Map<string, SourceLine>(),
});

/**
 * A directive of a virtual at column 1 (intended difference `unindented`): taken when it exists only there, or when
 * the section has lost its indentation already.
 */
const takesUnindented = (line: SourceLine, section: SectionDraft): boolean => {
  const name = nameIn(line.text);
  return !/^[ \t]/.test(line.text) && SECTION_NAMES.has(name) && (section.unindented || !GLOBAL_NAMES.has(name));
};

/** Handles a line in section state; false: the section has ended and the line belongs to the global part. */
const readSectionLine = (line: SourceLine, section: SectionDraft, parsing: Parsing): boolean => {
  if (COMMENT.test(line.text)) return true;
  const text = sectionText(line);
  const content = SECTION_LINE.exec(text)?.[1];
  if (content !== undefined) {
    if (!applyInSection(line, content, section, parsing)) unknownInSection(line, parsing);
    return true;
  }
  if (!takesUnindented(line, section) || !applyInSection(line, text, section, parsing)) return false;
  if (!section.unindented) {
    const message =
      'directives of a virtual should be indented by four blanks or a tab; this one and those after it are taken as part of the virtual above';
    parsing.report.own('unindented', directivePlace(line), message);
  }
  section.unindented = true;
  return true;
};

/** Handles a line in global state and returns the section that it opens, if any. */
const readGlobalLine = (line: SourceLine, parsing: Parsing): SectionDraft | undefined => {
  const virtual = VIRTUAL.exec(line.text);
  if (virtual !== null) {
    const family = virtual[1] === undefined ? 'ipv4' : 'ipv6';
    return emptySection(directivePlace(line), family, readVirtualLine(virtual[2] ?? '', line, family, parsing.report));
  }
  if (BLANK_OR_COMMENT.test(line.text)) return undefined;
  if (applyDirective(globalDirectives, line.text, { ...parsing, draft: parsing.globals, line }) !== undefined) {
    return undefined;
  }
  if (/^\s*$/.test(line.text)) {
    const place = { line, column: 1, length: line.text.length };
    parsing.report.own('no-break-space', place, 'this line looks blank but holds no-break spaces; delete it');
    return undefined;
  }
  unknownOutside(line, parsing);
  // Stray lines of a virtual: one error for all of them, but look into them for further mistakes.
  if (!SECTION_NAMES.has(nameIn(line.text))) return undefined;
  const stray: SectionDraft = { ...emptySection(directivePlace(line), 'ipv4', undefined), unindented: true };
  applyInSection(line, sectionText(line).trimStart(), stray, parsing);
  return stray;
};

/** Ends a section: looks up its addresses and refuses a second virtual of the same name. */
const endSection = (section: SectionDraft, noticed: SourceLine, last: boolean, parsing: Parsing): void => {
  const { facts, report, resolved, byId } = parsing;
  const found = resolveSection(section, facts, report);
  if (found === undefined) return;
  const id = serviceId(found.key);
  const earlier = byId.get(id);
  // The genuine parser handles a virtual line at the very end of the file twice and refuses it for that.
  if (earlier === undefined && !last) {
    resolved.push(found);
    byId.set(id, found);
    return;
  }
  const message =
    earlier === undefined
      ? `the virtual ${id} has nothing after it; ldirectord refuses a virtual as the last line of its file`
      : `the virtual ${id} stands already in line ${earlier.draft.place.line.number}`;
  report.error('duplicate-virtual', section.place, 'duplicate virtual server', message, {
    genuineLine: noticed.number,
  });
};

const readLines = (lines: readonly SourceLine[], parsing: Parsing): void => {
  let section: SectionDraft | undefined;
  for (const line of lines) {
    if (section !== undefined) {
      if (readSectionLine(line, section, parsing)) continue;
      endSection(section, line, false, parsing);
    }
    section = readGlobalLine(line, parsing);
  }
  const last = lines.at(-1);
  if (section !== undefined && last !== undefined) endSection(section, last, section.place.line === last, parsing);
};

/** Warnings that need the whole file: the genuine one first, then ours. */
const warnAfterwards = ({ globals, resolved, report }: Parsing): void => {
  for (const { draft, key } of resolved) {
    if (draft.checkIntervalPlace === undefined || globals.fork === true) continue;
    report.warningWithoutLine(
      'checkinterval-ignored',
      draft.checkIntervalPlace,
      `checkinterval in virtual service ${serviceId(key)} ignored when fork=no`,
      'the checkinterval of a virtual only counts with fork=yes',
    );
  }
  for (const section of resolved) warnAboutDoubtfulValues(section, report);
};

/**
 * Parses the text of an ldirectord.cf. Never throws.
 *
 * The findings come in the order in which the genuine program would meet them: the first error is the one it stops
 * at (`startOutput` in genuine-text.ts makes its output of them). The value holds everything that could be read.
 */
export const parseDirectorConfig = (text: string, path: string, facts: Facts): Parsed<DirectorConfig> => {
  const report = createReport(path);
  const globals: GlobalDraft = { execute: [], fallbacks: {} };
  const parsing: Parsing = { facts, report, globals, resolved: [], byId: new Map() };
  readLines(splitLines(text), parsing);
  const virtuals = parsing.resolved.map((section) => effectiveVirtual(section, globals, facts, path));
  warnAfterwards(parsing);
  return {
    value: {
      path,
      virtuals,
      checkInterval: globalInterval(globals),
      autoReload: globals.autoReload ?? false,
      callback: globals.callback,
      logfile: globals.logfile ?? BUILT_IN.logfile,
      execute: globals.execute,
      supervised: globals.supervised ?? false,
      fork: globals.fork ?? false,
      readdQuiescent: globals.readdQuiescent ?? false,
      emailAlertFrom: globals.emailAlertFrom,
      maintenanceDirectory: globals.maintenanceDirectory,
    },
    diagnostics: report.diagnostics,
  };
};

/** Everything that has to be looked up before `parseDirectorConfig` can be given its facts. */
export const directorConfigNeeds = (text: string): Needs => {
  const { facts, needs } = recordingFacts();
  parseDirectorConfig(text, '', facts);
  return needs();
};
