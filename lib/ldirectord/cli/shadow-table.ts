/** `--shadow status`: the sums and the differences for a person at a terminal. */
import { columns } from '../../text/columns.js';
import type { DifferenceStatus, EndedStatus, ShadowReport, ShadowStatus } from '../shadow/status.js';
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

const entries = ({ virtual, server, theirs, ours }: Omit<EndedStatus, 'lastedMs'>): readonly string[] => [
  virtual,
  server ?? '(virtual server)',
  theirs ?? 'nothing',
  ours ?? 'nothing',
];

const PLACE = ['virtual', 'server', 'the table has', 'we would have'];
const PLACE_BEFORE = ['virtual', 'server', 'the table had', 'we would have had'];

const presentLines = (differences: readonly DifferenceStatus[]): readonly string[] => {
  if (differences.length === 0) return ['', 'The tables are alike.'];
  const rows = differences.map((one) => [
    ...entries(one),
    spanText(one.lastsMs),
    one.told ? 'told' : 'within the tolerance',
  ]);
  const reasons = differences
    .filter(({ told }) => told)
    .map(({ virtual, server, why, meaning }) => shown(`${server ?? virtual}: ${why}. It could mean: ${meaning}`));
  return ['', ...columns([[...PLACE, 'lasts', ''], ...rows]), ...(reasons.length === 0 ? [] : ['', ...reasons])];
};

const pastLines = (ended: readonly EndedStatus[]): readonly string[] => {
  if (ended.length === 0) return [];
  const rows = ended.map((one) => [...entries(one), spanText(one.lastedMs), one.since]);
  return ['', 'Over:', ...columns([[...PLACE_BEFORE, 'lasted', 'since'], ...rows])];
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
    ...presentLines(shadow.differences),
    ...pastLines(shadow.ended),
  ];
  return `${lines.join('\n')}\n`;
};
