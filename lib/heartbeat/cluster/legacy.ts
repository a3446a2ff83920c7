/** The old mode without holding reports: groups are asked for one by one (heartbeat reference 6.9). */

import type { Millis } from '../../time.js';
import { type Message, text } from '../wire/message.js';
import { contains, minus, mirrored, plus } from './holdings.js';
import type { Holding } from './interface.js';
import { startJob } from './jobs.js';
import { isLegacy, others, partner, present } from './partner.js';
import { announceStart } from './reports.js';
import { send } from './sending.js';
import { acquireMissing } from './takeover.js';
import { say, type Turn, update, updateResources } from './turn.js';

const localKeys = (turn: Turn): readonly string[] => turn.state.settings.localKeys ?? [];
const foreignKeys = (turn: Turn): readonly string[] => turn.state.settings.foreignKeys ?? [];

/** An answer may get lost with a node that restarts in between. */
const ASK_AGAIN = 5_000;

const missingKeys = (turn: Turn): readonly string[] =>
  localKeys(turn).filter((key) => !turn.state.heldKeys.includes(key));

const ask = (turn: Turn): Turn =>
  missingKeys(turn).reduce(
    (sum, key) => send(sum, { t: 'ip-request', ipaddr: key }),
    update(turn, { askGroupsAt: (turn.now.mono + ASK_AGAIN) as Millis }),
  );

/** Communication is up: ask the others for our groups, or take everything when there is nobody to ask. */
export const legacyStart = (turn: Turn): Turn => {
  const ready = updateResources(turn, { phase: 'stable', localDone: true, foreignDone: true, otherStable: true });
  const other = partner(ready.state);
  if (!others(ready.state).some(present)) return acquireMissing(ready, other?.name ?? ready.state.settings.self);
  const said = say(ask(ready), 'info', 'Local Resource acquisition completed.');
  return announceStart(said, 'req_our_resources');
};

/** The answer is overdue: ask once more. */
export const askForGroups = (turn: Turn): Turn => {
  const { askGroupsAt, stop } = turn.state;
  if (askGroupsAt === undefined || turn.now.mono < askGroupsAt) return turn;
  const needed = missingKeys(turn).length > 0 && stop.phase === 'none' && present(partner(turn.state));
  return needed ? ask(turn) : update(turn, { askGroupsAt: undefined });
};

/** Whose group that is, seen from us; `none` for a key that haresources does not have. */
const partOf = (turn: Turn, key: string): Holding =>
  foreignKeys(turn).includes(key) ? 'foreign' : localKeys(turn).includes(key) ? 'local' : 'none';

/** A group is not ours to claim any more. With the last one of its part the whole part is gone. */
const letGo = (turn: Turn, key: string): Turn => {
  const part = partOf(turn, key);
  const { hold } = turn.state.resources;
  const heldKeys = turn.state.heldKeys.filter((one) => one !== key);
  const keys = part === 'foreign' ? foreignKeys(turn) : localKeys(turn);
  // In nice mode nobody keeps count of single groups.
  const left = keys.some((one) => one !== key && (!isLegacy(turn.state) || heldKeys.includes(one)));
  return updateResources(update(turn, { heldKeys }), { hold: left ? hold : minus(hold, part) });
};

/** Whether a group of that part may be running here. */
const mayRun = (turn: Turn, key: string, part: Holding): boolean => {
  // What a former life left running is being stopped just now: the answer has to wait for that.
  if (turn.state.jobs.some(({ purpose }) => purpose.kind === 'cleanup')) return true;
  return isLegacy(turn.state)
    ? turn.state.heldKeys.includes(key)
    : part !== 'none' && contains(turn.state.resources.hold, part);
};

/**
 * Beside a genuine node in legacy mode a nice one would wait for ever for a report (heartbeat reference 6.9, "Mixed modes").
 * Only such a node asks for its groups before it has reported anything; we ask it for ours in the same words.
 */
const noteLegacyPeer = (turn: Turn, from: string): Turn => {
  const { resources, communication } = turn.state;
  const other = partner(turn.state);
  const silent = resources.otherHoldSeq === 0 && other?.kin === undefined;
  if (isLegacy(turn.state) || other?.name !== from || !silent || communication.phase !== 'up') return turn;
  const ready = updateResources(turn, { otherStable: true, queryAt: undefined, clockAt: undefined });
  if (resources.phase === 'stable' || resources.phase === 'shutdown') return ready;
  const said = say(
    ready,
    'WARN',
    `${from} runs with auto_failback legacy and this node does not: write the same on both.`,
  );
  const keys = localKeys(turn);
  const asked = keys.reduce((sum, key) => send(sum, { t: 'ip-request', ipaddr: key }), said);
  const stable = updateResources(update(asked, { askedKeys: keys }), { phase: 'stable', localDone: true });
  return announceStart(stable, 'T_RESOURCES');
};

