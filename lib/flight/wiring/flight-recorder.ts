/**
 * Records what a machine is told and what it decides. Whoever feeds the machine never waits for it, and never hears of its
 * troubles: what cannot be written is lost, one line says so, and the recording goes on with a new file later.
 */
import type { ClusterEvent } from '../../heartbeat/cluster/interface.js';
import type { StepRecorder } from '../../heartbeat/wiring/engine.js';
import type { Log } from '../../log.js';
import { errorText } from '../../platform/error-text.js';
import { type Millis, millis, type Now, seconds } from '../../time.js';
import { SUITE_VERSION } from '../../version.js';
import { type Decided, decisionOf, isUrgent } from '../entry.js';
import { fingerprint } from '../fingerprint.js';
import { FLIGHT_FOLDER } from '../places.js';
import { isFull } from '../ring.js';
import { createSegmentWriter, type SegmentWriter } from '../segment.js';
import { openRingFiles, type RingFiles } from './ring-files.js';

const FLUSH_EVERY = seconds(1);
/** After trouble a new file is tried so much later. */
const RETRY_AFTER = seconds(10);
/** A disk that stands still costs the recording, not the memory. */
const MOST_WAITING = 4 << 20;
/** So many steps are between two fingerprints of the state. */
const MARK_EVERY = 1024;
/** The closing waits no longer for the disk: after a reload the next life has to be heard soon. */
const CLOSING_LIMIT = millis(100);

export interface FlightRecorder extends StepRecorder<unknown> {
  /** Writes what still waits, for a moment at most. Never rejects. */
  readonly close: () => Promise<void>;
}

export interface FlightRecorderOptions {
  readonly node: string;
  readonly pid: number;
  readonly files: RingFiles;
  /** As the log names it. */
  readonly place: string;
  readonly log: Log;
  /** What is not urgent waits so long for the disk. */
  readonly flushEvery?: Millis;
}

/** A file that is being recorded, or one that is complete and still has to be written. */
interface Part {
  readonly writer: SegmentWriter;
  begun: boolean;
  complete: boolean;
}

const NOTHING: Decided = [];

/** Records one life into files that are open already. */
export const createFlightRecorder = ({
  node,
  pid,
  files,
  place,
  log,
  flushEvery = FLUSH_EVERY,
}: FlightRecorderOptions): FlightRecorder => {
  let run = 0;
  let partCount = 0;
  let parts: Part[] = [];
  let steps = 0;
  let before: { readonly state: unknown; readonly now: Now } | undefined;
  let retryAt: Millis | undefined;
  let gap = false;
  let troubled = false;
  let broken = false;
  let closed = false;
  let busy: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const trouble = (why: string): void => {
    if (!troubled) log('WARN', `No flight recording in ${place}: ${why}`);
    troubled = true;
  };
  /** What is not on the disk yet is lost; a new file is begun later. */
  const giveUp = (why: string, now: Millis): void => {
    trouble(why);
    parts = [];
    gap = true;
    retryAt = millis(now + RETRY_AFTER);
  };

  const open = (state: unknown, now: Now): Part => {
    partCount += 1;
    const header = { suite: SUITE_VERSION, node, pid, run, part: partCount, now, gap };
    const part: Part = { writer: createSegmentWriter(header, state), begun: false, complete: false };
    gap = false;
    parts.push(part);
    return part;
  };
  /** The file to record into, with the state before this step at its beginning. */
  const current = (now: Now): Part | undefined => {
    const last = parts.at(-1);
    if (last !== undefined && !last.complete) return last;
    if (before === undefined || (retryAt !== undefined && now.mono < retryAt)) return undefined;
    retryAt = undefined;
    return open(before.state, now);
  };

  const writePart = async (part: Part): Promise<void> => {
    const bytes = part.writer.take();
    if (bytes !== undefined) await (part.begun ? files.append(bytes) : files.begin(bytes));
    part.begun = true;
  };
  const work = async (): Promise<void> => {
    for (let part = parts[0]; part !== undefined; part = parts[0]) {
      const { complete } = part;
      await writePart(part);
      if (troubled) log('info', `Flight recording in ${place} again`);
      troubled = false;
      if (!complete) return;
      await files.finish();
      if (parts[0] === part) parts.shift();
    }
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    busy ??= work()
      .catch((error: unknown) => giveUp(errorText(error), before?.now.mono ?? millis(0)))
      .finally(() => {
        busy = undefined;
        if (waiting() > 0) flushSoon(false);
      });
  };
  const flushSoon = (urgent: boolean): void => {
    if (closed) return;
    if (urgent && busy === undefined) flush();
    else if (timer === undefined) timer = setTimeout(flush, flushEvery).unref();
  };

  const waiting = (): number => parts.reduce((sum, { writer }) => sum + writer.waiting(), 0);

  const record = (event: ClusterEvent, now: Now, decided: Decided, after: unknown): void => {
    const part = current(now);
    before = { state: after, now };
    if (part === undefined) return;
    part.writer.step(event, now, decided);
    steps += 1;
    const ends = decided !== 'threw' && decided.some(({ type }) => type === 'exit');
    if (steps % MARK_EVERY === 0 || ends) part.writer.mark(fingerprint(after));
    const { headSize, size } = part.writer;
    if (isFull(headSize, size() - headSize, files.limit())) {
      part.complete = true;
      open(after, now);
    }
    if (waiting() > MOST_WAITING) giveUp('the disk does not keep up', now.mono);
    else flushSoon(isUrgent(decided));
  };

  /** A mistake in here costs the recording, and nothing else. */
  const guarded = (act: () => void): void => {
    if (broken || closed) return;
    try {
      act();
    } catch (error) {
      broken = true;
      parts = [];
      trouble(errorText(error));
    }
  };

  return {
    begin: (state, now) =>
      guarded(() => {
        run = now.wall;
        before = { state, now };
        open(state, now);
        flushSoon(true);
      }),
    step: (event, now, effects, after) =>
      guarded(() => {
        const decided = effects === undefined ? 'threw' : effects.length === 0 ? NOTHING : effects.map(decisionOf);
        record(event, now, decided, after);
      }),
    close: async () => {
      if (closed) return;
      const write = async (): Promise<void> => {
        await busy;
        flush();
        await busy;
        await files.close();
      };
      const writing = write();
      closed = true;
      let limit: NodeJS.Timeout | undefined;
      await Promise.race([
        writing,
        new Promise<void>((resolve) => {
          limit = setTimeout(resolve, CLOSING_LIMIT);
        }),
      ]);
      clearTimeout(limit);
      clearTimeout(timer);
    },
  };
};

/** Records one life of heartbeat in that folder, with so many bytes at most. Never throws. */
export const openFlightRecorder = (
  { node, size, log }: { readonly node: string; readonly size: number; readonly log: Log },
  folder = FLIGHT_FOLDER,
): FlightRecorder =>
  createFlightRecorder({ node, pid: process.pid, files: openRingFiles(folder, size), place: folder, log });
