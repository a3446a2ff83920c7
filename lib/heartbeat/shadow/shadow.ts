/**
 * The shadow of a heartbeat (pure): it is told what the genuine daemon of this node sends, what the others send, and which
 * addresses are here; it decides as our daemon would in the place of the genuine one, and tells where the two differ.
 */
import { noDifferences } from '../../shadow/differences.js';
import { type Millis, millis, type Now } from '../../time.js';
import type { Observed } from '../cluster/happenings.js';
import type { ClusterEvent } from '../cluster/interface.js';
import { clusterMachine } from '../cluster/machine.js';
import type { ClusterState } from '../cluster/state.js';
import { type Message, text } from '../wire/message.js';
import { drive } from './drive.js';
import { hear, UNHEARD, type Word } from './genuine.js';
import { considerJoining, leave, noteStatus } from './join.js';
import { compare, considerFollowing, missing } from './judge.js';
import {
  type Course,
  count,
  type Line,
  type Shadow,
  type ShadowEvent,
  type ShadowSettings,
  tell,
  update,
} from './state.js';
import { decide, type Who } from './timing.js';
import { comparedToUs, holdingText } from './words.js';

/** How often everything is looked at, whatever happens. */
const LOOK = 250;
const ZERO = millis(0);

/** Before the first packet. */
export const beginShadow = (settings: ShadowSettings, now: Now): Shadow => ({
  settings,
  startedAt: now,
  genuine: UNHEARD,
  peers: new Map(),
  here: new Set(),
  around: { runs: true, carrier: true },
  cluster: undefined,
  since: now.mono,
  missed: false,
  why: '',
  pending: [],
  differences: noDifferences(),
  apartSince: undefined,
  lookedAt: now.mono,
  counts: {
    ...{ own: 0, others: 0, strange: 0, unsent: 0, deaths: 0, moves: 0, handOvers: 0, orders: 0 },
    ...{ alone: 0, joined: 0, followed: 0, deciding: ZERO, earliest: ZERO, latest: ZERO },
  },
});

const AGREED = { dead: 'deaths', holds: 'moves', 'hand-over': 'handOvers' } as const;
type Kind = keyof typeof AGREED;

/** One of the two has decided something. */
const decided = (course: Course, who: Who, kind: Kind, subject: string, said: string): Course => {
  const { shadow, now } = course;
  const step = decide(shadow.pending, { key: `${kind} ${subject}`, who, at: now, text: said });
  const noted = update(course, { pending: step.pending });
  if (step.agreement === undefined)
    return tell(noted, 'debug', `${who === 'ours' ? 'We' : 'The genuine one'}: ${said}`);
  const { ours, later } = step.agreement;
  const { counts } = shadow;
  const counted = count(noted, {
    [AGREED[kind]]: counts[AGREED[kind]] + 1,
    earliest: millis(Math.min(counts.earliest, later)),
    latest: millis(Math.max(counts.latest, later)),
  });
  return tell(counted, 'info', `Agreed: ${ours.text}. The genuine one decided so ${comparedToUs(later)}.`);
};

/** Why this step changed what we hold, as our machine sees it. */
const reasonOf = (happened: readonly Observed[], self: string): string => {
  const deaths = happened.flatMap((one) =>
    one.type === 'node' && one.to === 'dead' ? [`${one.name} is dead: ${one.cause ?? 'it said so'}`] : [],
  );
  if (deaths.length > 0) return deaths.join(', ');
  const jobs = happened.flatMap((one) => (one.type === 'job' && one.cause !== undefined ? [one.cause] : []));
  const moves = happened.filter((one) => one.type === 'holding' && one.name !== self).length > 0;
  return [...new Set(jobs)].join(', ') || (moves ? 'the other node has taken or given groups' : 'start-up');
};

const ourDecision = (course: Course, one: Observed, cluster: ClusterState, isOrdered: boolean): Course => {
  const { self } = cluster.settings;
  switch (one.type) {
    case 'node': {
      const isPeer = one.name !== self && one.to === 'dead';
      const why = one.cause === undefined ? '' : ` (${one.cause})`;
      return isPeer ? decided(course, 'ours', 'dead', one.name, `${one.name} is dead${why}`) : course;
    }
    case 'holding': {
      if (one.name !== self) return course;
      const { hold } = cluster.resources;
      const said = `${self} holds ${holdingText(hold)} (${course.shadow.why})`;
      return one.to === hold ? decided(course, 'ours', 'holds', hold, said) : course;
    }
    case 'standby': {
      const { standby } = cluster.resources;
      if (one.to !== 'me' || standby.state !== 'me' || isOrdered) return course;
      const said = `${self} asks the other node to take ${holdingText(standby.what)}`;
      return decided(course, 'ours', 'hand-over', standby.what, said);
    }
    default:
      return course;
  }
};

/** Our machine is told of an event. `isOrdered`: somebody else's order begins what it begins. */
const driven = (course: Course, event: ClusterEvent, isOrdered = false): Course => {
  const { cluster, counts } = course.shadow;
  if (cluster === undefined) return course;
  const step = drive(cluster, event, course.now);
  const { self } = cluster.settings;
  const isMove = step.happened.some((one) => one.type === 'holding' && one.name === self);
  const moved = update(course, {
    cluster: step.cluster,
    ...(isMove ? { why: reasonOf(step.happened, self) } : {}),
    counts: { ...counts, unsent: counts.unsent + step.unsent },
  });
  const said = step.said.reduce((sum, line) => tell(sum, 'debug', `machine: ${line}`), moved);
  const fenced = step.fences.reduce((sum, node) => tell(sum, 'info', `We would have ${node} reset now.`), said);
  return step.happened.reduce((sum, one) => ourDecision(sum, one, step.cluster, isOrdered), fenced);
};

