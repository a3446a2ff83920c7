/**
 * One file of a recording: a line that says what it is, then frames, each with its length and checksum. The first frame is
 * the header and the state of the machine, the others are what happened from there on. A file that was cut off, or damaged,
 * is good up to the first frame that is not whole.
 */
import { crc32 } from 'node:zlib';
import type { ClusterEvent } from '../heartbeat/cluster/interface.js';
import type { ClusterState } from '../heartbeat/cluster/state.js';
import type { Message } from '../heartbeat/wire/message.js';
import type { Now } from '../time.js';
import { type Decided, type Entry, FORMAT, type Header } from './entry.js';
import { createValueReader, NotValues } from './value-reader.js';
import { createValueWriter } from './value-writer.js';

const FIRST_WORDS = 'ha-suite flight recording ';
const FIRST_LINE = Buffer.from(`${FIRST_WORDS}${FORMAT}\n`, 'latin1');
/** Length and checksum, four bytes each. */
const FRAME_HEAD = 8;

const frameOf = (payload: Buffer): Buffer => {
  const head = Buffer.allocUnsafe(FRAME_HEAD);
  head.writeUInt32LE(payload.length, 0);
  head.writeUInt32LE(crc32(payload), 4);
  return Buffer.concat([head, payload]);
};

export interface SegmentWriter {
  readonly step: (event: ClusterEvent, now: Now, decided: Decided) => void;
  readonly mark: (fingerprint: number) => void;
  /** The bytes to be appended to the file; undefined: nothing was added since the last time. */
  readonly take: () => Buffer | undefined;
  /** Bytes of the header with the state, all bytes so far, and those of them that were not taken yet. */
  readonly headSize: number;
  readonly size: () => number;
  readonly waiting: () => number;
}

/** Begins a file. Throws a TypeError, like each of its functions, on what cannot be recorded. */
export const createSegmentWriter = (header: Header, state: unknown): SegmentWriter => {
  const values = createValueWriter();
  let message: Message | undefined;
  values.write(header);
  values.write(state);
  let ready: Buffer | undefined = Buffer.concat([FIRST_LINE, frameOf(values.take())]);
  const headSize = ready.length;
  let taken = 0;
  const add = (entry: Entry): void => values.write(entry);
  const waiting = (): number => (ready?.length ?? 0) + values.size();
  return {
    step: (event, now, decided) => {
      if (event.type !== 'packet') add({ type: 'step', event, now, decided });
      else if (event.message === message) add({ type: 'again', link: event.link, now, decided });
      else {
        add({ type: 'step', event, now, decided });
        message = event.message;
      }
    },
    mark: (fingerprint) => add({ type: 'mark', state: fingerprint }),
    take: () => {
      const frame = values.size() === 0 ? undefined : frameOf(values.take());
      const first = ready;
      ready = undefined;
      const bytes = first === undefined || frame === undefined ? (first ?? frame) : Buffer.concat([first, frame]);
      taken += bytes?.length ?? 0;
      return bytes;
    },
    headSize,
    size: () => taken + waiting(),
    waiting,
  };
};

export interface Segment {
  readonly header: Header;
  readonly state: ClusterState;
  readonly entries: readonly Exclude<Entry, { type: 'again' }>[];
  /** Why the rest cannot be read. */
  readonly damage: { readonly kind: 'cut' | 'damaged'; readonly at: number } | undefined;
}

