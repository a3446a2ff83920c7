/**
 * Runs what was recorded through the machine once more, from the state at the beginning of a file on, and compares what it
 * decides now with what it decided then. Pure: whoever calls reads the files.
 */
import type { HaEvent } from '../events/event.js';
import type { Range } from '../ha/instant.js';
import { happenings, type Observed } from '../heartbeat/cluster/happenings.js';
import type { ClusterMachine } from '../heartbeat/cluster/interface.js';
import type { ClusterState } from '../heartbeat/cluster/state.js';
import { type Difference, firstDifference } from './difference.js';
import { type Decided, decisionOf, type Entry, type Header } from './entry.js';
import { fingerprint } from './fingerprint.js';
import type { Segment } from './segment.js';

type Step = Extract<Entry, { type: 'step' }>;

/** Where now and then part ways. */
export type Parting =
  /** One step decides something else. */
  | {
      readonly kind: 'decision';
      readonly step: Step;
      readonly recorded: Decided;
      readonly replayed: Decided;
      readonly difference: Difference;
    }
  /** All decisions were the same, and yet the state is another one at the beginning of the next file. */
  | { readonly kind: 'state'; readonly wall: number; readonly difference: Difference }
  /** The same between two of them: then only a fingerprint of the state was kept. */
  | { readonly kind: 'mark'; readonly wall: number };

/** What was replayed of one life of a daemon. */
export interface Run {
  readonly header: Header;
  /** The first and the last instant, in wall-clock milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly files: number;
  /** Steps, and what the machine asked for in them. */
  readonly events: number;
  readonly decisions: number;
  /** How often the whole state was compared. */
  readonly states: number;
  /** The end is the end of the daemon; otherwise it goes on, or was cut off. */
  readonly ended: boolean;
  /** What cannot be read or was never written, in words. */
  readonly gaps: readonly string[];
  /** One of the files is damaged, not only cut off. */
  readonly damaged: boolean;
  readonly told: readonly HaEvent[];
  readonly parting: Parting | undefined;
}

export interface Replayer {
  /** Replays a file; answers whether to go on: no longer after the end of the range, or when decisions differ. */
  readonly play: (segment: Segment, name: string) => boolean;
  /** A file that is there and cannot be read. */
  readonly miss: (text: string) => void;
  readonly runs: () => readonly Run[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Life {
  readonly run: Mutable<Omit<Run, 'gaps' | 'told'>> & { readonly gaps: string[]; readonly told: HaEvent[] };
  state: ClusterState;
  /** Of the file that came last. */
  part: number;
  /** It was read to its end, so that the next one follows on it. */
  whole: boolean;
  seq: number;
}

const decidedBy = ({ directive, ...happening }: Observed) =>
  directive === undefined ? happening : { ...happening, decidedBy: `${directive} of ha.cf` };

const lostBefore = (name: string): string => `before ${name} something was lost, because it could not be written`;

/** What a machine decides now. */
const decide = (
  machine: ClusterMachine<ClusterState>,
  state: ClusterState,
  { event, now }: Step,
): { readonly state: ClusterState; readonly decided: Decided } => {
  try {
    const step = machine.step(state, event, now);
    return { state: step.state, decided: step.effects.map(decisionOf) };
  } catch {
    // As the engine has it: the event is lost, the state stays.
    return { state, decided: 'threw' };
  }
};

/** Replays files in their order. `range`, by the clock of the recording, chooses what is told; to be compared they are replayed from their beginning. */
export const createReplayer = (machine: ClusterMachine<ClusterState>, range: Range): Replayer => {
  const lives: Life[] = [];

  const begin = ({ header, state }: Segment, name: string): Life => {
    const life: Life = {
      run: {
        ...{ header, from: header.now.wall, to: header.now.wall, files: 0, events: 0, decisions: 0, states: 0 },
        ...{ ended: false, gaps: [], damaged: false, told: [], parting: undefined },
      },
      ...{ state, part: header.part, whole: true, seq: 0 },
    };
    if (header.gap) life.run.gaps.push(lostBefore(name));
    lives.push(life);
    return life;
  };

  /** The life that a file belongs to; its state is compared where the file follows on the one before. */
  const enter = (segment: Segment, name: string): Life => {
    const { header, state } = segment;
    const last = lives.at(-1);
    if (last === undefined || last.run.header.run !== header.run || last.run.header.pid !== header.pid)
      return begin(segment, name);
    if (header.gap) last.run.gaps.push(lostBefore(name));
    else if (header.part !== last.part + 1) last.run.gaps.push(`what comes before ${name} is missing`);
    else if (last.whole) {
      last.run.states += 1;
      const difference = firstDifference(state, last.state);
      if (difference !== undefined) last.run.parting = { kind: 'state', wall: header.now.wall, difference };
    }
    last.state = state;
    last.part = header.part;
    return last;
  };

  const step = (life: Life, entry: Step): void => {
    const { run } = life;
    const { event, now } = entry;
    const next = decide(machine, life.state, entry);
    run.events += 1;
    run.decisions += next.decided === 'threw' ? 0 : next.decided.length;
    run.to = now.wall;
    if (next.decided !== 'threw' && next.decided.some(({ type }) => type === 'exit')) run.ended = true;
    if (now.wall >= range.from)
      for (const happening of happenings(life.state, next.state, event, now.mono)) {
        life.seq += 1;
        const { node, run: began } = run.header;
        const who = { node, program: 'heartbeat', instance: '', run: began, seq: life.seq } as const;
        run.told.push({ ...who, ...now, ...decidedBy(happening) });
      }
    life.state = next.state;
    const difference = firstDifference(entry.decided, next.decided);
    if (difference !== undefined)
      run.parting = { kind: 'decision', step: entry, recorded: entry.decided, replayed: next.decided, difference };
  };

  const play = (segment: Segment, name: string): boolean => {
    const life = enter(segment, name);
    const { run } = life;
    run.files += 1;
    life.whole = segment.damage === undefined;
    for (const entry of segment.entries) {
      if (run.parting !== undefined) return false;
      if (entry.type === 'mark') {
        run.states += 1;
        if (fingerprint(life.state) !== entry.state) run.parting = { kind: 'mark', wall: run.to };
        continue;
      }
      if (entry.now.wall > range.to) return false;
      step(life, entry);
    }
    if (segment.damage?.kind === 'damaged') {
      run.damaged = true;
      run.gaps.push(`${name} is damaged from byte ${segment.damage.at} on: what follows in it is not replayed`);
    }
    if (segment.damage?.kind === 'cut') run.gaps.push(`${name} was cut off in the middle of its last piece`);
    return run.parting === undefined;
  };

  return {
    play,
    miss: (text) => {
      const last = lives.at(-1);
      if (last === undefined) return;
      last.whole = false;
      last.run.gaps.push(text);
    },
    runs: () => lives.map(({ run }) => run),
  };
};
