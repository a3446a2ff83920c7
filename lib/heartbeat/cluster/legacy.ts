/** The old mode without holding reports: groups are asked for one by one (heartbeat reference 6.9). */

import type { Millis } from '../../time.js';
import { contains, minus, plus } from './holdings.js';
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
  return others(ready.state).some(present)
    ? ask(ready)
    : acquireMissing(ready, other?.name ?? ready.state.settings.self);
};

/** The answer is overdue: ask once more. */
export const askForGroups = (turn: Turn): Turn => {
  const { askGroupsAt, stop } = turn.state;
  if (askGroupsAt === undefined || turn.now.mono < askGroupsAt) return turn;
  const needed = missingKeys(turn).length > 0 && stop.phase === 'none' && present(partner(turn.state));
  return needed ? ask(turn) : update(turn, { askGroupsAt: undefined });
};

/** The other node asks for one of its groups: stop it here first, then say that it was ours. */
export const groupRequested = (turn: Turn, from: string, key: string): Turn => {
  if (from === turn.state.settings.self || turn.state.communication.phase !== 'up') return turn;
  // While it is being stopped for an earlier request, the answer is on its way.
  const giving = turn.state.jobs.some(({ purpose }) => purpose.kind === 'legacyGive' && purpose.key === key);
  if (giving || turn.state.resources.phase === 'shutdown') return turn;
  const held = isLegacy(turn.state)
    ? turn.state.heldKeys.includes(key)
    : foreignKeys(turn).includes(key) && contains(turn.state.resources.hold, 'foreign');
  if (!held) return answerRequest(turn, from, key, false);
  const heldKeys = turn.state.heldKeys.filter((one) => one !== key);
  const part = foreignKeys(turn).includes(key) ? 'foreign' : 'local';
  const keys = part === 'foreign' ? foreignKeys(turn) : localKeys(turn);
  const hold = turn.state.resources.hold;
  const left = keys.some((one) => heldKeys.includes(one)) ? hold : minus(hold, part);
  const given = updateResources(update(turn, { heldKeys }), { hold: left });
  return startJob(given, 'release', part, part, { kind: 'legacyGive', key, to: from }, key);
};

/** Answers a request, after the release if there was one. */
export const answerRequest = (turn: Turn, to: string, key: string, owned: boolean): Turn =>
  send(turn, { t: 'ip-request-resp', dest: to, ipaddr: key, weown: owned ? 'yes' : 'no', ok: 'OK' });

/** The other node does not hold the group (any more): it is ours. */
export const groupGranted = (turn: Turn, key: string, ok: string | undefined): Turn => {
  if (!isLegacy(turn.state) || ok !== 'OK' || turn.state.resources.phase === 'shutdown') return turn;
  if (!localKeys(turn).includes(key) || turn.state.heldKeys.includes(key)) return turn;
  const { hold } = turn.state.resources;
  const held = updateResources(update(turn, { heldKeys: [...turn.state.heldKeys, key] }), {
    hold: plus(hold, 'local'),
  });
  return startJob(held, 'acquire', 'local', 'local', { kind: 'legacyTake', key }, key);
};

/** A group that was asked for has been started. */
export const groupTaken = (turn: Turn, key: string): Turn =>
  announceStart(say(turn, 'info', `received ip-request-resp ${key} OK yes`), 'ip-request-resp');
