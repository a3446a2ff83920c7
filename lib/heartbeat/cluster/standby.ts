/** Moving groups to the other node on request, in three words: me, other, done (heartbeat reference 6.5). */
import type { Millis } from '../../time.js';
import { type Message, text } from '../wire/message.js';
import { considerOffer, isFit, otherTrouble, ownTrouble } from './fitness.js';
import { common, minus, mirrored, parseHolding, plus } from './holdings.js';
import type { Holding, JobScope } from './interface.js';
import { startJob } from './jobs.js';
import { isLegacy, partner, present } from './partner.js';
import { report } from './reports.js';
import { broadcast } from './sending.js';
import type { Standby } from './state.js';
import { emit, say, type Turn, updateResources } from './turn.js';

const REPLY_TIME = 10_000;
const WORK_TIME = 3_600_000;
/** How long a peer of our own kind may deny a standby before we believe that it is over. */
const DENIAL_TIME = 1_500;
/** Our own kind alone knows the field. */
const FORCED = 'hs_forced';

/** A word of the protocol, ours or the other node's; `seq` is 0 for our own. */
export interface StandbyWord {
  readonly info: string | undefined;
  readonly what: Holding;
  /** What stood there instead of a holding, if that was the case; `what` is then none. */
  readonly misnamed?: string;
  readonly from: string;
  readonly own: boolean;
  readonly seq: number;
  /** It is handed over even to a node that is not well: it could not be started. */
  readonly forced?: boolean;
}

/** Reads an `ask_resources` message: what is not said means all, what cannot be read moves nothing. */
export const standbyWord = (message: Message, from: string, own: boolean, seq: number): StandbyWord => {
  const named = text(message, 'rsc_hold');
  const what = named === undefined ? 'all' : parseHolding(named);
  const forced = text(message, FORCED) === '1';
  const word = { info: text(message, 'info'), what: what ?? 'none', from, own, seq, forced };
  return what === undefined && named !== undefined ? { ...word, misnamed: named } : word;
};

const setStandby = (turn: Turn, standby: Standby): Turn => updateResources(turn, { standby });

const enter = (turn: Turn, state: 'me' | 'other' | 'done', what: Holding, initiator: boolean, time: number): Turn =>
  setStandby(turn, { state, what, initiator, until: (turn.now.mono + time) as Millis, deniedSince: undefined });

const speak = (turn: Turn, what: Holding, info: 'me' | 'other' | 'done', forced = false): Turn => {
  const marked = forced && partner(turn.state)?.kin !== undefined;
  return heardStandby(
    broadcast(turn, { t: 'ask_resources', rsc_hold: what, info, ...(marked ? { [FORCED]: '1' } : {}) }),
    { info, what, from: turn.state.settings.self, own: true, seq: 0, forced },
  );
};

/**
 * Asks the other node to take `what` of ours; when that cannot be now, it is only logged. `forced`: it shall do so even if
 * it is not well, because it cannot be started here.
 */
export const requestStandby = (turn: Turn, what: Holding, forced = false): Turn =>
  canLead(turn, forced)
    ? speak(turn, what, 'me', forced)
    : heardStandby(turn, { info: 'me', what, from: turn.state.settings.self, own: true, seq: 0, forced });

/** Of two requests that crossed each other, the one of the node earlier in ha.cf counts (between our own kind only). */
const yieldsTo = (turn: Turn, word: StandbyWord): boolean => {
  const { settings, resources } = turn.state;
  return (
    resources.standby.state === 'me' &&
    !word.own &&
    partner(turn.state)?.kin !== undefined &&
    turn.state.jobs.length === 0 &&
    settings.nodes.indexOf(word.from) < settings.nodes.indexOf(settings.self)
  );
};

/** Our own kind says in its next message that it is not at rest because of this very request; that one may come first. */
const isItsUnrest = (turn: Turn, word: StandbyWord): boolean => {
  const other = partner(turn.state);
  return !word.own && other?.kin?.standby === true && other.statusSeq === word.seq + 1;
};

