/** `--shadow status`: the sums and the differences for a person at a terminal. */
import { columns } from '../../text/columns.js';
import type { DifferenceStatus, ShadowReport, ShadowStatus } from '../shadow/status.js';
import { summaryText } from '../shadow/words.js';
import { spanText } from './status-table.js';

/** Texts of servers may hold anything; a terminal gets only what it can show. */
const shown = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ');

const genuineText = ({ genuine, comparing }: ShadowStatus): string => {
  const { state, pid } = genuine;
  const who =
    state === 'absent'
      ? 'no genuine ldirectord with a pid file runs'
      : `the genuine ldirectord has pid ${pid}${state === 'still' ? ' and is halted by a signal' : ''}`;
  return comparing ? who : `${who}; nothing is compared now`;
};

const row = ({ virtual, server, told, lastsMs, theirs, ours }: DifferenceStatus): readonly string[] => [
  virtual,
  server ?? '(virtual server)',
  `for ${spanText(lastsMs)}`,
  theirs ?? 'nothing',
  ours ?? 'nothing',
  told ? 'told' : 'within the tolerance',
];

const differenceLines = (differences: readonly DifferenceStatus[]): readonly string[] => {
  if (differences.length === 0) return ['', 'The tables are alike.'];
  const rows = columns([['virtual', 'server', 'lasts', 'the table has', 'we would have', ''], ...differences.map(row)]);
  const reasons = differences
    .filter(({ told }) => told)
    .map(({ virtual, server, why, meaning }) => shown(`${server ?? virtual}: ${why}. It could mean: ${meaning}`));
  return ['', ...rows, ...(reasons.length === 0 ? [] : ['', ...reasons])];
};

/** Ends with a newline. */
export const shadowTable = ({ state, config, pid, shadow, problem }: ShadowReport): string => {
  if (state !== 'running')
    return `no shadow runs for ${config}${state === 'stale' ? ' (its pid file is left over)' : ''}\n`;
  const first = `the shadow of ldirectord for ${config} is running with pid ${pid}`;
  if (shadow === null) return `${first}\n${problem ?? ''}\n`;
  const lines = [
    first,
    genuineText(shadow),
    `a difference is told after ${spanText(shadow.toleranceMs)} at most`,
    ...summaryText(shadow.summary).split('; '),
    ...differenceLines(shadow.differences),
  ];
  return `${lines.join('\n')}\n`;
};
