/** Monitors and announcements as a ha-suite.ini. */
import { safe } from 'ini';
import type { Plan } from '../plan.js';
import { noted, placeText, type Sources } from './noted.js';

/** The whole file; undefined when there is nothing to say. */
export const renderSuite = ({ monitors, announce }: Plan, { head }: Sources): string | undefined => {
  if (monitors.length === 0 && announce.length === 0) return undefined;
  return [
    ...head('The same on both nodes, as long as they have the same programs.'),
    ...(announce.length === 0 ? [] : ['[announce]', ...noted(announce), '']),
    ...monitors.flatMap(({ name, keys, from }) => [
      `# ${placeText(from)}`,
      `[monitor ${name}]`,
      ...[...keys].map(([key, value]) => `${key} = ${safe(value)}`),
      '',
    ]),
  ].join('\n');
};
