/** Looks for the story that hurts most. Pure; everything is decided by one seed. */
import { draw } from '../heartbeat/cluster/random.js';
import type { Rehearsal } from './rehearse.js';
import type { Cast } from './story.js';

/** The sentences of a story, as they are written. */
export type Sentences = readonly string[];

export interface Found {
  readonly sentences: Sentences;
  readonly rehearsal: Rehearsal;
}

/** Within so many seconds everything begins. */
const SPAN = 60;
const MOST_SENTENCES = 4;

type Pick = (below: number) => number;

const pickOf = (seed: number): Pick => {
  let state = seed >>> 0;
  return (below) => {
    const { value, next } = draw(state);
    state = next;
    return Math.floor(value * below);
  };
};

type Form = (node: string, link: string, from: number, to: number, pick: Pick) => string;

const FORMS: readonly Form[] = [
  (node, _link, from) => `${node} loses power at ${from}s`,
  (node, _link, from, to) => `${node} loses power ${from}s-${to}s`,
  (node, _link, from, to) => `daemon of ${node} dies ${from}s-${to}s`,
  (node, _link, from, to) => `${node} hangs ${from}s-${to}s`,
  (node, _link, from, to) => `${node} stops ${from}s-${to}s`,
  (node, link, from, to) => `${link} of ${node} down ${from}s-${to}s`,
  (_node, link, from, to) => `${link} down ${from}s-${to}s`,
  (_node, _link, from, to, pick) => `loss ${10 * (1 + pick(6))}% ${from}s-${to}s`,
  (node, _link, from) => `${node} standby at ${from}s`,
];

/** What befalls real servers; they recover, so that a story is not bad only because everything is broken in the end. */
const realForms = (reals: readonly string[]): readonly Form[] => {
  if (reals.length === 0) return [];
  const anyOf = (pick: Pick): string => reals[pick(reals.length)] ?? '';
  return [
    (_node, _link, from, to, pick) => `${anyOf(pick)} silent ${from}s-${to}s`,
    (_node, _link, from, to, pick) => `${anyOf(pick)} refuses ${from}s-${to}s`,
    (_node, _link, from, to, pick) => `${anyOf(pick)} answers wrong ${from}s-${to}s`,
    (_node, _link, from, to, pick) => `${anyOf(pick)} slow ${1 + pick(20)}s ${from}s-${to}s`,
  ];
};

const invent = ({ nodes, links, reals }: Cast, pick: Pick): Sentences =>
  Array.from({ length: 1 + pick(MOST_SENTENCES) }, () => {
    const from = pick(SPAN);
    const to = from + 1 + pick(SPAN);
    const node = nodes[pick(Math.min(2, nodes.length))] ?? '';
    const forms = [...FORMS, ...realForms(reals)];
    const form = forms[pick(forms.length)] ?? forms[0];
    return form?.(node, links[pick(links.length)] ?? '', from, to, pick) ?? '';
  });

/**
 * The more the worse: addresses that end without one owner and services without a server count before any time, two owners
 * before none, and requests that are lost last.
 */
const harm = ({ addresses, services, duration }: Rehearsal): readonly number[] => [
  addresses.filter(({ owners }) => owners.length !== 1).length + services.filter(({ served }) => !served).length,
  Math.max(0, ...addresses.map(({ double }) => double)),
  Math.max(0, ...[...addresses, ...services].map(({ longest }) => longest)),
  Math.max(0, ...services.map(({ lost }) => lost * duration)),
];

const compare = (one: readonly number[], other: readonly number[]): number =>
  one.map((value, index) => value - (other[index] ?? 0)).find((difference) => difference !== 0) ?? 0;

/**
 * Tries so many stories and gives the worst, without the sentences that it is as bad without.
 *
 * `play` rehearses one; undefined when its words are not understood, which would be a mistake here.
 */
export const searchWorst = (
  cast: Cast,
  tries: number,
  seed: number,
  play: (sentences: Sentences) => Rehearsal | undefined,
): Found | undefined => {
  const pick = pickOf(seed);
  let worst: Found | undefined;
  const consider = (sentences: Sentences, isGood: (order: number) => boolean): void => {
    const rehearsal = play(sentences);
    if (rehearsal === undefined) return;
    if (worst === undefined || isGood(compare(harm(rehearsal), harm(worst.rehearsal))))
      worst = { sentences, rehearsal };
  };
  for (let count = 0; count < tries; count += 1) consider(invent(cast, pick), (order) => order > 0);
  for (let index = 0; index < (worst?.sentences.length ?? 0); ) {
    const before = worst;
    const { sentences } = worst as Found;
    if (sentences.length === 1) break;
    consider(sentences.toSpliced(index, 1), (order) => order >= 0);
    if (worst === before) index += 1;
  }
  return worst;
};
