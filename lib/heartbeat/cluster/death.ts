/** A node is declared dead (heartbeat reference 5.5). */
import { fence } from './fencing.js';
import { isLegacy, partner } from './partner.js';
import { UNKNOWN } from './sequence.js';
import { cancelStandby } from './standby.js';
import type { NodeState } from './state.js';
import { acquireMissing, deathNotice, fencingReport } from './takeover.js';
import { deliver, emit, say, type Turn, updateNode, updateResources } from './turn.js';

/** Whether the node told us, in this life, that it holds nothing. */
const heldNothing = (turn: Turn, node: NodeState): boolean =>
  node.statusAt !== undefined &&
  (isLegacy(turn.state) ? node.left : node.left || turn.state.resources.otherHold === 'none');

const reactWithResources = (turn: Turn, node: NodeState): Turn => {
  const calm = cancelStandby(turn);
  const gaveUp = heldNothing(turn, node);
  const noted = updateResources(calm, {
    otherHeldAtDeath: turn.state.resources.otherHold,
    otherHold: 'none',
    otherStable: true,
    queryAt: undefined,
    conflictSince: undefined,
    orphanSince: undefined,
  });
  if (turn.state.resources.phase === 'shutdown') return noted;
  if (!gaveUp && turn.state.settings.fences === true) return fence(noted, node.name);
  const said = gaveUp ? say(noted, 'info', `Dead node ${node.name} gave up resources.`) : noted;
  // The work first, the talking later: every line here costs time in which nobody serves.
  const working = turn.state.communication.phase === 'up' ? acquireMissing(said, node.name) : said;
  return fencingReport(working, node.name, gaveUp ? 'unneeded' : 'n_stnth');
};

/** Marks a node dead and does what follows from it. */
export const declareDead = (turn: Turn, name: string): Turn => {
  const node = turn.state.nodes.get(name);
  if (node === undefined || node.status === 'dead') return turn;
  const marked = updateNode(say(turn, 'WARN', `node ${name}: is dead`), name, {
    status: 'dead',
    sequence: UNKNOWN,
    acked: 0,
    kin: undefined,
  });
  const reacted =
    node.type === 'normal' && partner(turn.state)?.name === name ? reactWithResources(marked, node) : marked;
  const notice = deathNotice(turn, name, node.type === 'ping');
  const told = deliver(reacted, notice);
  // The administrator's own script takes over, too: it must wait as well.
  if (reacted.state.fencing === name) return told;
  // The script that takes over has got it already.
  const isRunning = reacted.state.jobs.some(({ purpose }) => purpose.kind === 'script' && purpose.from === name);
  return isRunning ? told : emit(told, { type: 'notify', message: notice });
};