/** Why a file is none that can be read. */
export interface Unreadable {
  readonly reason: 'foreign' | 'version' | 'damaged';
  readonly text: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isNow = (value: unknown): value is Now =>
  isRecord(value) && Number.isFinite(value.mono) && Number.isFinite(value.wall);

const isHeader = (value: unknown): value is Header =>
  isRecord(value) &&
  [value.suite, value.node].every((one) => typeof one === 'string') &&
  [value.pid, value.run, value.part].every(Number.isFinite) &&
  isNow(value.now) &&
  typeof value.gap === 'boolean';

const isState = (value: unknown): value is ClusterState =>
  isRecord(value) && isRecord(value.settings) && value.nodes instanceof Map && isRecord(value.resources);

const isDecided = (value: unknown): value is Decided =>
  value === 'threw' || (Array.isArray(value) && value.every((one) => isRecord(one) && typeof one.type === 'string'));

/** A checksum has said that we have written it: only its outline is looked at. */
const isEntry = (value: unknown): value is Entry => {
  if (!isRecord(value)) return false;
  switch (value.type) {
    case 'mark':
      return typeof value.state === 'number';
    case 'again':
      return typeof value.link === 'string' && isNow(value.now) && isDecided(value.decided);
    case 'step':
      return (
        isRecord(value.event) && typeof value.event.type === 'string' && isNow(value.now) && isDecided(value.decided)
      );
    default:
      return false;
  }
};

/** The payload of the frame at that place, or why there is none. */
const frameAt = (bytes: Buffer, at: number): Buffer | 'cut' | 'damaged' => {
  if (at + FRAME_HEAD > bytes.length) return 'cut';
  const length = bytes.readUInt32LE(at);
  const payload = bytes.subarray(at + FRAME_HEAD, at + FRAME_HEAD + length);
  if (payload.length < length) return 'cut';
  return crc32(payload) === bytes.readUInt32LE(at + 4) ? payload : 'damaged';
};

/** Puts the message of the packet before in its place. */
const completed = (
  entries: readonly Entry[],
  before: Message | undefined,
): { readonly entries: Segment['entries']; readonly message: Message | undefined } | undefined => {
  let message = before;
  const whole: Segment['entries'][number][] = [];
  for (const entry of entries) {
    if (entry.type === 'again') {
      if (message === undefined) return undefined;
      const { link, now, decided } = entry;
      whole.push({ type: 'step', event: { type: 'packet', message, link }, now, decided });
      continue;
    }
    if (entry.type === 'step' && entry.event.type === 'packet') message = entry.event.message;
    whole.push(entry);
  }
  return { entries: whole, message };
};

const firstLineProblem = (bytes: Buffer): Unreadable | undefined => {
  const line = bytes.subarray(0, FIRST_LINE.length);
  if (line.equals(FIRST_LINE)) return undefined;
  if (FIRST_LINE.subarray(0, line.length).equals(line))
    return { reason: 'damaged', text: 'it ends before anything is recorded' };
  const version = new RegExp(`^${FIRST_WORDS}(\\d{1,6})\n`).exec(
    bytes.toString('latin1', 0, FIRST_WORDS.length + 7),
  )?.[1];
  if (version === undefined) return { reason: 'foreign', text: 'it is no flight recording of ha-suite' };
  const text = `it has format ${version}, and this ha-suite reads format ${FORMAT}: replay it with the ha-suite that recorded it`;
  return { reason: 'version', text };
};

/** Reads what a file holds (not packed), as far as it is whole. Never throws. */
export const readSegment = (data: Uint8Array): Segment | Unreadable => {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const problem = firstLineProblem(bytes);
  if (problem !== undefined) return problem;
  const values = createValueReader();
  const read = (payload: Buffer): readonly unknown[] => {
    try {
      return values.read(payload);
    } catch (error) {
      if (error instanceof NotValues) return [undefined];
      throw error;
    }
  };
  let at = FIRST_LINE.length;
  const first = frameAt(bytes, at);
  if (typeof first === 'string') {
    const text = first === 'cut' ? 'it ends before anything is recorded' : 'its beginning is damaged';
    return { reason: 'damaged', text };
  }
  const [header, state, ...rest] = read(first);
  if (!isHeader(header) || !isState(state) || rest.length > 0)
    return { reason: 'damaged', text: 'its beginning is damaged' };
  at += FRAME_HEAD + first.length;
  const entries: Segment['entries'][number][] = [];
  let message: Message | undefined;
  let damage: Segment['damage'];
  while (at < bytes.length) {
    const payload = frameAt(bytes, at);
    if (typeof payload === 'string') {
      damage = { kind: payload, at };
      break;
    }
    const found = read(payload);
    const whole = found.every(isEntry) ? completed(found, message) : undefined;
    if (whole === undefined) {
      damage = { kind: 'damaged', at };
      break;
    }
    for (const entry of whole.entries) entries.push(entry);
    message = whole.message;
    at += FRAME_HEAD + payload.length;
  }
  return { header, state, entries, damage };
};
