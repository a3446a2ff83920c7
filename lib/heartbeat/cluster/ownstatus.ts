/** Our own heartbeat (heartbeat reference 4.1, 5.3). */
import type { Millis } from '../../time.js';
import { text } from '../wire/message.js';
import { noteEcho } from './echoes.js';
import { hex } from './fieldnumbers.js';
import { kinFields } from './kin.js';
import { transmit } from './sending.js';
import { deliver, show, type Turn, update } from './turn.js';

/**
 * Sends our status. `changed`: clients hear of it, as of every change; rc.d/status only of other nodes (seen in genuine).
 * `timeout`: how long others shall wait.
 */
export const sendStatus = (turn: Turn, changed = false, timeout = turn.state.settings.deadtime): Turn => {
  const { status, flowControl } = turn.state;
  const kin = kinFields(turn.state);
  const sent = transmit(turn, {
    t: 'status',
    st: status,
    dt: hex(timeout),
    ...(flowControl ? { protocol: '1' } : {}),
    ...kin,
  });
  const published = update(sent.turn, { published: Object.values(kin).join(' ') });
  const noted = noteEcho(published, text(sent.message, 'ts'));
  return changed ? deliver(noted, sent.message) : show(noted, sent.message, 'noChange');
};

/** The keepalive is over. After a stall one status is enough. */
export const statusDue = (turn: Turn): Turn => {
  const { statusDueAt, settings } = turn.state;
  if (statusDueAt === undefined || turn.now.mono < statusDueAt) return turn;
  const onTime = statusDueAt + settings.keepalive;
  const next = onTime > turn.now.mono ? onTime : turn.now.mono + settings.keepalive;
  return sendStatus(update(turn, { statusDueAt: next as Millis }));
};

/** Tells our own kind at once when what we say about our resources has changed. */
export const publish = (turn: Turn): Turn => {
  if (turn.state.status === 'init' || turn.state.stop.phase === 'gone') return turn;
  return Object.values(kinFields(turn.state)).join(' ') === turn.state.published ? turn : sendStatus(turn);
};
