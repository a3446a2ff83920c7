/** Packets that are authentic and yet not believed: counted by reason, and logged without letting anybody flood the log. */
import type { Priority } from '../../log.js';
import { say, type Turn, update } from './turn.js';

/**
 * - `incomplete`, `unknownNode`, `badSequence`: not what a daemon sends
 * - `oldGeneration`: of a former life of its sender. `unknownLife`: of a life that no status has opened yet
 * - `oldNumber`: heard already, or given up. Copies over a second, slower link count here too
 * - `deadNode`: of a node called dead, and no new status
 * - `staleNotice`: an acknowledgement or request whose time is not that of its sender's clock
 * - `badReport`: what a node of our own kind tells of itself, and cannot be read
 * - `pingStatus`: the echo of something we have not sent lately, or one that came in over another medium
 * - `ownName`: somebody else uses our name, or an earlier life of ours
 */
export type Refusal =
  | 'incomplete'
  | 'unknownNode'
  | 'badSequence'
  | 'oldGeneration'
  | 'unknownLife'
  | 'oldNumber'
  | 'deadNode'
  | 'staleNotice'
  | 'badReport'
  | 'pingStatus'
  | 'ownName';

/** A sort of refused packet is logged at most once in this time. */
const PAUSE = 60_000;
const MAX_SORTS = 100;

/** Counts one packet. */
export const count = (turn: Turn, reason: Refusal): Turn => {
  const { counters } = turn.state;
  return update(turn, { counters: { ...counters, [reason]: (counters[reason] ?? 0) + 1 } });
};

/** Logs lines of one sort, and what happened of it since the last time. */
export const sayRarely = (turn: Turn, sort: string, priority: Priority, lines: readonly string[]): Turn => {
  const { rejections, unlogged } = turn.state;
  const known = rejections.get(sort);
  if (known !== undefined && turn.now.mono - known < PAUSE) {
    return update(turn, { unlogged: new Map(unlogged).set(sort, (unlogged.get(sort) ?? 0) + 1) });
  }
  const silent = unlogged.get(sort) ?? 0;
  const full = rejections.size >= MAX_SORTS;
  const noted = update(turn, {
    rejections: new Map(full ? [] : rejections).set(sort, turn.now.mono),
    unlogged: new Map([...(full ? [] : unlogged)].filter(([one]) => one !== sort)),
  });
  const said = lines.reduce((sum, line) => say(sum, priority, line), noted);
  return silent === 0
    ? said
    : say(said, 'info', `${silent} more packets like that were refused before without a line.`);
};

/** Counts one packet, and says so now and then; `sort` tells what counts as the same for the log. */
export const refuse = (turn: Turn, reason: Refusal, sort: string, ...lines: readonly string[]): Turn =>
  sayRarely(count(turn, reason), `${reason} ${sort}`, 'ERROR', lines);
