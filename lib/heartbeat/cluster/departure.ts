/** The other node says goodbye: `shutdone` (heartbeat reference 6.6). */
import { partner } from './partner.js';
import { cancelStandby } from './standby.js';
import { acquireMissing } from './takeover.js';
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
  const taken = acquireMissing(cancelStandby(said), name);
  // Both had the addresses for a while: whoever asked meanwhile may have learnt the wrong one.
  return conflictSince !== undefined && hold !== 'none' ? emit(taken, { type: 'announce' }) : taken;
};
