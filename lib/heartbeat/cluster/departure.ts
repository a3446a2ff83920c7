/** The other node says goodbye: `shutdone` (heartbeat reference 6.6). */

import { notify } from './own-scripts.js';
import { partner } from './partner.js';
import { cancelStandby } from './standby.js';
import { acquireMissing, deathNotice } from './takeover.js';
import { emit, say, type Turn, updateNode, updateResources } from './turn.js';

/** All its resources are released and it will end soon. */
export const departed = (turn: Turn, name: string, seq: number): Turn => {
  const other = partner(turn.state);
  if (other === undefined || other.name !== name || other.left || other.status === 'dead') return turn;
  const { conflictSince, hold, otherHoldSeq, phase } = turn.state.resources;
  const noted = updateResources(updateNode(turn, name, { left: true }), {
    otherHold: 'none',
    otherHoldSeq: Math.max(seq, otherHoldSeq),
    otherHeldAtDeath: 'none',
    otherStable: true,
    queryAt: undefined,
    conflictSince: undefined,
    orphanSince: undefined,
  });
  const said = say(noted, 'info', `Received shutdown notice from '${name}'.`);
  if (phase === 'shutdown') return say(said, 'info', 'Resource takeover cancelled - shutdown in progress.');
  if (turn.state.communication.phase !== 'up') return said;
  const acquired = acquireMissing(cancelStandby(said), name);
  // heartbeat reference 6.6: rc.d/status hears of it as of a death.
  const isRunning = acquired.state.jobs.some(({ purpose }) => purpose.kind === 'script' && purpose.from === name);
  const taken = isRunning ? acquired : notify(acquired, deathNotice(turn, name, false));
  // Both had the addresses for a while: whoever asked meanwhile may have learnt the wrong one.
  return conflictSince !== undefined && hold !== 'none' ? emit(taken, { type: 'announce' }) : taken;
};
