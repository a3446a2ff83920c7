/**
 * What nodes of our own kind tell each other for people who look: a report now and then, in a message of its own.
 *
 * It is no status message: a report is longer than a heartbeat, and one that is lost on its way must not cost evidence of
 * life. It is not numbered, so that nobody asks for a lost one; the next replaces it. A genuine node never gets one.
 */
import { parseReport } from '../../peer/parse.js';
import { aged, type NodeReport } from '../../peer/report.js';
import type { Millis, Now } from '../../time.js';
import { type Message, text } from '../wire/message.js';
import type { NodeName } from './interface.js';
import { others, partner, present } from './partner.js';
import { count, refuse } from './refusals.js';
import { send } from './sending.js';
import type { ClusterState, NodeState } from './state.js';
import { type Turn, updateNode } from './turn.js';

/** The type of the message; unnumbered ones begin like that (see sending.ts). */
export const REPORT = 'NS_hs_report';

/** A report is told again after this time also when nothing has changed. */
export const REPORT_EVERY = 10_000 as Millis;
/** So many may be lost in a row until what was told is old. */
const MAX_LOST = 3;

/** Whether no genuine node can be listening: who is not known to be of our kind is gone. */
const onlyKin = (state: ClusterState): boolean =>
  others(state).every((node) => node.kin !== undefined || !present(node));

/** Whom a report is for; undefined: for nobody now. */
export const listenerOf = (state: ClusterState): NodeName | undefined => {
  const other = partner(state);
  if (state.status === 'init' || state.stop.phase === 'gone' || !present(other)) return undefined;
  return other?.kin === undefined || !onlyKin(state) ? undefined : other.name;
};

/** Sends the text of a report, if somebody is to have it. */
export const tell = (turn: Turn, report: string): Turn => {
  const dest = listenerOf(turn.state);
  return dest === undefined ? turn : send(turn, { t: REPORT, dest, report });
};

/** Takes in what the other node tells. */
export const heardTold = (turn: Turn, node: NodeState, message: Message): Turn => {
  if (node.kin === undefined || partner(turn.state)?.name !== node.name) return turn;
  const report = parseReport(text(message, 'report') ?? '');
  if (report === undefined)
    return refuse(turn, 'badReport', node.name, `${REPORT} of ${node.name} refused: it is no report.`);
  // It comes over every link.
  if (node.told !== undefined && report.number <= node.told.report.number) return count(turn, 'oldNumber');
  return updateNode(turn, node.name, { told: { report, at: turn.now.mono } });
};

/** What the other node has told, with the ages of now. */
export type Told =
  | {
      readonly node: NodeName;
      readonly report: NodeReport;
      /** Milliseconds since it was told. */
      readonly age: number;
      /** Too old to be taken for the present, or told by a node that is gone. */
      readonly stale: boolean;
    }
  | { readonly node: NodeName; readonly report: null; readonly problem: string };

const problemOf = (node: NodeState): string => {
  const { name, kin, statusAt } = node;
  if (statusAt === undefined) return `nothing has been heard of ${name}`;
  if (kin === undefined) return `not told: ${name} runs another heartbeat`;
  return `${name} has not told anything yet: it tells every ${REPORT_EVERY / 1000} s, not over serial lines, and not if it is an earlier version`;
};

/** The other node's half; undefined where there is no other node. */
export const toldBy = (state: ClusterState, { mono }: Now): Told | undefined => {
  const other = partner(state);
  if (other === undefined) return undefined;
  const { name, told } = other;
  if (told === undefined) return { node: name, report: null, problem: problemOf(other) };
  const age = Math.max(0, Math.round(mono - told.at));
  const report = { ...told.report, ...aged(told.report, age) };
  return { node: name, report, age, stale: !present(other) || age > REPORT_EVERY * (MAX_LOST + 0.5) };
};
