/** What an explanation is made from, and small questions to it. Pure. */
import type { HaEvent, Happening, Stamp } from '../../events/event.js';
import { contains, parseHolding } from '../../heartbeat/cluster/holdings.js';
import type { Holding } from '../../heartbeat/cluster/interface.js';
import type { ClusterSnapshot, NodeSnapshot, Place } from '../../heartbeat/cluster/snapshot.js';
import { resourceOf } from '../../heartbeat/config/haresources.js';
import type { ResourceSpec } from '../../heartbeat/config/model.js';
import { spanText } from '../../ldirectord/cli/status-table.js';
import type { MachineStatus } from '../status/status.js';
import type { Decision } from './explanation.js';
import { decisionAt, decisionOf, type Files } from './files.js';

export interface Scene {
  readonly status: MachineStatus;
  readonly files: Files;
  /** What the journals of this machine have kept, oldest first. */
  readonly events: readonly HaEvent[];
}

/** A group of haresources as heartbeat has it, or as the file has it when heartbeat does not answer. */
export interface Group {
  /** The node that has it when both are well. */
  readonly node: string;
  readonly resources: readonly ResourceSpec[];
  readonly place: Place;
  readonly decision: Decision;
}

export type Event<T extends Happening['type']> = Stamp & Extract<Happening, { type: T }>;

export const groupsOf = ({ status, files }: Scene): readonly Group[] => {
  const { snapshot } = status.heartbeat;
  if (snapshot === null)
    return files.groups.map(({ node, resources, at }) => ({
      ...{ node, resources, place: 'unknown' },
      decision: decisionAt(files, at.file, at.line, 'group'),
    }));
  return snapshot.groups.map(({ node, resources, line, place }) => {
    const decision = decisionOf(files, line, 'group') ?? { file: line, line: null, directive: 'group', text: null };
    const at = { file: decision.file, line: decision.line ?? 1, column: 1 };
    return { node, resources: resources.map((value) => resourceOf({ value, at })), place, decision };
  });
};

/** `12 min ago`. */
export const ago = ({ status }: Scene, wall: number): string => `${spanText(status.at - wall)} ago`;

/** The events of heartbeat, oldest first. */
export const heartbeatEvents = ({ events }: Scene): readonly HaEvent[] =>
  events.filter(({ program }) => program === 'heartbeat');

/** The newest event of a type of which something holds. */
export const newest = <T extends Happening['type']>(
  events: readonly HaEvent[],
  type: T,
  holds: (event: Event<T>) => boolean = () => true,
): Event<T> | undefined =>
  events.findLast((event): event is Event<T> & HaEvent => event.type === type && holds(event as Event<T>));

const holds = (word: string, part: Holding): boolean => contains(parseHolding(word) ?? 'none', part);

/** When a node came to hold a part, seen from that node, if it still does as far as the events tell. */
export const gained = (
  events: readonly HaEvent[],
  name: string,
  part: 'local' | 'foreign',
): Event<'holding'> | undefined => {
  const last = newest(
    events,
    'holding',
    (event) => event.name === name && holds(event.from, part) !== holds(event.to, part),
  );
  return last !== undefined && holds(last.to, part) ? last : undefined;
};

/** The job of this node that was about a part last. */
export const lastJob = (events: readonly HaEvent[], part: 'local' | 'foreign'): Event<'job'> | undefined =>
  newest(events, 'job', ({ step, scope }) => step === 'begun' && [part, 'all', 'every'].includes(scope));

/** The newest failed start of one of these resources that was not followed by a better one. */
export const failedStart = (events: readonly HaEvent[], words: readonly string[]): Event<'resource'> | undefined =>
  words
    .flatMap(
      (word) => newest(events, 'resource', ({ resource, action }) => resource === word && action === 'start') ?? [],
    )
    .find(({ outcome }) => outcome === 'failed');

/** The other node, for whom and for which this one stands in. */
export const partnerIn = ({ nodes }: ClusterSnapshot): NodeSnapshot | undefined =>
  nodes.find(({ type, self }) => type === 'normal' && !self);

/** The decisions that an event names. */
export const decisionsOf = (
  files: Files,
  event: { readonly decidedBy?: string },
  directive: string,
): readonly Decision[] => {
  const found = event.decidedBy === undefined ? undefined : decisionOf(files, event.decidedBy, directive);
  return found === undefined ? [] : [found];
};

/** `a`, `a and b`, `a, b and c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
