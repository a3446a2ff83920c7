/**
 * What shall happen in a rehearsal, in words: `lb1 loses power at 10s; eth1 of lb2 down 20s-40s; loss 30%`.
 *
 * Sentences are separated by semicolons or stand on lines of their own; `#` begins a comment.
 */
import type { Diagnostic, Parsed, Position } from '../config/diagnostic.js';
import { diagnosticAt, type Source, sourceOf, type Word, wordsOf } from '../config/source.js';
import { suggest } from '../config/suggest.js';
import { parseSpan } from '../text/span.js';
import { type Millis, millis } from '../time.js';
import type { Condition } from './real-servers.js';

export const SCOPES = ['all', 'local', 'foreign', 'failback'] as const;
export type Scope = (typeof SCOPES)[number];

/** One change of the world. */
export type Happening =
  /** Off: everything that ran there is gone. On: the machine boots and starts heartbeat. */
  | { readonly type: 'power'; readonly node: string; readonly on: boolean }
  /** The daemon alone; `kill` leaves its addresses where they are. */
  | { readonly type: 'daemon'; readonly node: string; readonly act: 'kill' | 'start' | 'stop' }
  /** The whole machine stands still and goes on; its addresses answer all the time. */
  | { readonly type: 'hang'; readonly node: string; readonly still: boolean }
  /** A cable: of one node, or without `node` the network itself. */
  | { readonly type: 'link'; readonly link: string; readonly node?: string; readonly up: boolean }
  /** Of every packet between the nodes; `loss` from 0 to 1, the others in milliseconds. */
  | { readonly type: 'weather'; readonly what: 'loss' | 'delay' | 'jitter'; readonly value: number }
  | { readonly type: 'ask'; readonly tool: 'standby' | 'takeover'; readonly node: string; readonly scope: Scope }
  /** A real server or a service on it. */
  | { readonly type: 'real'; readonly real: string; readonly condition: Condition }
  /** A file in the maintenance directory of every node names a real server, or does so no more. */
  | { readonly type: 'maintenance'; readonly real: string; readonly isOut: boolean }
  /** A resource, by its word in haresources, can not be started on a node, or can again. */
  | { readonly type: 'resource'; readonly resource: string; readonly node: string; readonly starts: boolean }
  /** Somebody sets the wall clock, by so many milliseconds. */
  | { readonly type: 'clock'; readonly node: string; readonly by: number };

export interface Moment {
  /** Since the cluster had come to rest. */
  readonly at: Millis;
  readonly happening: Happening;
}

export interface Story {
  /** In the order of time. */
  readonly moments: readonly Moment[];
  /** When it is over, if the story says so. */
  readonly end?: Millis;
}

/** Who may appear. */
export interface Cast {
  readonly nodes: readonly string[];
  readonly links: readonly string[];
  /** As ldirectord.cf names them, with and without their port; none where there is no ldirectord. */
  readonly reals: readonly string[];
  /** The words of haresources. */
  readonly resources: readonly string[];
}

/** From when to when; `from` alone: from then on. */
interface When {
  readonly from: Millis;
  readonly to?: Millis;
}