const heardMe = (turn: Turn, word: StandbyWord): Turn => {
  const { resources } = turn.state;
  // A request that moves nothing keeps a genuine node busy for an hour: its work never ends (seen beside it).
  if (word.what === 'none') return turn;
  const ignored = `standby message [me] from ${word.from} ignored.`;
  if (word.own && word.forced !== true && !isFit(partner(turn.state))) {
    return say(turn, 'WARN', `${ignored}  Resources stay here, ${otherTrouble(partner(turn.state))}.`);
  }
  if (resources.standby.state !== 'not' && !yieldsTo(turn, word)) {
    const left = Math.max(0, Math.ceil((resources.standby.until - turn.now.mono) / 1000));
    return say(turn, 'WARN', `Standby in progress- new request from ${word.from} ignored [${left} seconds left]`);
  }
  // While both hold the same groups, what moves would be decided by whoever is behind with its news.
  const inFlux =
    (!resources.otherStable && !isItsUnrest(turn, word)) ||
    (!word.own && resources.conflictSince !== undefined && resources.conflictAskedAt === undefined);
  if (inFlux && resources.standby.state === 'not') {
    return say(turn, 'WARN', `${ignored}  Other side is in flux.`);
  }
  if (resources.phase !== 'stable' || turn.state.jobs.length > 0) {
    return say(turn, 'WARN', `${ignored}  local resources in flux.`);
  }
  const offered = word.own ? { turn, accepted: true } : considerOffer(turn, word.what, word.forced === true);
  if (!offered.accepted) {
    const why = turn.state.health === undefined ? '' : ownTrouble(turn.state.health);
    return say(offered.turn, 'WARN', `${ignored}  ${why} here.`);
  }
  const said = say(offered.turn, 'info', `${word.from} wants to go standby [${word.what}]`);
  if (word.own) {
    const kin = partner(turn.state)?.kin !== undefined;
    return enter(kin ? said : updateResources(said, { otherStable: false }), 'me', word.what, true, REPLY_TIME);
  }
  return speak(enter(said, 'other', word.what, false, WORK_TIME), word.what, 'other');
};

/** The other node can take them: release, and say `done` when that has ended. */
const release = (turn: Turn, word: StandbyWord, what: Holding): Turn => {
  const said = say(turn, 'info', `standby: ${word.from} can take our ${what} resources`);
  const timed = enter(said, 'me', what, true, WORK_TIME);
  const given = updateResources(timed, { hold: minus(timed.state.resources.hold, what), failbackWanted: false });
  const working = say(report(given, 'standby', false), 'info', `give up ${what} HA resources (standby).`);
  return startJob(working, 'release', what, common(turn.state.resources.hold, what), {
    kind: 'standbyRelease',
  });
};

/** The other node has released them: acquire, and say `done` when that has ended. */
const acquire = (turn: Turn, word: StandbyWord, what: Holding): Turn => {
  const ours = mirrored(what);
  const { otherHold, otherHoldSeq } = turn.state.resources;
  const said = say(
    say(turn, 'info', `standby: acquire [${what}] resources from ${word.from}`),
    'info',
    `acquire ${ours} HA resources (standby).`,
  );
  const known = updateResources(said, {
    otherHold: minus(otherHold, what),
    otherHoldSeq: Math.max(otherHoldSeq, word.seq),
  });
  // What runs here already is not started again, and until now the other node answered for its addresses as well.
  const heldHere = common(turn.state.resources.hold, ours) !== 'none';
  const announced = heldHere ? emit(known, { type: 'announce' }) : known;
  return startJob(enter(announced, 'done', what, false, WORK_TIME), 'acquire', ours, ours, {
    kind: 'standbyAcquire',
  });
};

const ownDone = (turn: Turn, what: Holding): Turn => {
  const { resources } = turn.state;
  if (resources.standby.state === 'me') {
    return enter(say(turn, 'info', `Local standby process completed [${what}].`), 'done', what, true, WORK_TIME);
  }
  const said = say(turn, 'info', `Standby resource acquisition done [${what}].`);
  return report(
    updateResources(said, { standby: { state: 'not' }, hold: plus(resources.hold, mirrored(what)) }),
    undefined,
    true,
  );
};

const otherDone = (turn: Turn, word: StandbyWord, what: Holding): Turn => {
  const { otherHold, otherHoldSeq } = turn.state.resources;
  const said = say(turn, 'info', `Other node completed standby takeover of ${what} resources.`);
  return report(
    updateResources(said, {
      standby: { state: 'not' },
      ...(word.seq >= otherHoldSeq ? { otherHold: plus(otherHold, mirrored(what)), otherHoldSeq: word.seq } : {}),
    }),
    undefined,
    true,
  );
};

/** Whether a request of our own would be heeded here; one that is not must not reach the other node, it would wait for us. */
export const canLead = (turn: Turn, forced = false): boolean => {
  const { phase, otherStable, standby } = turn.state.resources;
  return (
    !isLegacy(turn.state) &&
    phase === 'stable' &&
    otherStable &&
    standby.state === 'not' &&
    turn.state.jobs.length === 0 &&
    (forced || isFit(partner(turn.state)))
  );
};

