/** What outlives us: the newest life of each peer, so that its recorded packets stay refused after our own restart. */
import type { Millis } from '../../time.js';
import type { PeerSeen } from './interface.js';
import { others } from './partner.js';
import type { ClusterState } from './state.js';
import { emit, type Turn, update } from './turn.js';

/** A new life is written down at once, the numbers of a life no more often than that. */
const PERIOD = 60_000;

const seen = (state: ClusterState): readonly PeerSeen[] =>
  others(state).flatMap(({ name, generation, floor, statusSeq }) =>
    generation === undefined ? [] : [{ name, generation, seq: Math.max(floor, statusSeq ?? 0) }],
  );

const noted = (turn: Turn, peers: readonly PeerSeen[]): Turn =>
  emit(update(turn, { remembered: peers, rememberAt: (turn.now.mono + PERIOD) as Millis }), {
    type: 'remember',
    peers,
  });

const isNewLife = (state: ClusterState): boolean =>
  others(state).some(
    ({ name, generation }) =>
      generation !== undefined && state.remembered.find((one) => one.name === name)?.generation !== generation,
  );

/** Asks to keep what is new, at once when it matters. */
export const rememberPeers = (turn: Turn): Turn => {
  const { rememberAt, startedAt } = turn.state;
  if (startedAt === undefined) return turn;
  const due = rememberAt !== undefined && turn.now.mono >= rememberAt;
  return due || isNewLife(turn.state) ? noted(turn, seen(turn.state)) : turn;
};

/** The last word before the process ends. */
export const rememberAtTheEnd = (turn: Turn): Turn => {
  const peers = seen(turn.state);
  return peers.length === 0 ? turn : noted(turn, peers);
};
