/** Reads haresources: one group of resources per logical line (heartbeat reference 2.6). */
import type { Diagnostic, Parsed, Position } from '../../config/diagnostic.js';
import { diagnosticAt, diagnosticOfFile, place, type Source, sourceOf, type Word } from '../../config/source.js';
import { suggest } from '../../config/suggest.js';
import type { ResourceGroup, ResourceSpec } from './model.js';
import { genuineText, logged, type StartLine } from './start-line.js';

/** The path as genuine prints it (heartbeat reference 1.1). */
const GENUINE_PATH = '/etc/ha.d//haresources';

export interface HaResourcesResult extends Parsed<readonly ResourceGroup[]> {
  /** What genuine prints: it stops at the first node name that it does not know. */
  readonly lines: readonly StartLine[];
}

/** A character of a logical line and where it stands in the file. */
interface Letter {
  readonly char: string;
  readonly at: Position;
}

const lettersOf = (source: Source, number: number, text: string): readonly Letter[] =>
  text.split('').map((char, index) => ({ char, at: place(source, number, index + 1) }));

/** `start` is the number of its first physical line. */
interface LogicalLine {
  readonly letters: readonly Letter[];
  readonly start: number;
}

/**
 * The logical lines: a backslash at the very end joins the next line without a blank, and the comment of each line is
 * left out. A comment line also ends a continuation, as the genuine daemon sees it.
 */
const logicalLines = (source: Source): readonly LogicalLine[] => {
  const found: LogicalLine[] = [];
  let open: LogicalLine | undefined;
  for (const [index, line] of source.lines.entries()) {
    const joins = line.endsWith('\\') && !line.includes('#');
    const text = joins ? line.slice(0, -1) : line.replace(/#.*/s, '');
    const current: LogicalLine = {
      letters: [...(open?.letters ?? []), ...lettersOf(source, index + 1, text)],
      start: open?.start ?? index + 1,
    };
    if (joins) open = current;
    else {
      found.push(current);
      open = undefined;
    }
  }
  return open === undefined ? found : [...found, open];
};

/** Words of a logical line, each at the place of its first character. */
const wordsOfLetters = (letters: readonly Letter[]): readonly Word[] => {
  const words: { value: string; at: Position }[] = [];
  let inside = false;
  for (const { char, at } of letters) {
    if (/\s/.test(char)) inside = false;
    else {
      const last = words.at(-1);
      if (inside && last !== undefined) last.value += char;
      else words.push({ value: char, at });
      inside = true;
    }
  }
  return words;
};

/**
 * The node name as the genuine daemon reads it: the first word of the first physical line, with a glued comment or
 * backslash. The scripts would see another word there, and so genuine refuses the file.
 */
const nodeWord = (source: Source, line: number, otherwise: Word): Word => {
  const match = /\S+/.exec(source.lines[line - 1] ?? '');
  return match === null ? otherwise : { value: match[0], at: place(source, line, match.index + 1) };
};

/** Looks like a dotted quad to the genuine scripts: then the word means IPaddr with that argument. */
const isBareAddress = (word: string): boolean => /^\d.*\.\d.*\.\d.*\.\d/s.test(word);

/** Takes a resource word apart; pure text, so that other parts can use it for words that come over the wire. */
export const resourceOf = (word: Word): ResourceSpec => {
  const full = isBareAddress(word.value) ? `IPaddr::${word.value}` : word.value;
  const [agent = '', ...args] = full.split('::');
  return { word: word.value, agent, args, at: word.at };
};

interface Report {
  readonly error: (under: Word | undefined, said: Said, genuine: readonly StartLine[]) => void;
  readonly warn: (under: Word, said: Said) => void;
}

interface Said {
  readonly code: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/** Things that genuine accepts and that hurt later. */
const advise = (group: ResourceGroup, words: readonly Word[], keys: Map<string, Word>, report: Report): void => {
  const [nodeWord, key, ...others] = words;
  if (nodeWord !== undefined && key === undefined)
    report.warn(nodeWord, { code: 'haresources/empty-group', message: `node ${group.node} is given no resource here` });
  for (const word of words)
    if (word.value.endsWith('\\'))
      report.warn(word, {
        code: 'haresources/backslash',
        message: 'this backslash is not the last character of its line, so the next line is not joined',
      });
  if (key === undefined) return;
  const twin = keys.get(key.value);
  if (twin !== undefined)
    report.warn(key, {
      code: 'haresources/key-twice',
      message: `a group is known by its first resource, and ${key.value} starts a group in line ${twin.at.line} already`,
    });
  keys.set(key.value, key);
  for (const word of [key, ...others])
    if (/[$`'"|&;<>*?()[\]{}!]/.test(word.value))
      report.warn(word, {
        code: 'haresources/special-character',
        message: 'nothing is quoted in this file: the genuine scripts would give this character to a shell',
      });
};

/**
 * Reads the text of haresources; undefined when there is no such file.
 *
 * `nodes` are the node names of ha.cf; undefined: any name is taken, as the scripts do, which know only this file. A group
 * of an unknown node is an error and left out. Never throws.
 */
export const parseHaResources = (
  text: string | undefined,
  file: string,
  nodes: readonly string[] | undefined,
): HaResourcesResult => {
  const source = sourceOf(file, text ?? '');
  const diagnostics: Diagnostic[] = [];
  const lines: StartLine[] = [];
  const report: Report = {
    error: (under, said, genuine) => {
      // Genuine stops at its first error.
      if (lines.length === 0) lines.push(...genuine);
      const finding = { ...said, genuine: genuineText(genuine) };
      diagnostics.push(
        under === undefined ? diagnosticOfFile(file, 'error', finding) : diagnosticAt(source, 'error', under, finding),
      );
    },
    warn: (under, said) => diagnostics.push(diagnosticAt(source, 'warning', under, said)),
  };
  if (text === undefined) {
    report.error(undefined, { code: 'haresources/missing', message: 'there is no such file' }, [
      ...logged('ERROR', `Cannot open resources file [${GENUINE_PATH}]`),
      ...logged(
        'info',
        `An annotated sample ${GENUINE_PATH} file is provided in the documentation.`,
        `Please copy it to ${GENUINE_PATH}, read it, customize it, and try again.`,
      ),
    ]);
    return { value: [], diagnostics, lines };
  }
  const groups: ResourceGroup[] = [];
  const keys = new Map<string, Word>();
  for (const { letters, start } of logicalLines(source)) {
    const words = wordsOfLetters(letters);
    const [word, ...resources] = words;
    if (word === undefined) continue;
    const first = nodeWord(source, start, word);
    const node = first.value.toLowerCase();
    const group = { node, resources: resources.map(resourceOf), at: first.at };
    if (nodes === undefined || nodes.includes(node)) groups.push(group);
    else
      report.error(
        first,
        {
          code: 'haresources/unknown-node',
          message: `a line starts with the name of a node, and ha.cf has no node ${first.value}`,
          suggestion: suggest(node, nodes),
        },
        logged('ERROR', `Bad nodename in ${GENUINE_PATH} [${first.value}]`),
      );
    advise(group, words, keys, report);
  }
  return { value: groups, diagnostics, lines };
};