/** Processes one word of the protocol. */
export const heardStandby = (turn: Turn, word: StandbyWord): Turn => {
  const { resources } = turn.state;
  if (isLegacy(turn.state)) return say(turn, 'info', 'Standby mode only implemented when nice_failback on');
  if (resources.phase === 'shutdown') return turn;
  if (word.misnamed !== undefined) {
    return heardStandby(say(turn, 'ERROR', `encode_resources: bad resource type [${word.misnamed}]`), {
      ...{ info: word.info, what: word.what, from: word.from, own: word.own, seq: word.seq },
    });
  }
  if (word.info === undefined) return say(turn, 'ERROR', 'Received standby message without info/from');
  const { standby } = resources;
  const busy = standby.state !== 'not' && turn.state.jobs.length > 0;
  if (word.info === 'me') return heardMe(turn, word);
  if (standby.state === 'me' && word.info === 'other' && !word.own && !busy) return release(turn, word, standby.what);
  if (standby.state === 'me' && word.info === 'done' && word.own) return ownDone(turn, standby.what);
  if (standby.state === 'other' && word.info === 'other' && word.own) return turn;
  // What was released is what `done` says: of several requests another one may have come first.
  const moved = word.what === 'none' ? (standby.state === 'not' ? 'none' : standby.what) : word.what;
  if (standby.state === 'other' && word.info === 'done' && !word.own) return acquire(turn, word, moved);
  if (standby.state === 'done' && word.info === 'done') {
    if (word.own && !standby.initiator) return ownDone(turn, standby.what);
    if (!word.own && standby.initiator) return otherDone(turn, word, moved);
  }
  const state = ['not', 'me', 'other', 'done'].indexOf(standby.state);
  return say(turn, 'ERROR', `Ignored standby message '${word.info}' from ${word.from} in state ${state}`);
};

/**
 * The groups of a standby have been stopped here; or some of them go on running although they were told to stop, and
 * then the other node must not start them: the standby is off, and what was stopped is started again.
 */
export const standbyReleased = (turn: Turn, part: JobScope, stuck: Holding): Turn => {
  if (stuck !== 'none') return keep(turn, stuck);
  const said = say(turn, 'info', `${part} HA resource release completed (standby).`);
  const { standby } = turn.state.resources;
  return standby.state === 'me' ? speak(said, standby.what, 'done') : said;
};

/** Takes back what a standby was to give away. */
const keep = (turn: Turn, stuck: Holding): Turn => {
  const { standby, hold } = turn.state.resources;
  const what = standby.state === 'not' ? stuck : plus(standby.what, stuck);
  const said = say(turn, 'CRIT', `Standby cancelled: ${stuck} resources cannot be stopped here, so ${what} stay here.`);
  const kept = updateResources(said, { standby: { state: 'not' }, hold: plus(hold, what), otherStable: true });
  return report(startJob(kept, 'acquire', what, what, { kind: 'kept' }), undefined, true);
};

/** The groups of a standby have been started here. */
export const standbyAcquired = (turn: Turn, part: Holding): Turn => {
  const said = say(turn, 'info', `${part} HA resource acquisition completed (standby).`);
  const { standby } = turn.state.resources;
  if (standby.state === 'done' && !standby.initiator) return speak(said, standby.what, 'done');
  // The standby was cancelled meanwhile, the groups run all the same.
  return updateResources(said, { hold: plus(said.state.resources.hold, part) });
};

/** Ends a standby because the other node died, left or started anew. */
export const cancelStandby = (turn: Turn): Turn => {
  const { standby } = turn.state.resources;
  if (standby.state === 'not') return turn;
  const said = say(turn, 'info', 'Cancelling pending standby operation');
  return setStandby(said, { state: 'not' });
};

const unanswered = (turn: Turn): Turn => {
  const said = say(turn, 'WARN', 'No reply to standby request.  Standby request cancelled.');
  const kin = partner(turn.state)?.kin;
  return updateResources(said, { standby: { state: 'not' }, otherStable: kin === undefined ? true : kin.stable });
};

/** Nobody answered in time. */
export const standbyExpired = (turn: Turn): Turn => {
  const { standby } = turn.state.resources;
  return standby.state === 'not' || turn.now.mono < standby.until ? turn : unanswered(turn);
};

/**
 * To be called for every status of a peer of our own kind, which says whether it takes part in a standby: ours is over
 * when it goes on denying, so that a lost message never blocks both sides for an hour.
 */
export const noteDenial = (turn: Turn): Turn => {
  const { standby } = turn.state.resources;
  const kin = partner(turn.state)?.kin;
  if (standby.state === 'not' || kin === undefined) return turn;
  // While we work ourselves the other side has no say, and an unanswered `me` has its own 10 s.
  const waiting = turn.state.jobs.length === 0 && standby.state !== 'me';
  const deniedSince = kin.standby || !waiting ? undefined : (standby.deniedSince ?? turn.now.mono);
  if (deniedSince !== undefined && turn.now.mono - deniedSince >= DENIAL_TIME) return unanswered(turn);
  return setStandby(turn, { ...standby, deniedSince });
};

/** When the standby under way runs out; undefined when there is none. */
export const standbyDeadline = (standby: Standby): Millis | undefined =>
  standby.state === 'not' ? undefined : standby.until;

/** The order of a `hb_takeover` on the other node: hand over what it asks for, seen from us (reference 2.7). */
export const takeoverRequested = (turn: Turn, wanted: string | undefined): Turn => {
  // `failback` makes a genuine peer give everything (reference 11.2, no. 18); meant are the groups of the one who asks.
  const what: Holding =
    wanted === 'local' || wanted === 'failback' ? 'foreign' : wanted === 'foreign' ? 'local' : 'all';
  return present(partner(turn.state)) ? requestStandby(turn, what) : turn;
};
