/** Explanations for people and for programs. Pure. */

import { columns } from '../../text/columns.js';
import { painter } from '../../text/paint.js';
import { type Decision, EXPLANATION_VERSION, type Explanation, type Subject } from './explanation.js';

/** What stands above the second list: it is about something else for each kind of subject. */
const elsewhereTitle = ({ kind }: Subject): string => {
  switch (kind) {
    case 'address':
    case 'resource':
      return 'Why not on the other node';
    case 'node':
      return 'Its groups';
    case 'virtual':
    case 'real':
    case 'fallback':
      return 'Who answers instead';
  }
};

const decisionRow = ({ file, line, directive, text }: Decision): readonly string[] =>
  line === null ? [file, `the default of ${directive}`] : [`${file}:${line}`, text ?? directive];

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];

const one = (explained: Explanation, coloured: boolean): string => {
  const { subject, what, because, notElsewhere, decidedBy, wouldChange } = explained;
  return [
    painter(coloured)(what, 'bold'),
    ...section('Why', because),
    ...section(elsewhereTitle(subject), notElsewhere),
    ...section('Decided by', columns(decidedBy.map(decisionRow))),
    ...section('What would change it', wouldChange),
  ].join('\n');
};

/** Ends with a newline; a blank line and a rule between several. */
export const explanationText = (explained: readonly Explanation[], coloured: boolean): string =>
  `${explained.map((each) => one(each, coloured)).join('\n\n---\n\n')}\n`;

/** One JSON document. */
export const explanationJson = (asked: string, at: number, explained: readonly Explanation[]): string =>
  `${JSON.stringify({ version: EXPLANATION_VERSION, asked, at, explanations: explained })}\n`;
