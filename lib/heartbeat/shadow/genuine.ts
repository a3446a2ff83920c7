/** What the genuine daemon of this node says about itself, read from its own packets as they leave (heartbeat reference 4, 6). */
import type { Millis } from '../../time.js';
import { hexNumber } from '../cluster/fieldnumbers.js';
import { parseHolding, plus } from '../cluster/holdings.js';
import type { Holding, NodeName } from '../cluster/interface.js';
import { arrive, type Sequence, UNKNOWN } from '../cluster/sequence.js';
import { bytes, type Message, text } from '../wire/message.js';

/** The speaker of a life: the genuine daemon here, or the other node. */
export interface Speaker {
  readonly generation: number | undefined;
  readonly uuid: Uint8Array | undefined;
  readonly sequence: Sequence;
  /** init, up or active, as it says itself. */
  readonly status: string | undefined;
  /** When its last status passed by, and how long others shall wait for the next one. */
  readonly statusAt: Millis | undefined;
  readonly patience: Millis | undefined;
  /** What it says it holds; undefined: it has not said so since we listen. */
  readonly holding: Holding | undefined;
  readonly holdingSeq: number;
  /** Whether it said last that its resources are at rest. */
  readonly stable: boolean;
  /** When it last said anything about resources. */
  readonly movedAt: Millis | undefined;
  /** It has said goodbye, or is about to: nothing more is to be expected of this life. */
  readonly leaving: boolean;
}

export const UNHEARD: Speaker = {
  generation: undefined,
  uuid: undefined,
  sequence: UNKNOWN,
  status: undefined,
  statusAt: undefined,
  patience: undefined,
  holding: undefined,
  holdingSeq: 0,
  stable: true,
  movedAt: undefined,
  leaving: false,
};

/** What is worth acting on in a packet. */
export type Word =
  /** It began a new life; `reload`: the former one was not left behind with a goodbye. */
  | { readonly type: 'new life' }
  | { readonly type: 'leaving' }
  /** It counts that node as dead; `fenced`: and has reset it. */
  | { readonly type: 'dead'; readonly node: NodeName; readonly fenced: boolean }
  | { readonly type: 'holds'; readonly holding: Holding }
  /** It asks the other node to take groups over, seen from itself. */
  | { readonly type: 'hand-over'; readonly what: Holding; readonly message: Message }
  /** An administrator changes the table of nodes. */
  | { readonly type: 'membership'; readonly message: Message };

export interface Heard {
  readonly speaker: Speaker;
  readonly words: readonly Word[];
}

const NOTHING: readonly Word[] = [];

const heardStatus = (speaker: Speaker, message: Message, now: Millis): Heard => {
  const dt = hexNumber(message, 'dt');
  return {
    speaker: {
      ...speaker,
      status: text(message, 'st') ?? speaker.status,
      statusAt: now,
      patience: dt === undefined ? speaker.patience : (dt as Millis),
    },
    words: NOTHING,
  };
};

/** A full report replaces what was said before it, others only add, `none` clears (heartbeat reference 6.3). */
const heardReport = (before: Speaker, message: Message, seq: number, now: Millis): Heard => {
  const said = parseHolding(text(message, 'rsc_hold'));
  const stable = text(message, 'isstable');
  const newest = seq >= before.holdingSeq;
  const speaker = {
    ...before,
    movedAt: now,
    ...(newest && (stable === '0' || stable === '1') ? { stable: stable === '1' } : {}),
  };
  if (said === undefined) return { speaker, words: NOTHING };
  const leaves = text(message, 'info') === 'shutdown';
  const full = text(message, 'rtype') === 'full' || said === 'none';
  if (full && !newest) return { speaker, words: NOTHING };
  const holding = full ? said : plus(before.holding ?? 'none', said);
  // What only adds to something unknown says too little.
  if (!full && before.holding === undefined) return { speaker, words: NOTHING };
  const changed: readonly Word[] = holding === before.holding ? [] : [{ type: 'holds', holding }];
  return {
    speaker: { ...speaker, holding, holdingSeq: Math.max(seq, before.holdingSeq), leaving: before.leaving || leaves },
    words: leaves && !before.leaving ? [{ type: 'leaving' }, ...changed] : changed,
  };
};

const MEMBERSHIP = ['addnode', 'delnode', 'setweight', 'setsite'];

const heardNew = (speaker: Speaker, message: Message, seq: number, now: Millis): Heard => {
  const type = text(message, 't') ?? '';
  switch (type) {
    case 'status':
      return heardStatus(speaker, message, now);
    case 'resource':
      return heardReport(speaker, message, seq, now);
    case 'starting':
      return { speaker: { ...speaker, stable: false, movedAt: now }, words: NOTHING };
    case 'shutdone':
      return {
        speaker: { ...speaker, leaving: true, holding: 'none', holdingSeq: seq, movedAt: now },
        words: speaker.leaving ? NOTHING : [{ type: 'leaving' }],
      };
    case 'stonith': {
      const node = text(message, 'node');
      const words: readonly Word[] =
        node === undefined ? [] : [{ type: 'dead', node, fenced: text(message, 'result') === 'OK' }];
      return { speaker, words };
    }
    case 'ask_resources': {
      const moved = { ...speaker, movedAt: now };
      if (text(message, 'info') !== 'me') return { speaker: moved, words: NOTHING };
      const named = text(message, 'rsc_hold');
      return {
        speaker: moved,
        words: [{ type: 'hand-over', what: named === undefined ? 'all' : (parseHolding(named) ?? 'none'), message }],
      };
    }
    default:
      return MEMBERSHIP.includes(type)
        ? { speaker, words: [{ type: 'membership', message }] }
        : { speaker, words: NOTHING };
  }
};

/**
 * Takes in one packet of that speaker. Copies on a second link, packets sent once more on request, and what has no number
 * say nothing new.
 */
export const hear = (before: Speaker, message: Message, now: Millis): Heard => {
  const seq = hexNumber(message, 'seq');
  const generation = hexNumber(message, 'hg');
  if (seq === undefined || seq === 0 || generation === undefined) return { speaker: before, words: NOTHING };
  const renewed = before.generation !== undefined && generation > before.generation;
  if (before.generation !== undefined && generation < before.generation) return { speaker: before, words: NOTHING };
  const living: Speaker = renewed || before.generation === undefined ? { ...UNHEARD, generation } : before;
  const { sequence, arrival } = arrive(living.sequence, seq, now);
  if (arrival.kind === 'duplicate' || arrival.kind === 'old') return { speaker: living, words: NOTHING };
  const uuid = bytes(message, 'srcuuid') ?? living.uuid;
  const heard = heardNew({ ...living, sequence, uuid }, message, seq, now);
  return renewed ? { speaker: heard.speaker, words: [{ type: 'new life' }, ...heard.words] } : heard;
};
