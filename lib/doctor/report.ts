/** The findings for people and for machines. Pure. */
import { painter } from '../text/paint.js';
import type { Symptom } from './readings.js';

const MARKS = { good: 'ok', doubtful: '?', bad: '!' } as const;
const COLOURS = { good: 'green', doubtful: 'yellow', bad: 'red' } as const;

const count = (symptoms: readonly Symptom[], severity: Symptom['severity']): number =>
  symptoms.filter((symptom) => symptom.severity === severity).length;

const symptomText = ({ severity, message, why, fix }: Symptom, coloured: boolean): string => {
  const mark = MARKS[severity].padEnd(2);
  const first = `${painter(coloured)(mark, COLOURS[severity])}  ${message}\n`;
  return severity === 'good' ? first : `${first}      why: ${why}\n      fix: ${fix}\n`;
};

/** What is well in one line each, what is not with why and what to do; the last line counts. Ends with a newline. */
export const reportText = (symptoms: readonly Symptom[], coloured: boolean): string => {
  const lines = symptoms.map((symptom) => symptomText(symptom, coloured));
  const sum = `${count(symptoms, 'bad')} bad, ${count(symptoms, 'doubtful')} doubtful, ${count(symptoms, 'good')} good`;
  return `${lines.join('')}\n${sum}\n`;
};

/** One JSON document. Ends with a newline. */
export const reportJson = (symptoms: readonly Symptom[]): string =>
  `${JSON.stringify({
    version: 1,
    bad: count(symptoms, 'bad'),
    doubtful: count(symptoms, 'doubtful'),
    good: count(symptoms, 'good'),
    symptoms,
  })}\n`;
