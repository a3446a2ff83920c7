/** Until when silence is no sign of death (heartbeat reference 5.3), and what our own lateness changes about it. */
import type { Millis } from '../../time.js';
import { declareDead } from './death.js';
import type { ClusterState, NodeState } from './state.js';
import { say, type Turn, update } from './turn.js';

/** Lateness up to this is ordinary timer inaccuracy. */
const ORDINARY = 10;
/** After a short lateness the packets that wait in the sockets are looked at first. */
const ONE_LOOK = 5;

/** The instant at which this node is dead unless it is heard; undefined for ourselves and for the dead. */
export const deathAt = (state: ClusterState, node: NodeState): Millis | undefined => {
  if (state.startedAt === undefined || node.name === state.settings.self || node.status === 'dead') return undefined;
  // heartbeat reference 5.3: initdead while our own communication is not yet up.
  const timeout =
    state.communication.phase === 'up'
      ? node.timeout
      : Math.max(state.settings.initdead, node.statusAt === undefined ? 0 : node.timeout);
  return (node.countFrom + timeout) as Millis;
};

/** Declares dead whoever's time has run out. */
export const bury = (turn: Turn): Turn => {
  let result = turn;
  for (const name of turn.state.nodes.keys()) {
    const node = result.state.nodes.get(name);
    if (node === undefined) continue;
    const at = deathAt(result.state, node);
    if (at !== undefined && turn.now.mono >= at) result = declareDead(result, name);
  }
  return result;
};

/**
 * We were late ourselves: what we did not hear meanwhile proves nothing.
 *
 * A short lateness does not count as silence, up to one keepalive in all: a node that is always a little late, because
 * somebody floods it with packets, must not wait for a dead peer for ever. After a long one (a keepalive or more)
 * everybody gets one full further timeout. It is granted once until something is heard again, so that a node that stalls
 * over and over still notices a dead peer after two timeouts of its own waking time.
 */
export const excuseLateness = (turn: Turn, late: number): Turn => {
  const { state, now } = turn;
  if (!(late > ORDINARY) || state.startedAt === undefined) return turn;
  const { keepalive } = state.settings;
  const long = late >= keepalive;
  const nodes = new Map<string, NodeState>();
  for (const [name, node] of state.nodes) {
    const shift = long ? late + ONE_LOOK : Math.max(0, Math.min(late + ONE_LOOK, keepalive - node.excused));
    const later = (from: Millis): Millis => Math.min(now.mono, from + shift) as Millis;
    const fresh = long && !node.reprieved;
    nodes.set(name, {
      ...node,
      links: node.links.map((link) => ({ ...link, heardAt: long ? now.mono : later(link.heardAt) })),
      countFrom: fresh ? now.mono : later(node.countFrom),
      reprieved: node.reprieved || long,
      excused: long ? node.excused : node.excused + shift,
    });
  }
  const excused = update(turn, { nodes });
  return long
    ? say(excused, 'WARN', `This node was late by ${Math.round(late)} ms: no node is called dead before fresh evidence`)
    : excused;
};
