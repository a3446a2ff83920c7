/** What a shadow has seen since its start: one line for the log, a page for people, a document for programs. */
import { type Millis, millis, type Now } from '../../time.js';
import type { Shadow } from './state.js';
import { lasting } from './words.js';

/** Raised when a field changes its meaning or goes away; new fields may come at any time. */
export const SHADOW_VERSION = 1;

/** What was not seen, and why, since the start. */
export interface Unseen {
  /** Packets that the kernel had no room for. */
  readonly lost: number;
  /** Datagrams that came in pieces. */
  readonly fragments: number;
  /** Packets without a valid signature, or malformed. */
  readonly refused: number;
  /** Links that cannot be seen at all, such as serial ones. */
  readonly links: readonly string[];
}

export interface ShadowReport {
  readonly version: number;
  readonly program: 'heartbeat-shadow';
  readonly node: string;
  readonly pid: number;
  /** `waiting`: for a genuine daemon that is up, and a cluster that is at rest. */
  readonly state: 'waiting' | 'deciding' | 'stopped';
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly written: string;
  readonly watchedMs: number;
  readonly decidingMs: number;
  readonly toleranceMs: number;
  readonly packets: { readonly own: number; readonly others: number; readonly strange: number };
  /** What our daemon would have sent; nothing was. */
  readonly unsent: number;
  readonly agreed: { readonly deaths: number; readonly moves: number; readonly handOvers: number };
  /** How much earlier (below zero) and later than we the genuine daemon took these decisions, at most. */
  readonly earliestMs: number;
  readonly latestMs: number;
  /** Hand-overs that somebody asked for on this node. */
  readonly orders: number;
  readonly differences: {
    /** That have lasted longer than the tolerance, those that are there now included; the longest of them. */
    readonly told: number;
    readonly longestMs: number;
    /** That were over in time. */
    readonly passing: number;
    readonly longestPassingMs: number;
    /** Decisions that only one of the two has taken. */
    readonly alone: number;
    readonly open: readonly {
      readonly subject: string;
      readonly since: string;
      readonly lastsMs: number;
      readonly told: boolean;
      readonly ours: string;
      readonly genuine: string;
      readonly why: string;
    }[];
  };
  /** How often it began to decide, and how often it gave up its own course for that of the genuine daemon. */
  readonly joined: number;
  readonly followed: number;
  readonly unseen: Unseen;
}

const iso = (wall: number): string => new Date(wall).toISOString();

/** Everything, as it is now. */
export const shadowReport = (
  shadow: Shadow,
  unseen: Unseen,
  pid: number,
  now: Now,
  isStopped = false,
): ShadowReport => {
  const { counts, differences, settings, startedAt } = shadow;
  const { tally } = differences;
  const open = [...differences.open.values()].map(({ subject, what, since, isTold }) => ({
    subject,
    since: iso(since.wall),
    lastsMs: Math.round(now.mono - since.mono),
    told: isTold,
    ...what,
  }));
  const longest = Math.max(tally.longestTold, ...open.filter(({ told }) => told).map(({ lastsMs }) => lastsMs));
  return {
    version: SHADOW_VERSION,
    program: 'heartbeat-shadow',
    node: settings.cluster.self,
    pid,
    state: isStopped ? 'stopped' : shadow.cluster === undefined ? 'waiting' : 'deciding',
    started: iso(startedAt.wall),
    written: iso(now.wall),
    watchedMs: Math.round(now.mono - startedAt.mono),
    decidingMs: Math.round(counts.deciding),
    toleranceMs: Math.round(settings.tolerance),
    packets: { own: counts.own, others: counts.others, strange: counts.strange },
    unsent: counts.unsent,
    agreed: { deaths: counts.deaths, moves: counts.moves, handOvers: counts.handOvers },
    earliestMs: Math.round(counts.earliest),
    latestMs: Math.round(counts.latest),
    orders: counts.orders,
    differences: {
      told: tally.told,
      longestMs: Math.round(longest),
      passing: tally.passing,
      longestPassingMs: Math.round(tally.longestPassing),
      alone: counts.alone,
      open,
    },
    joined: counts.joined,
    followed: counts.followed,
    unseen,
  };
};

/** Whether the two have ever differed for longer than they may. */
export const hasDiffered = ({ differences }: ShadowReport): boolean => differences.told + differences.alone > 0;

const plural = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

const span = (value: number): string => lasting(millis(value) as Millis);

const agreedText = ({ agreed, earliestMs, latestMs }: ShadowReport): string => {
  const total = agreed.deaths + agreed.moves + agreed.handOvers;
  if (total === 0) return 'nothing was decided';
  const when = `the genuine one at most ${span(earliestMs)} before and ${span(latestMs)} after us`;
  return `agreed on ${plural(agreed.deaths, 'death')}, ${plural(agreed.moves, 'change')} of what this node holds, ${plural(agreed.handOvers, 'hand-over')} (${when})`;
};

const differencesText = ({ differences }: ShadowReport): string => {
  const { told, alone, open, longestMs, passing, longestPassingMs } = differences;
  const lasts = open.filter((one) => one.told).length;
  const short = `${passing} short ones within the tolerance${passing === 0 ? '' : `, the longest ${span(longestPassingMs)}`}`;
  if (told + alone === 0) return `no difference (${short})`;
  const one = alone === 0 ? '' : `, ${plural(alone, 'decision')} taken by one of the two only`;
  return `${plural(told, 'difference')}, the longest ${span(longestMs)}, ${lasts} of them now${one} (${short})`;
};

const unseenText = ({ unseen }: ShadowReport): string => {
  const { lost, fragments, refused } = unseen;
  return `not seen: ${lost} packets lost, ${fragments} in pieces, ${refused} refused`;
};

/** One line for the log. */
export const summaryLine = (report: ShadowReport): string =>
  [
    `Summary of ${span(report.watchedMs)} (deciding for ${span(report.decidingMs)})`,
    `${report.packets.own} packets of ${report.node}, ${report.packets.others} of others`,
    agreedText(report),
    `${plural(report.orders, 'order')} followed`,
    differencesText(report),
    unseenText(report),
  ].join('; ');

/** What `--shadow -s` prints, with a newline at its end. */
export const reportText = (report: ShadowReport): string => {
  const state = {
    waiting: 'waiting for a genuine heartbeat that is up and a cluster that is at rest',
    deciding: 'deciding beside the genuine heartbeat',
    stopped: 'stopped; this is what it had seen',
  }[report.state];
  const lines = [
    `ha-heartbeat --shadow on ${report.node}: ${state}`,
    `  since ${report.started}, ${span(report.watchedMs)}; deciding for ${span(report.decidingMs)}, tolerance ${span(report.toleranceMs)}`,
    `  packets: ${report.packets.own} of ${report.node}, ${report.packets.others} of others, ${report.packets.strange} strange; ${unseenText(report)}`,
    ...(report.unseen.links.length === 0 ? [] : [`  links that cannot be seen: ${report.unseen.links.join(', ')}`]),
    `  ${agreedText(report)}; ${plural(report.orders, 'order')} followed`,
    `  ${differencesText(report)}`,
    ...report.differences.open
      .filter(({ told }) => told)
      .map(({ subject, since, ours, genuine, why }) => `  NOW ${subject} since ${since}: ${ours} (${why}), ${genuine}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
};
