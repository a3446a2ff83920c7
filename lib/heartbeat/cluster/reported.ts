/** `starting` and `resource` messages of a genuine peer (heartbeat reference 6.3). */
import type { Millis } from '../../time.js';
import { type Message, text } from '../wire/message.js';
import { becomeStable } from './acquisition.js';
import { considerFailback } from './failback.js';
import { parseHolding, plus } from './holdings.js';
import { isLegacy, partner, present } from './partner.js';
import { noteFirstReport, report } from './reports.js';
import { broadcast } from './sending.js';
import { PHASES } from './state.js';
import { say, type Turn, updateResources } from './turn.js';

const ASK_AGAIN = 3_000;

/** The other node starts and asks what we hold. */
export const heardStarting = (before: Turn, name: string): Turn => {
  const other = partner(before.state);
  if (isLegacy(before.state) || other?.name !== name) return before;
  const turn = updateResources(before, { queryAt: undefined });
  const { phase } = turn.state.resources;
  // Our own kind is answered for its clients' sake; it learns the same from our status.
  if (other.kin !== undefined) return phase === 'init' ? turn : report(turn);
  switch (phase) {
    case 'init':
      // Usual beside a slow genuine peer, which is up as soon as we have answered and lets us wait for its own answer. Our
      // own `starting` follows, so nothing is missed: no error, as genuine would have it.
      return say(
        updateResources(turn, { otherStable: false }),
        'debug',
        `Received 'starting' message in state ${PHASES.indexOf(phase)}`,
      );
    case 'bothStarting':
      return say(turn, 'ERROR', `Received 'starting' message in state ${PHASES.indexOf(phase)}`);
    case 'starting':
      return report(updateResources(turn, { phase: 'bothStarting', otherStable: false }));
    case 'received':
    case 'stable':
    case 'shutdown':
      return report(updateResources(turn, { otherStable: false, orphanOffered: false }));
  }
};

/**
 * What it holds; a late copy of an older report does not undo a newer one. A full report that was overtaken by the
 * additive one after it (a genuine takeover sends both at once) still counts as what that one adds to.
 */
const believe = (turn: Turn, message: Message, seq: number): Turn => {
  const hold = parseHolding(text(message, 'rsc_hold'));
  const { otherHold, otherHoldSeq, otherAdded } = turn.state.resources;
  if (hold === undefined) return turn;
  const replaces = text(message, 'rtype') === 'full' || hold === 'none';
  if (seq >= otherHoldSeq) {
    if (replaces) return updateResources(turn, { otherHold: hold, otherHoldSeq: seq, otherAdded: undefined });
    const added = otherAdded?.seq === otherHoldSeq ? otherAdded : { after: otherHoldSeq, hold: 'none' as const };
    return updateResources(turn, {
      otherHold: plus(otherHold, hold),
      otherHoldSeq: seq,
      otherAdded: { seq, after: added.after, hold: plus(added.hold, hold) },
    });
  }
  const overtaken = replaces && otherAdded?.seq === otherHoldSeq && seq > otherAdded.after;
  return overtaken
    ? updateResources(turn, {
        otherHold: plus(hold, otherAdded.hold),
        otherAdded: { ...otherAdded, after: seq },
      })
    : turn;
};

/** The other node reports what it holds. Our own kind says it in its status, where it cannot come in the wrong order. */
export const heardReport = (turn: Turn, name: string, message: Message, seq: number): Turn => {
  const other = partner(turn.state);
  if (isLegacy(turn.state) || other?.name !== name || other.kin !== undefined) return turn;
  if (turn.state.resources.phase === 'init') {
    return say(believe(turn, message, seq), 'debug', 'resource message received in state 0');
  }
  const wasStable = turn.state.resources.otherStable;
  const believed = believe(noteFirstReport(turn), message, seq);
  // An older report that was overtaken undoes no newer one.
  const stable = seq < turn.state.resources.otherStableSeq ? undefined : text(message, 'isstable');
  const known = text(message, 'rtype') === 'full';
  const noted = updateResources(believed, {
    ...(stable === '1' || stable === '0' ? { otherStable: stable === '1', otherStableSeq: seq } : {}),
    ...(known ? { queryAt: undefined } : {}),
  });
  const answered =
    stable === '1' && !wasStable
      ? considerFailback(report(say(noted, 'info', 'remote resource transition completed.')))
      : noted;
  const { phase, otherStable } = answered.state.resources;
  const waiting = phase === 'starting' || phase === 'bothStarting' || phase === 'received';
  return waiting && otherStable ? becomeStable(answered, 'remote') : answered;
};

/**
 * Asks a genuine peer what it holds, in the only words it has for that: it answers `starting` with a report at any time.
 *
 * Needed after a partition that it never noticed (it slept, or the link was cut in one direction): its reports of that
 * time are lost.
 */
export const queryDue = (turn: Turn): Turn => {
  const { queryAt, phase } = turn.state.resources;
  if (queryAt === undefined || turn.now.mono < queryAt) return turn;
  const asked = updateResources(turn, { queryAt: undefined });
  const other = partner(turn.state);
  // A node that starts tells by itself; asking would only confuse its own ten seconds.
  const starting = present(other) && other?.kin === undefined && other?.status !== 'active';
  if (starting) return updateResources(turn, { queryAt: (turn.now.mono + ASK_AGAIN) as Millis });
  if (phase !== 'stable' || !present(other) || other?.kin !== undefined || isLegacy(turn.state)) return asked;
  return broadcast(updateResources(asked, { otherStable: false }), { t: 'starting' });
};
