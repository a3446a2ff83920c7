/** Looks at this node again and again: when each monitor is due, what its results come to, and what that says of the node. */
import type { MonitorConfig } from '../../config/monitor.js';
import type { Priority } from '../../log.js';
import { type Millis, millis } from '../../time.js';
import type { Health, MonitorEffect, MonitorEvent, Outcome } from './interface.js';
import { type Count, count, UNDECIDED } from './standing.js';
import { line } from './words.js';

interface Watched {
  readonly config: MonitorConfig;
  readonly count: Count;
  /** When the next look begins, or when the one under way is given up. */
  readonly dueAt: Millis;
  readonly look: Look | undefined;
}

/** A look under way. */
interface Look {
  readonly since: Millis;
  /** The next one waits for its end. */
  readonly awaited: boolean;
  /** It was counted as a failure already: it outlived its own timeout. */
  readonly written: boolean;
}

export interface MonitorState {
  readonly watched: readonly Watched[];
  readonly health: Health;
  readonly failing: readonly string[];
}

export interface MonitorStep {
  readonly state: MonitorState;
  readonly effects: readonly MonitorEffect[];
}

/** First looks of several monitors are no further apart than that, so that it is soon known what the node is fit for. */
const STAGGER = 200;
/** The end of a look is known that much after its timeout, or the program cannot be killed. */
const GRACE = 500;
/** A beat that comes later than that shows that this process did not run, and proves nothing about a program. */
const TOLERATED = 500;

/** Nothing has been looked at yet; the first look is due at once, the others follow one by one. */
export const createMonitors = (configs: readonly MonitorConfig[], now: Millis): MonitorState => ({
  watched: configs.map((config, index) => ({
    config,
    count: UNDECIDED,
    dueAt: millis(now + index * Math.min(STAGGER, config.interval / configs.length)),
    look: undefined,
  })),
  health: 'unknown',
  failing: [],
});

/** The next beat after `now`; beats that were missed are not made up for. */
const nextBeat = ({ dueAt, config: { interval } }: Watched, now: Millis): Millis =>
  millis(dueAt + interval * (Math.floor(Math.max(0, now - dueAt) / interval) + 1));

interface Part {
  readonly one: Watched;
  readonly effects: readonly MonitorEffect[];
}

const counted = (one: Watched, outcome: Exclude<Outcome, { type: 'void' }>): Part => {
  const after = count(one.count, outcome.type === 'good', one.config);
  const said = line(one.config, one.count, after, outcome);
  const log = (priority: Priority, text: string): MonitorEffect => ({ type: 'log', priority, text });
  return { one: { ...one, count: after }, effects: said === undefined ? [] : [log(...said)] };
};

const begin = (one: Watched, now: Millis): Part => ({
  one: { ...one, dueAt: nextBeat(one, now), look: { since: now, awaited: false, written: false } },
  effects: [{ type: 'look', name: one.config.name }],
});

const beat = (one: Watched, now: Millis): Part => {
  const { look, dueAt, config } = one;
  if (now < dueAt) return { one, effects: [] };
  if (look === undefined) return begin(one, now);
  const patience = millis(look.since + config.timeout + GRACE);
  if (now < patience) return { one: { ...one, dueAt: patience, look: { ...look, awaited: true } }, effects: [] };
  const next = { ...one, dueAt: nextBeat(one, now) };
  if (now - dueAt > TOLERATED) return { one: next, effects: [] };
  // It was told to end and has not: a program that waits for a device cannot be killed. No second one is started.
  const why = `still running after ${config.timeout / 1000}s`;
  return counted({ ...next, look: { ...look, awaited: true, written: true } }, { type: 'bad', why });
};

const ended = (one: Watched, outcome: Outcome, now: Millis): Part => {
  const { look } = one;
  if (look === undefined) return { one, effects: [] };
  const free = { ...one, look: undefined, dueAt: look.awaited ? now : one.dueAt };
  return outcome.type === 'void' || look.written ? { one: free, effects: [] } : counted(free, outcome);
};

/** One standby monitor that is down makes the node bad; all of them have to be up to make it good. */
const judge = (watched: readonly Watched[]): Pick<MonitorState, 'health' | 'failing'> => {
  const decisive = watched.filter(({ config }) => config.onfail === 'standby');
  const failing = decisive.filter(({ count }) => count.standing === 'down').map(({ config }) => config.name);
  const undecided = decisive.some(({ count }) => count.standing === 'unknown');
  return { health: failing.length > 0 ? 'bad' : undecided || decisive.length === 0 ? 'unknown' : 'good', failing };
};

/** One step; `now` is monotonic. */
export const stepMonitors = (state: MonitorState, event: MonitorEvent, now: Millis): MonitorStep => {
  const parts = state.watched.map((one): Part => {
    if (event.type === 'wake') return beat(one, now);
    return one.config.name === event.name ? ended(one, event.outcome, now) : { one, effects: [] };
  });
  const watched = parts.map(({ one }) => one);
  const judged = judge(watched);
  const changed = judged.health !== state.health || judged.failing.join('\n') !== state.failing.join('\n');
  const effects = parts.flatMap((part) => part.effects);
  return {
    state: { watched, ...judged },
    effects: changed ? [...effects, { type: 'health', ...judged }] : effects,
  };
};

/** When the next `wake` is wanted; undefined: there are no monitors. */
export const monitorsWakeAt = ({ watched }: MonitorState): Millis | undefined =>
  watched.length === 0 ? undefined : millis(Math.min(...watched.map(({ dueAt }) => dueAt)));
