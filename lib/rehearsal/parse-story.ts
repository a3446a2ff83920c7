/**
 * What shall happen in a rehearsal, in words: `lb1 loses power at 10s; eth1 of lb2 down 20s-40s; loss 30%`.
 *
 * Sentences are separated by semicolons or stand on lines of their own; `#` begins a comment.
 */
import type { Diagnostic, Parsed, Position } from '../config/diagnostic.js';
import { diagnosticAt, type Source, sourceOf, type Word, wordsOf } from '../config/source.js';
import { millis } from '../time.js';
import { SENTENCES, type Sentence } from './sentences.js';
import { isMisfit, isNameSlot, type Misfit, type Parts, type Reading, take } from './slots.js';
import type { Cast, Story } from './story.js';

/** A misfit, and how many words fit but for a name that nobody has. */
interface Attempt extends Misfit {
  readonly reach: number;
}

const read = ({ form, tell }: Sentence, words: readonly Word[], cast: Cast): Story | Attempt => {
  let index = 0;
  let parts: Reading = {};
  let unknown: Misfit | undefined;
  for (const slot of form) {
    const taken = take(slot, words, index, cast);
    if (!isMisfit(taken)) {
      index += taken.used;
      parts = { ...parts, ...taken.parts };
    } else if (unknown === undefined && isNameSlot(slot) && index < words.length) {
      unknown = taken;
      index += 1;
    } else return { ...(unknown ?? taken), reach: index };
  }
  if (unknown !== undefined) return { ...unknown, reach: index };
  // Every slot of the form has been read, and `tell` asks for no other.
  if (index === words.length) return tell(parts as Parts);
  return { index, message: 'nothing more was expected here', reach: index };
};

/** How likely it is that this sentence was meant: it fits longer, from its first word on, and what does not fit looks alike. */
const likelihood = ({ reach, index, suggestion }: Attempt): number =>
  4 * reach + 2 * Math.min(index, 1) + (suggestion === undefined ? 0 : 1);

const nearest = (attempts: readonly Attempt[]): Attempt =>
  attempts.reduce((best, one) => (likelihood(one) > likelihood(best) ? one : best));

const understood = (source: Source, words: readonly Word[], cast: Cast): Story | Diagnostic => {
  const readings = SENTENCES.map((one) => read(one, words, cast));
  const story = readings.find((one): one is Story => !isMisfit(one));
  if (story !== undefined) return story;
  const { index, message, suggestion, reach } = nearest(readings.filter((one): one is Attempt => isMisfit(one)));
  const [first, last] = [words[0], words.at(-1)];
  const said =
    reach <= 1 && index === 0 && suggestion === undefined
      ? `'${first?.value}' begins no sentence that is known here: see ha rehearse --help`
      : message;
  const under = words[index] ?? last;
  const nowhere: Position = { file: source.file, line: 1, column: 1 };
  return diagnosticAt(source, 'error', under ?? { value: '', at: nowhere }, {
    code: 'story/not-understood',
    message: said,
    suggestion,
  });
};

/** The sentences of one line with the columns (from 1) that they begin at. */
const sentencesOf = (line: string): readonly { readonly column: number; readonly piece: string }[] =>
  [...line.replace(/#.*$/, '').matchAll(/[^;]+/g)].map((match) => ({ column: match.index + 1, piece: match[0] }));

/** Reads a story; sentences that are not understood are left out of it. `file` names it in the findings. */
export const parseStory = (text: string, file: string, cast: Cast): Parsed<Story> => {
  const source = sourceOf(file, text);
  const read = source.lines.flatMap((line, index) =>
    sentencesOf(line)
      .map(({ column, piece }) => wordsOf(source, index + 1, column, piece))
      .filter((words) => words.length > 0)
      .map((words) => understood(source, words, cast)),
  );
  const stories = read.filter((one): one is Story => 'moments' in one);
  const ends = stories.flatMap(({ end }) => end ?? []);
  return {
    value: {
      moments: stories.flatMap(({ moments }) => moments).toSorted((one, other) => one.at - other.at),
      ...(ends.length === 0 ? {} : { end: millis(Math.max(...ends)) }),
    },
    diagnostics: read.filter((one): one is Diagnostic => 'severity' in one),
  };
};
