/**
 * The checker: holds what was seen from outside against the rules of a cluster. Pure.
 *
 * Never two owners while the nodes hear each other, always one within the time that the reference allows.
 */
import type { Answer } from '../answer-watch.js';
import { gapLength, longestGap } from '../gaps.js';
import { type OwnershipChange, ownersAt, ownershipPeriods } from '../ownership.js';
import type { Allowance, Pairing, Rule } from './model.js';
import type { AddressRecord, Apart, Heard, Observations, Phase } from './record.js';

export interface Finding {
  readonly step: string;
  readonly text: string;
  /** Why it is expected of this pairing; absent: it is a violation. */
  readonly because?: string;
}

export interface Verdict {
  readonly violations: readonly Finding[];
  /** Rules broken as the reference says that these implementations break them. */
  readonly known: readonly Finding[];
  /** Longest time without an answer in all steps that began with one, in milliseconds. */
  readonly longestGap: number;
  /** Longest time with two owners while the nodes heard each other, in milliseconds. */
  readonly longestDouble: number;
  /** Longest time in which even the control host did not answer, in milliseconds; 0: never longer than usual. */
  readonly longestStall: number;
  /** How busy the machine was at most (see `slowness`). */
  readonly busiest: number;
}

/** An address that has not answered for so long did not answer. */
const RECENT = 1000;
/** The watcher of addresses notes when it was told, which is a little later on a busy machine. */
const WITNESS = 1000;

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** When the nodes did not hear each other: until a node heard another one again, not until the obstacle was away. */
const silences = (apart: readonly Apart[], heard: readonly Heard[]): readonly Interval[] =>
  apart.map(({ from, healed, voice }) => {
    const ends = (packet: Heard): boolean =>
      healed !== undefined && packet.at >= healed && (voice === undefined || packet.from === voice);
    return { from, to: heard.find(ends)?.at ?? Infinity };
  });

/** Longest uninterrupted time with several owners between two instants, outside of all silences. */
const doubleWhileTogether = (
  changes: readonly OwnershipChange[],
  phase: Interval,
  silent: readonly Interval[],
): number => {
  let longest = 0;
  let current: Interval | undefined;
  for (const { from, to, owners } of ownershipPeriods(changes, phase.from, phase.to)) {
    if (owners.length < 2) {
      current = undefined;
      continue;
    }
    current = { from: current?.from ?? from, to };
    longest = Math.max(longest, longestOutside(current, silent));
  }
  return longest;
};

/** The longest part of an interval that lies outside of all others. */
const longestOutside = (whole: Interval, others: readonly Interval[]): number => {
  const parts = others.reduce<readonly Interval[]>(
    (rest, { from, to }) =>
      rest.flatMap((part) => [
        { from: part.from, to: Math.min(part.to, Math.max(part.from, from)) },
        { from: Math.max(part.from, Math.min(part.to, to)), to: part.to },
      ]),
    [whole],
  );
  return Math.max(0, ...parts.map(({ from, to }) => to - from));
};

/** Whether the owners of one address are as one word of `Owners` says. */
export const ownersMatch = (owners: readonly string[], word: string): boolean => {
  switch (word) {
    case '*':
      return true;
    case '?':
      return owners.length === 1;
    case '-':
      return owners.length === 0;
    default:
      return [...owners].sort().join('+') === word;
  }
};

const wordsOf = (expected: string): readonly string[] => expected.split(' ');

/** Milliseconds as an administrator reads them. */
export const secondsText = (ms: number): string => (Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : 'for ever');

const allowance = (phase: Phase, rule: Rule, value: number, pairing: Pairing): Allowance | undefined =>
  phase.allow.find((each) => each.rule === rule && each.pairings.includes(pairing) && value <= each.upTo);

/** What a step is judged with. */
interface Court {
  readonly phase: Phase;
  readonly pairing: Pairing;
  readonly silent: readonly Interval[];
  /** How long the machine under the lab stood still in this step, at most. */
  readonly stall: number;
}

/** A value of a rule against its limit: nothing, an expected excess, or a violation. */
const measured = (
  { phase, pairing, stall }: Court,
  rule: Rule,
  value: number,
  limit: number,
  text: string,
): readonly Finding[] => {
  const excused = stall === 0 ? 0 : stall + (rule === 'gap' ? phase.limits.evidence : 0);
  if (value <= limit + excused) return [];
  const allowed = allowance(phase, rule, value - excused, pairing);
  const still = stall === 0 ? '' : ` (and the machine stood still for ${secondsText(stall)})`;
  const finding = { step: phase.label, text: `${text} ${secondsText(value)}, limit ${secondsText(limit)}${still}` };
  return [allowed === undefined ? finding : { ...finding, because: allowed.because }];
};

/** Shorter pauses are usual on a machine with several labs, and in the limits. */
const USUAL = 200;

/** How long even a host that nothing happens to did not answer; 0 when that was short, or there is none. */
const stallIn = (control: readonly number[], { from, to }: Phase): number => {
  const longest = control.length === 0 ? 0 : gapLength(longestGap(control, from, to));
  return longest > USUAL ? longest : 0;
};