/** The genuine daemon asks the other node to take groups: by itself, as we do or would do, or because somebody wants it. */
const handedOver = (course: Course, what: ClusterState['resources']['hold'], order: Message): Course => {
  const { cluster } = course.shadow;
  if (cluster === undefined) return course;
  const { standby, failbackWanted } = cluster.resources;
  const { self, autoFailback } = cluster.settings;
  const said = `${self} asks the other node to take ${holdingText(what)}`;
  const isExpected = autoFailback === 'on' && failbackWanted && what === 'foreign';
  if (standby.state === 'me' || isExpected) {
    return driven(decided(course, 'genuine', 'hand-over', what, said), { type: 'submit', message: order });
  }
  const told = tell(
    course,
    'info',
    `Asked for on this node: the other node is to take ${holdingText(what)}. We do the same.`,
  );
  return driven(count(told, { orders: course.shadow.counts.orders + 1 }), { type: 'submit', message: order }, true);
};

const genuineWord = (course: Course, word: Word): Course => {
  if (course.shadow.cluster === undefined) return course;
  switch (word.type) {
    case 'new life':
      return leave(course, 'The genuine daemon has begun a new life.');
    case 'leaving':
      return leave(course, 'The genuine daemon hands everything over and leaves.');
    case 'dead': {
      const noted = decided(course, 'genuine', 'dead', word.node, `${word.node} is dead`);
      return word.fenced ? driven(noted, { type: 'fenced', node: word.node }) : noted;
    }
    case 'holds': {
      const { self } = course.shadow.settings.cluster;
      return decided(course, 'genuine', 'holds', word.holding, `${self} holds ${holdingText(word.holding)}`);
    }
    case 'hand-over':
      return handedOver(course, word.what, word.message);
    case 'membership':
      return driven(course, { type: 'submit', message: word.message });
  }
};

const ownPacket = (course: Course, message: Message): Course => {
  const { genuine, counts } = course.shadow;
  const heard = hear(genuine, message, course.now.mono);
  const noted = update(course, { genuine: heard.speaker, counts: { ...counts, own: counts.own + 1 } });
  return heard.words.reduce(genuineWord, noted);
};

const otherPacket = (course: Course, src: string, event: Extract<ShadowEvent, { type: 'packet' }>): Course => {
  const { peers, counts } = course.shadow;
  const { message, link } = event;
  const known = peers.get(src);
  const { speaker } = hear(known?.speaker ?? UNHEARD, message, course.now.mono);
  const status = text(message, 't') === 'status' ? { message, link } : undefined;
  const noted = update(course, {
    peers: new Map([...peers, [src, noteStatus(known, speaker, status)]]),
    counts: { ...counts, others: counts.others + 1 },
  });
  return driven(noted, { type: 'packet', message, link });
};

/** Told once: who sends one sends many. */
const strangePacket = (course: Course, src: string, outgoing: boolean): Course => {
  const { strange } = course.shadow.counts;
  const counted = count(course, { strange: strange + 1 });
  if (strange > 0) return counted;
  const way = outgoing ? 'left this machine' : 'came in from outside';
  const line = `A packet in the name of ${src} ${way}. Such packets are counted and not believed.`;
  return tell(counted, 'WARN', line);
};

const packet = (course: Course, event: Extract<ShadowEvent, { type: 'packet' }>): Course => {
  const src = text(event.message, 'src') ?? '';
  const { self, nodes } = course.shadow.settings.cluster;
  const isOwn = src === self;
  if (isOwn !== event.outgoing || !nodes.includes(src)) return strangePacket(course, src, event.outgoing);
  return isOwn ? ownPacket(course, event.message) : otherPacket(course, src, event);
};

const account = (course: Course): Course => {
  const { shadow, now } = course;
  const passed = shadow.cluster === undefined ? 0 : now.mono - Math.max(shadow.lookedAt, shadow.since);
  const noted = update(course, { lookedAt: now.mono });
  return passed > 0 ? count(noted, { deciding: millis(shadow.counts.deciding + passed) }) : noted;
};

const look = (course: Course): Course => {
  const { shadow, now } = course;
  if (now.mono - shadow.lookedAt < LOOK) return course;
  return [account, considerJoining, compare, missing, considerFollowing].reduce((sum, apply) => apply(sum), course);
};

const react = (course: Course, event: ShadowEvent): Course => {
  switch (event.type) {
    case 'packet':
      return packet(course, event);
    case 'addresses':
      return compare(update(course, { here: event.here }));
    case 'surroundings':
      return update(course, { around: event.around });
    case 'wake':
      return driven(course, { type: 'wake', loadAverage: 'n/a' });
    case 'stalled':
      return driven(course, { type: 'stalled', late: event.late });
  }
};

/** One event; answers the state behind it and the lines to be told. */
export const stepShadow = (
  shadow: Shadow,
  event: ShadowEvent,
  now: Now,
): { readonly shadow: Shadow; readonly lines: readonly Line[] } => {
  const course = look(react({ shadow, lines: [], now }, event));
  return { shadow: course.shadow, lines: course.lines };
};

/** The monotonic instant at which the next `wake` is wanted. */
export const shadowWakeAt = ({ cluster, lookedAt }: Shadow): Millis => {
  const next = lookedAt + LOOK;
  return millis(cluster === undefined ? next : Math.min(next, clusterMachine.wakeAt(cluster)));
};
