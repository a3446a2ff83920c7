/** What came of a replay, for a person at a terminal and for programs. Pure. */
import { clockTime, eventText, isBad } from '../events/event-text.js';
import type { ClusterEvent } from '../heartbeat/cluster/interface.js';
import { text } from '../heartbeat/wire/message.js';
import { painter } from '../text/paint.js';
import { visible } from '../text/visible.js';
import type { Decided, Decision } from './entry.js';
import type { Parting, Run } from './replay.js';

/** Raised when a field changes its meaning or goes away; new fields may come at any time. */
const VERSION = 1;

export interface Replayed {
  /** The file or folder that was asked for. */
  readonly recording: string;
  readonly runs: readonly Run[];
  /** Files that cannot be read at all, each with its reason. */
  readonly unread: readonly string[];
  /** The version that replays. */
  readonly suite: string;
}

/** Bytes and maps as JSON has them. */
const plain = (_: string, value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value instanceof Map ? Object.fromEntries(value) : value;
};

const valueText = (value: unknown): string => (value === undefined ? 'nothing' : (JSON.stringify(value, plain) ?? ''));

const decisionText = (decision: Decision): string => {
  switch (decision.type) {
    case 'send':
    case 'deliver':
    case 'notify':
      return `${decision.type} ${decision.about}`;
    case 'remember':
      return 'remember the peers';
    case 'log':
      return `log ${decision.priority}: ${decision.text}`;
    case 'job': {
      const { job, action, scope, group } = decision;
      return `job ${job}: ${action} ${scope}${group === undefined ? '' : ` (${group})`}`;
    }
    default: {
      const { type, ...rest } = decision;
      return Object.keys(rest).length === 0 ? type : `${type} ${valueText(rest)}`;
    }
  }
};

const decidedText = (decided: Decided): string => {
  if (decided === 'threw') return 'nothing: it failed with an internal error';
  return decided.length === 0 ? 'nothing' : decided.map(decisionText).join('; ');
};

const messageText = (event: Extract<ClusterEvent, { type: 'packet' | 'submit' }>): string => {
  const part = (name: string): string => text(event.message, name) ?? '?';
  if (event.type === 'submit') return `submit ${part('t')}`;
  return `packet ${part('t')} of ${part('src')} on ${event.link}, seq ${part('seq')}`;
};

/** What the machine was told, in a few words. */
const toldText = (event: ClusterEvent): string => {
  if (event.type === 'packet' || event.type === 'submit') return messageText(event);
  const { type, ...rest } = event;
  return Object.keys(rest).length === 0 ? type : `${type} ${valueText(rest)}`;
};

const partingLines = (parting: Parting): readonly string[] => {
  switch (parting.kind) {
    case 'mark':
      return [
        `${clockTime(parting.wall)}: the decisions are the same so far, the state of the machine is not.`,
        '  Which part of it differs cannot be told: here only its fingerprint was kept.',
      ];
    case 'state': {
      const { path, recorded, replayed } = parting.difference;
      return [
        `${clockTime(parting.wall)}: the decisions are the same so far, the state of the machine is not.`,
        `  ${path} then: ${valueText(recorded)}`,
        `  ${path} now:  ${valueText(replayed)}`,
      ];
    }
    case 'decision': {
      const { path, recorded, replayed } = parting.difference;
      return [
        `${clockTime(parting.step.now.wall)}: here it decides something else.`,
        `  event:        ${toldText(parting.step.event)}`,
        `  decided then: ${decidedText(parting.recorded)}`,
        `  decided now:  ${decidedText(parting.replayed)}`,
        ...(path === ''
          ? []
          : [`  first difference: ${path}, ${valueText(recorded)} then, ${valueText(replayed)} now`]),
      ];
    }
  }
};

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const sums = (runs: readonly Run[]): string => {
  const sum = (key: 'events' | 'decisions'): number => runs.reduce((all, run) => all + run[key], 0);
  return `${counted(sum('events'), 'event')}, ${counted(sum('decisions'), 'decision')}`;
};

const suitesOf = ({ runs, suite }: Replayed): readonly string[] => [
  ...new Set(runs.map(({ header }) => header.suite).filter((recorded) => recorded !== suite)),
];

const runLines = (run: Run, coloured: boolean): readonly string[] => {
  const { header, from, to, files, told, gaps, ended, parting } = run;
  const paint = painter(coloured);
  const end = ended || parting !== undefined ? '' : '; the recording ends before the daemon does';
  const head = `heartbeat on ${header.node} with pid ${header.pid}, ${header.suite}: ${clockTime(from)} to ${clockTime(to)}, ${counted(files, 'file')}${end}`;
  return [
    paint(visible(head), 'bold'),
    ...told.map((event) => paint(visible(`  ${eventText(event)}`), isBad(event) ? 'red' : undefined)),
    ...gaps.map((gap) => paint(visible(`  ${gap}`), 'yellow')),
    ...(parting === undefined ? [] : partingLines(parting).map((line) => paint(visible(`  ${line}`), 'red'))),
    '',
  ];
};

/** Ends with a newline. */
export const replayText = (replayed: Replayed, coloured: boolean): string => {
  const { runs, unread, suite } = replayed;
  const others = suitesOf(replayed);
  const differs = runs.some(({ parting }) => parting !== undefined);
  const verdict = differs ? 'NOT the same decisions' : 'same decisions';
  const lines = [
    ...runs.flatMap((run) => runLines(run, coloured)),
    ...unread,
    ...(others.length === 0
      ? []
      : [`Recorded by ${others.join(' and ')}, replayed by ${suite}: differences may come from that.`]),
    `${sums(runs)}, ${verdict}${runs.length > 1 ? ` in ${runs.length} runs` : ''}`,
  ];
  return `${lines.join('\n')}\n`;
};

const partingJson = (parting: Parting) => {
  if (parting.kind !== 'decision') return parting;
  const { kind, step, recorded, replayed, difference } = parting;
  return { kind, wall: step.now.wall, mono: step.now.mono, event: step.event, recorded, replayed, difference };
};

/** One JSON document. */
export const replayJson = ({ recording, runs, unread, suite }: Replayed): string => {
  const document = {
    ...{ version: VERSION, recording, suite, same: runs.every(({ parting }) => parting === undefined), unread },
    runs: runs.map(({ header, parting, ...run }) => {
      const { node, pid, suite: recordedBy, run: began } = header;
      const { told, ...counts } = run;
      return {
        ...{ node, pid, run: began, suite: recordedBy, ...counts },
        ...{ difference: parting === undefined ? null : partingJson(parting), story: told },
      };
    }),
  };
  return `${JSON.stringify(document, plain)}\n`;
};