/** Whether the address was being served when the phase began. */
const wasServed = ({ changes, answers }: AddressRecord, { from }: Phase): boolean =>
  ownersAt(changes, from).length > 0 && answers.some(({ at }) => at <= from && at > from - RECENT);

const silenceIn = (record: AddressRecord, phase: Phase): number => {
  const answers = record.answers.map(({ at }) => at);
  return gapLength(longestGap(answers, phase.from, phase.to));
};

/** Whether the host that answered has the address at about that time, or just got or lost it. */
const isOwner = (changes: readonly OwnershipChange[], { at, host }: Answer): boolean => {
  const [from, to] = [at - WITNESS, at + WITNESS];
  return (
    changes.some((change) => change.host === host && change.at >= from && change.at <= to) ||
    ownersAt(changes, at).includes(host)
  );
};

const judgeAddress = (
  record: AddressRecord,
  word: string,
  court: Court,
): { readonly findings: readonly Finding[]; readonly gap: number; readonly double: number } => {
  const { phase, silent } = court;
  const { address, changes, answers } = record;
  const double = doubleWhileTogether(changes, phase, silent);
  const served = wasServed(record, phase);
  // Where nobody shall have it in the end, silence is what we want.
  const gap = served && word !== '-' ? silenceIn(record, phase) : 0;
  const first = answers.find(({ at }) => at > phase.from && at <= phase.to)?.at ?? Infinity;
  const end = ownersAt(changes, phase.to);
  const moved = changes.filter(({ at }) => at > phase.from && at <= phase.to);
  const stranger = answers.find(
    (answer) => answer.at > phase.from && answer.at <= phase.to && !isOwner(changes, answer),
  );
  const findings = [
    ...measured(court, 'double', double, phase.limits.double, `${address} had two owners that hear each other for`),
    ...measured(court, 'gap', gap, phase.limits.gap, `${address} did not answer for`),
    ...(served || word === '-' || word === '*'
      ? []
      : measured(court, 'gap', first - phase.from, phase.limits.first, `${address} answered first after`)),
    ...(ownersMatch(end, word)
      ? []
      : [{ step: phase.label, text: `${address} is with ${end.join('+') || 'nobody'} in the end, expected: ${word}` }]),
    ...(phase.still && moved.length > 0
      ? [{ step: phase.label, text: `${address} moved although nothing should: ${moved.map(changeText).join(', ')}` }]
      : []),
    ...(stranger === undefined
      ? []
      : [{ step: phase.label, text: `${address} was answered by ${stranger.host}, which does not have it` }]),
  ];
  return { findings, gap, double };
};

const changeText = ({ host, owns }: OwnershipChange): string => `${owns ? '+' : '-'}${host}`;

/** Standing still for longer than this disturbs timers of the daemons in ways that no limit can foresee. */
const DISTURBING = 500;

/** On a machine that is so much slower than it should be, daemons wait for their turn as long as for each other. */
const OVERLOADED = 3;

/**
 * What a genuine daemon says when it takes a message for empty of which its own script has only written the first line: the
 * message, often the one that starts its resources, is lost.
 */
const LOST_BY_GENUINE = 'msg2string: Message with zero fields';

export type Play = Pick<Verdict, 'violations' | 'longestStall' | 'busiest'> & { readonly logs: string };

/**
 * Why what was seen tells nothing about the cluster: rules were broken, but the machine under it stood still or was far too
 * busy, or a genuine script's message got lost on its way. Undefined: the play counts.
 */
export const whyVoid = ({ violations, longestStall, busiest, logs }: Play): string | undefined => {
  if (violations.length === 0) return undefined;
  if (longestStall > DISTURBING) return `the machine stood still for ${secondsText(longestStall)}`;
  if (busiest > OVERLOADED) return `the machine was ${busiest.toFixed(1)} times as slow as it should be`;
  if (logs.includes(LOST_BY_GENUINE)) return 'a genuine daemon lost a message of its own script';
  return undefined;
};

/** Judges everything that was seen. */
export const judge = ({ addresses, control, heard, apart, phases }: Observations, pairing: Pairing): Verdict => {
  const silent = silences(apart, heard);
  const all = phases.flatMap((phase) => {
    const words = wordsOf(phase.expected);
    const court: Court = { phase, pairing, silent, stall: stallIn(control, phase) };
    const late = measured(court, 'end', phase.took ?? Infinity, phase.limits.end, 'everything at rest after');
    const odd =
      phase.because === undefined
        ? []
        : [{ step: phase.label, text: `the addresses end up with ${phase.expected}`, because: phase.because }];
    return [
      { findings: [...late, ...odd], gap: 0, double: 0 },
      ...addresses.map((record, index) => judgeAddress(record, words[index] ?? '?', court)),
    ];
  });
  const findings = all.flatMap((each) => each.findings);
  return {
    violations: findings.filter(({ because }) => because === undefined),
    known: findings.filter(({ because }) => because !== undefined),
    longestGap: Math.max(0, ...all.map(({ gap }) => gap)),
    longestDouble: Math.max(0, ...all.map(({ double }) => double)),
    longestStall: Math.max(0, ...phases.map((phase) => stallIn(control, phase))),
    busiest: Math.max(1, ...phases.map(({ slowness }) => slowness)),
  };
};