/** What the words of a sentence have been read as. */
interface Parts {
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

type Reading = Partial<Parts> & { readonly end?: Millis };

interface Sentence {
  /** Literal words, and in capitals what is read. */
  readonly form: readonly string[];
  readonly tell: (parts: Parts) => Story;
}

const during = ({ from, to }: When, begin: Happening, end?: Happening): Story => ({
  moments: [
    { at: from, happening: begin },
    ...(to === undefined || end === undefined ? [] : [{ at: to, happening: end }]),
  ],
});

const sentence = (form: string, tell: Sentence['tell']): Sentence => ({ form: form.split(' '), tell });

const WELL: Condition = { is: 'well' };

const realDuring = ({ real, when }: Pick<Parts, 'real' | 'when'>, condition: Condition): Story =>
  during(when, { type: 'real', real, condition }, { type: 'real', real, condition: WELL });

/** `WHEN` may be `at TIME`, `TIME-TIME` or nothing, `AT` only the first; `SCOPE` may be left out. */
const SENTENCES: readonly Sentence[] = [
  sentence('NODE loses power WHEN', ({ node, when }) =>
    during(when, { type: 'power', node, on: false }, { type: 'power', node, on: true }),
  ),
  sentence('NODE boots AT', ({ node, when }) => during(when, { type: 'power', node, on: true })),
  sentence('NODE starts AT', ({ node, when }) => during(when, { type: 'daemon', node, act: 'start' })),
  sentence('NODE stops WHEN', ({ node, when }) =>
    during(when, { type: 'daemon', node, act: 'stop' }, { type: 'daemon', node, act: 'start' }),
  ),
  sentence('NODE hangs WHEN', ({ node, when }) =>
    during(when, { type: 'hang', node, still: true }, { type: 'hang', node, still: false }),
  ),
  sentence('NODE standby SCOPE AT', ({ node, scope, when }) =>
    during(when, { type: 'ask', tool: 'standby', node, scope }),
  ),
  sentence('NODE takeover SCOPE AT', ({ node, scope, when }) =>
    during(when, { type: 'ask', tool: 'takeover', node, scope }),
  ),
  sentence('daemon of NODE dies WHEN', ({ node, when }) =>
    during(when, { type: 'daemon', node, act: 'kill' }, { type: 'daemon', node, act: 'start' }),
  ),
  sentence('clock of NODE STEP AT', ({ node, step, when }) => during(when, { type: 'clock', node, by: step })),
  sentence('LINK of NODE down WHEN', ({ link, node, when }) =>
    during(when, { type: 'link', link, node, up: false }, { type: 'link', link, node, up: true }),
  ),
  sentence('LINK down WHEN', ({ link, when }) =>
    during(when, { type: 'link', link, up: false }, { type: 'link', link, up: true }),
  ),
  sentence('loss SHARE WHEN', ({ share, when }) =>
    during(when, { type: 'weather', what: 'loss', value: share }, { type: 'weather', what: 'loss', value: 0 }),
  ),
  sentence('delay TIME WHEN', ({ time, when }) =>
    during(when, { type: 'weather', what: 'delay', value: time }, { type: 'weather', what: 'delay', value: 0 }),
  ),
  sentence('jitter TIME WHEN', ({ time, when }) =>
    during(when, { type: 'weather', what: 'jitter', value: time }, { type: 'weather', what: 'jitter', value: 0 }),
  ),
  sentence('REAL silent WHEN', (parts) => realDuring(parts, { is: 'silent' })),
  sentence('REAL refuses WHEN', (parts) => realDuring(parts, { is: 'refusing' })),
  sentence('REAL answers wrong WHEN', (parts) => realDuring(parts, { is: 'wrong' })),
  sentence('REAL slow TIME WHEN', (parts) => realDuring(parts, { is: 'slow', by: parts.time })),
  sentence('REAL answers AT', (parts) => realDuring(parts, WELL)),
  sentence('REAL in maintenance WHEN', ({ real, when }) =>
    during(when, { type: 'maintenance', real, isOut: true }, { type: 'maintenance', real, isOut: false }),
  ),
  sentence('RESOURCE on NODE fails to start WHEN', ({ resource, node, when }) =>
    during(
      when,
      { type: 'resource', resource, node, starts: false },
      { type: 'resource', resource, node, starts: true },
    ),
  ),
  sentence('end AT', ({ when }) => ({ moments: [], end: when.from })),
];

/** For help texts: every form, as it is written. */
export const FORMS: readonly string[] = SENTENCES.map(({ form }) => form.join(' '));

/** Why a sentence does not fit: at which of the words, and what stands or should stand there. */
interface Misfit {
  readonly index: number;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

type Taken = { readonly used: number; readonly parts: Reading } | Misfit;

const A_TIME = 'a time such as 10s, 250ms, 1.5m or 2h';
const isMisfit = (taken: object): taken is Misfit => 'message' in taken;

/** What is called by a name, and where the names come from. */
const NAMED = {
  NODE: { what: 'node', part: 'node', file: 'ha.cf' },
  LINK: { what: 'link', part: 'link', file: 'ha.cf' },
  REAL: { what: 'real server', part: 'real', file: 'ldirectord.cf' },
  RESOURCE: { what: 'resource', part: 'resource', file: 'haresources' },
} as const;
type NameSlot = keyof typeof NAMED;
const isNameSlot = (slot: string): slot is NameSlot => slot in NAMED;

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

const take = (slot: string, words: readonly Word[], index: number, cast: Cast): Taken => {
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

/** A misfit, and how many words fit but for a name that nobody has. */
interface Attempt extends Misfit {
  readonly reach: number;
}

const read = ({ form, tell }: Sentence, words: readonly Word[], cast: Cast): Story | Attempt => {
  let index = 0;
  let parts: Reading = {};
  let unknown: Misfit | undefined;
  for (const slot of form) {
    const taken = take(slot, words, index, cast);
    if (!isMisfit(taken)) {
      index += taken.used;
      parts = { ...parts, ...taken.parts };
    } else if (unknown === undefined && isNameSlot(slot) && index < words.length) {
      unknown = taken;
      index += 1;
    } else return { ...(unknown ?? taken), reach: index };
  }
  if (unknown !== undefined) return { ...unknown, reach: index };
  // Every slot of the form has been read, and `tell` asks for no other.
  if (index === words.length) return tell(parts as Parts);
  return { index, message: 'nothing more was expected here', reach: index };
};

/** How likely it is that this sentence was meant: it fits longer, from its first word on, and what does not fit looks alike. */
const likelihood = ({ reach, index, suggestion }: Attempt): number =>
  4 * reach + 2 * Math.min(index, 1) + (suggestion === undefined ? 0 : 1);

const nearest = (attempts: readonly Attempt[]): Attempt =>
  attempts.reduce((best, one) => (likelihood(one) > likelihood(best) ? one : best));

const understood = (source: Source, words: readonly Word[], cast: Cast): Story | Diagnostic => {
  const readings = SENTENCES.map((one) => read(one, words, cast));
  const story = readings.find((one): one is Story => !isMisfit(one));
  if (story !== undefined) return story;
  const { index, message, suggestion, reach } = nearest(readings.filter((one): one is Attempt => isMisfit(one)));
  const [first, last] = [words[0], words.at(-1)];
  const said =
    reach <= 1 && index === 0 && suggestion === undefined
      ? `'${first?.value}' begins no sentence that is known here: see ha rehearse --help`
      : message;
  const under = words[index] ?? last;
  const nowhere: Position = { file: source.file, line: 1, column: 1 };
  return diagnosticAt(source, 'error', under ?? { value: '', at: nowhere }, {
    code: 'story/not-understood',
    message: said,
    suggestion,
  });
};

/** The sentences of one line with the columns (from 1) that they begin at. */
const sentencesOf = (line: string): readonly { readonly column: number; readonly piece: string }[] =>
  [...line.replace(/#.*$/, '').matchAll(/[^;]+/g)].map((match) => ({ column: match.index + 1, piece: match[0] }));

/** Reads a story; sentences that are not understood are left out of it. `file` names it in the findings. */
export const parseStory = (text: string, file: string, cast: Cast): Parsed<Story> => {
  const source = sourceOf(file, text);
  const read = source.lines.flatMap((line, index) =>
    sentencesOf(line)
      .map(({ column, piece }) => wordsOf(source, index + 1, column, piece))
      .filter((words) => words.length > 0)
      .map((words) => understood(source, words, cast)),
  );
  const stories = read.filter((one): one is Story => 'moments' in one);
  const ends = stories.flatMap(({ end }) => end ?? []);
  return {
    value: {
      moments: stories.flatMap(({ moments }) => moments).toSorted((one, other) => one.at - other.at),
      ...(ends.length === 0 ? {} : { end: millis(Math.max(...ends)) }),
    },
    diagnostics: read.filter((one): one is Diagnostic => 'severity' in one),
  };
};

const TIMES = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A time as it is written: 90000 is `1.5m`, 250 `250ms`. */
export const timeText = (time: number): string => {
  for (const [unit, size] of TIMES) {
    if (time >= size && (time * 100) % size === 0) return `${time / size}${unit}`;
  }
  return `${time}ms`;
};

const describeReal = (real: string, condition: Condition): string => {
  switch (condition.is) {
    case 'well':
      return `${real} answers`;
    case 'silent':
      return `${real} is silent`;
    case 'refusing':
      return `${real} refuses`;
    case 'wrong':
      return `${real} answers wrong`;
    case 'slow':
      return `${real} takes ${timeText(condition.by)} to answer`;
  }
};

/** What happens, in words. */
export const describeHappening = (happening: Happening): string => {
  switch (happening.type) {
    case 'power':
      return happening.on ? `${happening.node} boots` : `${happening.node} loses power`;
    case 'daemon':
      return happening.act === 'kill'
        ? `the daemon of ${happening.node} dies`
        : `${happening.node} ${happening.act === 'start' ? 'starts' : 'stops'}`;
    case 'hang':
      return happening.still ? `${happening.node} hangs` : `${happening.node} goes on`;
    case 'link':
      return `${happening.link}${happening.node === undefined ? '' : ` of ${happening.node}`} is ${happening.up ? 'up' : 'down'}`;
    case 'weather':
      return happening.what === 'loss'
        ? `loss ${Math.round(happening.value * 1000) / 10}%`
        : `${happening.what} ${timeText(happening.value)}`;
    case 'ask':
      return `${happening.node} ${happening.tool} ${happening.scope}`;
    case 'real':
      return describeReal(happening.real, happening.condition);
    case 'maintenance':
      return `${happening.real} is ${happening.isOut ? 'taken out for maintenance' : 'back from maintenance'}`;
    case 'resource':
      return `${happening.resource} on ${happening.node} ${happening.starts ? 'can be started' : 'fails to start'}`;
    case 'clock':
      return `the clock of ${happening.node} is set ${timeText(Math.abs(happening.by))} ${happening.by < 0 ? 'back' : 'ahead'}`;
  }
};
