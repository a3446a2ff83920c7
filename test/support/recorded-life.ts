/** Records the machines of a simulated cluster as the flight recorder does it, with files that are only imagined. */
import { decisionOf, type Header } from '../../lib/flight/entry.js';
import { fingerprint } from '../../lib/flight/fingerprint.js';
import { createReplayer, type Run } from '../../lib/flight/replay.js';
import { createSegmentWriter, readSegment, type Segment, type SegmentWriter } from '../../lib/flight/segment.js';
import type { ClusterMachine } from '../../lib/heartbeat/cluster/interface.js';
import { clusterMachine } from '../../lib/heartbeat/cluster/machine.js';
import type { ClusterState } from '../../lib/heartbeat/cluster/state.js';
import type { MakeHost } from '../../lib/rehearsal/host.js';
import type { Now } from '../../lib/time.js';

export interface Recorded {
  /** What `ourHost` is, with a recorder. */
  readonly host: MakeHost;
  /** The files so far. */
  readonly files: () => readonly Buffer[];
}

/** So many steps are written together. */
const PER_FRAME = 20;

/** `perFile`: so many steps are in each file; `perMark`: and so many between two fingerprints of the state. */
export const recording = (perFile = 300, perMark = 100): Recorded => {
  const writers: { readonly writer: SegmentWriter; bytes: Buffer }[] = [];
  let runs = 0;
  const host: MakeHost = (settings, born) => {
    runs += 1;
    const run = runs;
    let part = 0;
    let steps = 0;
    let state = clusterMachine.create(settings, born);
    const open = (now: Now): (typeof writers)[number] => {
      part += 1;
      const header: Header = { suite: 'ha-suite test', node: settings.self, pid: 1, run, part, now, gap: false };
      const opened = { writer: createSegmentWriter(header, state), bytes: Buffer.alloc(0) };
      writers.push(opened);
      return opened;
    };
    let current = open(born);
    return {
      step: (event, now) => {
        const result = clusterMachine.step(state, event, now);
        state = result.state;
        steps += 1;
        current.writer.step(event, now, result.effects.map(decisionOf));
        if (steps % perMark === 0) current.writer.mark(fingerprint(state));
        if (steps % PER_FRAME === 0)
          current.bytes = Buffer.concat([current.bytes, current.writer.take() ?? Buffer.alloc(0)]);
        if (steps % perFile === 0) current = open(now);
        return result.effects;
      },
      wakeAt: () => clusterMachine.wakeAt(state),
      view: () => clusterMachine.view(state),
    };
  };
  return {
    host,
    files: () => writers.map(({ writer, bytes }) => Buffer.concat([bytes, writer.take() ?? Buffer.alloc(0)])),
  };
};

/** The file, which must be one. */
export const segmentOf = (bytes: Uint8Array): Segment => {
  const segment = readSegment(bytes);
  if ('reason' in segment) throw new Error(segment.text);
  return segment;
};

export const EVER = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** Replays files in their order with that machine. */
export const replayed = (
  files: readonly (Segment | Uint8Array)[],
  machine: ClusterMachine<ClusterState> = clusterMachine,
  range = EVER,
): readonly Run[] => {
  const replayer = createReplayer(machine, range);
  for (const [index, file] of files.entries()) {
    const segment = file instanceof Uint8Array ? segmentOf(file) : file;
    if (!replayer.play(segment, `file ${index + 1}`)) break;
  }
  return replayer.runs();
};
