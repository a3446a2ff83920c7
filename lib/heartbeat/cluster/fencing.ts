/** Waiting for a fencing device: what a dead node held is taken only when it is certainly off (heartbeat reference 5.5). */
import { isLegacy } from './partner.js';
import { broadcast } from './sending.js';
import { acquireMissing, deathNotice } from './takeover.js';
import { emit, type Turn, update } from './turn.js';

/** Asks for the reset of a dead node. */
export const fence = (turn: Turn, node: string): Turn =>
  emit(update(turn, { fencing: node }), { type: 'fence', node, wanted: true });

/** The device has reset it: now what it held is nobody's. */
export const fenced = (turn: Turn, node: string): Turn => {
  if (turn.state.fencing !== node) return turn;
  const free = broadcast(update(turn, { fencing: undefined }), { t: 'stonith', node, result: 'OK' });
  if (free.state.stop.phase !== 'none' || free.state.resources.phase === 'shutdown') return free;
  // Before that, the start itself takes what nobody has.
  const taken = free.state.communication.phase === 'up' ? acquireMissing(free, node) : free;
  const isRunning = taken.state.jobs.some(({ purpose }) => purpose.kind === 'script' && purpose.from === node);
  return isRunning && !isLegacy(taken.state)
    ? taken
    : emit(taken, { type: 'notify', message: deathNotice(taken, node, false) });
};

/** A node that is heard again is not to be reset any more. */
export const stopFencing = (turn: Turn): Turn => {
  const { fencing, nodes } = turn.state;
  if (fencing === undefined || nodes.get(fencing)?.status === 'dead') return turn;
  return emit(update(turn, { fencing: undefined }), { type: 'fence', node: fencing, wanted: false });
};
