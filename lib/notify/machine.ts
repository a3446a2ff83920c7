/**
 * Who is told when: gathers events, sends one notification at a time, not more often than is wished, in the order in which
 * things happened, and tries again what did not arrive. Pure; whoever drives it sends and has the clock.
 */
import type { NotifyConfig } from '../config/notify.js';
import type { HaEvent } from '../events/event.js';
import { isBad } from '../events/event-text.js';
import { type Millis, millis } from '../time.js';

export interface NotifyState {
  /** Events not sent yet, oldest first. */
  readonly waiting: readonly HaEvent[];
  /** So many more had no room. */
  readonly dropped: number;
  /** When the present gathering is over; undefined: nothing waits. */
  readonly gatheredAt: Millis | undefined;
  /** Nothing is sent earlier. */
  readonly notBefore: Millis;
  /** What is under way. */
  readonly sending: { readonly events: readonly HaEvent[]; readonly dropped: number } | undefined;
  /** Failures in a row. */
  readonly failures: number;
  /** What is bad now, by subject: its end is told, too. */
  readonly troubles: ReadonlySet<string>;
}

export type NotifyEvent =
  | { readonly type: 'happened'; readonly event: HaEvent }
  | { readonly type: 'wake' }
  /** The notification under way has arrived, or why it has not. */
  | { readonly type: 'sent'; readonly problem: string | undefined };

export type NotifyEffect =
  /** Ends with one `sent`. */
  | { readonly type: 'send'; readonly events: readonly HaEvent[]; readonly dropped: number }
  | { readonly type: 'log'; readonly priority: 'info' | 'WARN'; readonly text: string };

/** More events than these do not wait: who was not told of a thousand needs the log. */
const MOST = 1000;
/** So long after the first failure it is tried again, twice as long after each further one, in milliseconds. */
const FIRST_RETRY = 5_000;
const LONGEST_RETRY = 300_000;

export const NOTHING_HAPPENED: NotifyState = {
  ...{ waiting: [], dropped: 0, gatheredAt: undefined, notBefore: millis(0), sending: undefined },
  ...{ failures: 0, troubles: new Set() },
};

/** What an event is about, where a later event of the same name says that the trouble is over; undefined: nothing lasts. */
const subjectOf = (event: HaEvent): string | undefined => {
  const { node, program, instance, type } = event;
  const where = `${node} ${program} ${instance} ${type}`;
  switch (event.type) {
    case 'node':
      return `${where} ${event.name}`;
    case 'link':
      return `${where} ${event.name} ${event.link}`;
    case 'check':
      return `${where} ${event.virtual} ${event.real}`;
    case 'health':
    case 'config':
      return where;
    default:
      return undefined;
  }
};

const wants = ({ of }: NotifyConfig, event: HaEvent, isTrouble: boolean): boolean => {
  if (of === 'all') return true;
  if (of === 'trouble') return isTrouble;
  return of.includes('all') || of.includes(event.type) || (of.includes('trouble') && isTrouble);
};

/** Moves of resources are told among troubles: somebody has lost or got an address. */
const isMove = (event: HaEvent): boolean =>
  event.type === 'holding' || (event.type === 'daemon' && event.change !== 'reloading');

interface Step {
  readonly state: NotifyState;
  readonly effects: readonly NotifyEffect[];
}

const happened = (state: NotifyState, config: NotifyConfig, event: HaEvent, now: Millis): NotifyState => {
  const subject = subjectOf(event);
  const bad = isBad(event);
  const ends = subject !== undefined && !bad && state.troubles.has(subject);
  const troubles = new Set(state.troubles);
  if (subject !== undefined && bad) troubles.add(subject);
  if (ends) troubles.delete(subject);
  const noted = { ...state, troubles };
  if (!wants(config, event, bad || ends || isMove(event))) return noted;
  const isFull = state.waiting.length >= MOST;
  return {
    ...noted,
    waiting: isFull ? state.waiting : [...state.waiting, event],
    dropped: state.dropped + (isFull ? 1 : 0),
    gatheredAt: state.gatheredAt ?? millis(now + config.gather),
  };
};

const sent = (state: NotifyState, { name, every }: NotifyConfig, problem: string | undefined, now: Millis): Step => {
  const { sending, failures } = state;
  if (sending === undefined) return { state, effects: [] };
  if (problem === undefined) {
    const text = `notify ${name}: it works again`;
    const effects: readonly NotifyEffect[] = failures === 0 ? [] : [{ type: 'log', priority: 'info', text }];
    return { state: { ...state, sending: undefined, failures: 0, notBefore: millis(now + every) }, effects };
  }
  const pause = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** failures);
  const kept = [...sending.events, ...state.waiting];
  return {
    state: {
      ...state,
      // What has waited longest goes first; what has no room any more is counted.
      waiting: kept.slice(0, MOST),
      dropped: state.dropped + sending.dropped + Math.max(0, kept.length - MOST),
      gatheredAt: state.gatheredAt ?? now,
      sending: undefined,
      failures: failures + 1,
      notBefore: millis(now + Math.max(pause, every)),
    },
    effects:
      failures === 0 ? [{ type: 'log', priority: 'WARN', text: `notify ${name}: ${problem}; it is tried again` }] : [],
  };
};

/** When something has to be done; undefined: nothing waits. */
export const notifyWakeAt = ({ sending, gatheredAt, notBefore }: NotifyState): Millis | undefined =>
  sending !== undefined || gatheredAt === undefined ? undefined : millis(Math.max(gatheredAt, notBefore));

/** Takes an event in. */
export const stepNotify = (state: NotifyState, config: NotifyConfig, event: NotifyEvent, now: Millis): Step => {
  const after: Step =
    event.type === 'happened'
      ? { state: happened(state, config, event.event, now), effects: [] }
      : event.type === 'sent'
        ? sent(state, config, event.problem, now)
        : { state, effects: [] };
  const due = notifyWakeAt(after.state);
  if (due === undefined || now < due) return after;
  const { waiting: events, dropped } = after.state;
  return {
    state: { ...after.state, waiting: [], dropped: 0, gatheredAt: undefined, sending: { events, dropped } },
    effects: [...after.effects, { type: 'send', events, dropped }],
  };
};