/** The other node asks for a group: stop it here first, then say that it was ours. */
export const groupRequested = (before: Turn, from: string, key: string): Turn => {
  if (from === before.state.settings.self || before.state.resources.phase === 'shutdown') return before;
  const turn = noteLegacyPeer(before, from);
  // While it is being stopped for an earlier request, the answer is on its way.
  const giving = turn.state.jobs.some(({ purpose }) => purpose.kind === 'legacyGive' && purpose.key === key);
  if (giving) return turn;
  const part = partOf(turn, key);
  const held = mayRun(turn, key, part);
  if (!held || part === 'none') return answerRequest(turn, from, key, false);
  return startJob(
    letGo(turn, key),
    'release',
    part,
    part,
    { kind: 'legacyGive', key, to: from },
    {
      group: key,
    },
  );
};

/** Who asks for a group holds it from our answer on, also if it never reports that: nobody else may start it. */
const believeTaken = (turn: Turn, key: string): Turn =>
  updateResources(turn, { otherHold: plus(turn.state.resources.otherHold, mirrored(partOf(turn, key))) });

/** Answers a request, after the release if there was one. */
const answerRequest = (turn: Turn, to: string, key: string, owned: boolean): Turn =>
  send(believeTaken(turn, key), { t: 'ip-request-resp', dest: to, ipaddr: key, weown: owned ? 'yes' : 'no', ok: 'OK' });

/** A group that was asked for has been stopped; or it goes on running, and then nobody else must have it. */
export const groupGiven = (turn: Turn, to: string, key: string, stuck: Holding): Turn => {
  if (stuck === 'none') return answerRequest(turn, to, key, true);
  const { hold } = turn.state.resources;
  const said = say(turn, 'CRIT', `Resource group ${key} cannot be stopped here: ${to} does not get it.`);
  return updateResources(update(said, { heldKeys: [...said.state.heldKeys, key] }), { hold: plus(hold, stuck) });
};

/** An answer to a request for a group, ours or the other node's (heartbeat reference 2.7). */
export interface Grant {
  readonly from: string;
  readonly key: string;
  readonly ok: boolean;
  /** Whether the one who answers held it until now. */
  readonly owned: boolean;
}

/** Reads an `ip-request-resp`. */
export const readGrant = (message: Message, from: string): Grant => ({
  from,
  key: text(message, 'ipaddr') ?? '',
  ok: text(message, 'ok') === 'OK',
  owned: text(message, 'weown') === 'yes',
});

/**
 * The other node does not hold the group (any more), or a script of ours says so: it is started here.
 *
 * Of the other node's answers only those count that somebody here asked for.
 */
export const groupGranted = (turn: Turn, grant: Grant): Turn => {
  const { from, key, ok, owned } = grant;
  const { phase, hold, otherHold } = turn.state.resources;
  const part = partOf(turn, key);
  if (!ok || phase === 'shutdown' || part === 'none' || turn.state.communication.phase !== 'up') return turn;
  const own = from === turn.state.settings.self;
  const byMode = isLegacy(turn.state) && part === 'local';
  if (!own && !byMode && !turn.state.askedKeys.includes(key)) return turn;
  if (byMode && turn.state.heldKeys.includes(key)) return turn;
  const answered = update(turn, {
    askedKeys: turn.state.askedKeys.filter((one) => one !== key),
    heldKeys: [...turn.state.heldKeys.filter((one) => one !== key), key],
  });
  const held = updateResources(answered, {
    hold: plus(hold, part),
    // Who gave it away does not hold it any more, whatever its last report said; a script of ours vouches for that.
    ...(owned ? { otherHold: minus(otherHold, mirrored(part)) } : {}),
  });
  const details = { group: key, occasion: { kind: 'own' } } as const;
  return startJob(held, 'acquire', part, part, { kind: 'legacyTake', key }, details);
};

/** A script of ours has answered the other node: what it gave away is not ours any more. */
export const groupHandedOver = (turn: Turn, { key, ok, owned }: Grant): Turn => {
  if (!ok) return turn;
  const believed = believeTaken(turn, key);
  return owned ? letGo(believed, key) : believed;
};

/** A group that was asked for has been started. */
export const groupTaken = (turn: Turn, key: string): Turn =>
  announceStart(say(turn, 'info', `received ip-request-resp ${key} OK yes`), 'ip-request-resp');
