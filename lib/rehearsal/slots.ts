/** The parts of the sentences of a story, and how each is read. */
import type { Word } from '../config/source.js';
import { suggest } from '../config/suggest.js';
import { parseSpan } from '../text/span.js';
import { type Millis, millis } from '../time.js';
import { type Cast, SCOPES, type Scope } from './story.js';

/** From when to when; `from` alone: from then on. */
export interface When {
  readonly from: Millis;
  readonly to?: Millis;
}

/** What the words of a sentence have been read as. */
export interface Parts {
  readonly node: string;
  readonly link: string;
  readonly real: string;
  readonly resource: string;
  readonly scope: Scope;
  readonly share: number;
  readonly time: Millis;
  readonly step: number;
  readonly when: When;
}

export type Reading = Partial<Parts> & { readonly end?: Millis };

/** Why a sentence does not fit: at which of the words, and what stands or should stand there. */
export interface Misfit {
  readonly index: number;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

export type Taken = { readonly used: number; readonly parts: Reading } | Misfit;

const A_TIME = 'a time such as 10s, 250ms, 1.5m or 2h';
/** Whether what was read does not fit. */
export const isMisfit = (taken: object): taken is Misfit => 'message' in taken;

/** What is called by a name, and where the names come from. */
const NAMED = {
  NODE: { what: 'node', part: 'node', file: 'ha.cf' },
  LINK: { what: 'link', part: 'link', file: 'ha.cf' },
  REAL: { what: 'real server', part: 'real', file: 'ldirectord.cf' },
  RESOURCE: { what: 'resource', part: 'resource', file: 'haresources' },
} as const;
type NameSlot = keyof typeof NAMED;
/** Whether a name is wanted here, so that one which nobody has is likely a slip of the pen. */
export const isNameSlot = (slot: string): slot is NameSlot => slot in NAMED;

/** More names than these are looked up elsewhere. */
const MOST_NAMES = 8;
const listed = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;

const oneOf = (slot: NameSlot, words: readonly Word[], index: number, known: readonly string[]): Taken => {
  const { what, part, file } = NAMED[slot];
  const said = words[index]?.value;
  if (said === undefined) return { index, message: `the name of a ${what} is missing` };
  const found = known.find((name) => name.toLowerCase() === said.toLowerCase());
  if (found !== undefined) return { used: 1, parts: { [part]: found } };
  const none = slot === 'REAL' ? ': no ldirectord is played' : '';
  const others = known.length === 0 ? none : `, only ${listed(known)}`;
  return { index, message: `there is no ${what} '${said}' in ${file}${others}`, suggestion: suggest(said, known) };
};

const instant = (words: readonly Word[], index: number): Taken => {
  if (words[index]?.value !== 'at') return { index, message: `'at' and ${A_TIME} are missing` };
  const time = parseSpan(words[index + 1]?.value ?? '');
  if (time === undefined) return { index: index + 1, message: `${A_TIME} is missing` };
  return { used: 2, parts: { when: { from: time } } };
};

const span = (words: readonly Word[], index: number): Taken => {
  const said = words[index]?.value;
  if (said === undefined) return { used: 0, parts: { when: { from: millis(0) } } };
  if (said === 'at') return instant(words, index);
  const ends = said.split('-');
  const [from, to] = ends.map(parseSpan);
  if (ends.length !== 2 || from === undefined || to === undefined)
    return { index, message: `'at' and ${A_TIME}, or from when to when (20s-40s), is missing` };
  if (to <= from) return { index, message: 'the end is not after the beginning' };
  return { used: 1, parts: { when: { from, to } } };
};

const measure = (words: readonly Word[], index: number, slot: 'SHARE' | 'TIME' | 'STEP'): Taken => {
  const said = words[index]?.value ?? '';
  if (slot === 'SHARE') {
    const share = /^(\d+(?:\.\d+)?)%$/.exec(said)?.[1];
    if (share === undefined || Number(share) > 100) return { index, message: 'a share such as 30% is missing' };
    return { used: 1, parts: { share: Number(share) / 100 } };
  }
  if (slot === 'TIME') {
    const time = parseSpan(said);
    return time === undefined ? { index, message: `${A_TIME} is missing` } : { used: 1, parts: { time } };
  }
  const time = parseSpan(said.slice(1));
  if (time === undefined || !/^[+-]/.test(said)) return { index, message: 'a step such as +1h or -30s is missing' };
  return { used: 1, parts: { step: said.startsWith('-') ? -time : time } };
};

const scopeAt = (words: readonly Word[], index: number): Taken => {
  const found = SCOPES.find((scope) => scope === words[index]?.value);
  return { used: found === undefined ? 0 : 1, parts: { scope: found ?? 'all' } };
};

/** Reads the words from `index` on as what `slot` of a sentence wants: a part in capitals, or the word itself. */
export const take = (slot: string, words: readonly Word[], index: number, cast: Cast): Taken => {
  switch (slot) {
    case 'NODE':
      return oneOf(slot, words, index, cast.nodes);
    case 'LINK':
      return oneOf(slot, words, index, cast.links);
    case 'REAL':
      return oneOf(slot, words, index, cast.reals);
    case 'RESOURCE':
      return oneOf(slot, words, index, cast.resources);
    case 'AT':
      return instant(words, index);
    case 'WHEN':
      return span(words, index);
    case 'SCOPE':
      return scopeAt(words, index);
    case 'SHARE':
    case 'TIME':
    case 'STEP':
      return measure(words, index, slot);
    default:
      return words[index]?.value.toLowerCase() === slot
        ? { used: 1, parts: {} }
        : { index, message: `'${slot}' was expected here`, suggestion: suggest(words[index]?.value ?? '', [slot]) };
  }
};
