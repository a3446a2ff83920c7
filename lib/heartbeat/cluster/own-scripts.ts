/** The standard rc.d scripts where an administrator has replaced them: they do their work, we only call them (reference 2.7). */
import type { Message } from '../wire/message.js';
import { startJob } from './jobs.js';
import { transmit } from './sending.js';
import type { Purpose } from './state.js';
import { deliver, emit, type Turn } from './turn.js';

/** Whether the administrator's own script of that name takes our place. */
export const isReplaced = (turn: Turn, type: string): boolean => turn.state.ownScripts.includes(type);

/** Whether our own groups are acquired by rc.d/ip-request-resp, which an administrator has replaced. */
export const scriptAcquiresOwn = (turn: Turn): boolean =>
  isReplaced(turn, 'ip-request-resp') && (turn.state.settings.localKeys ?? []).length > 0;

/** Runs the script that is called like the message's type, when there is one. */
export const notify = (turn: Turn, message: Message): Turn => emit(turn, { type: 'notify', message });

/** What `req_resource` does for a group that nobody else has: a message to ourselves, which the script answers to. */
const requestToSelf = (turn: Turn, key: string): Turn => {
  const sent = transmit(turn, {
    t: 'ip-request-resp',
    dest: turn.state.settings.self,
    ipaddr: key,
    weown: 'yes',
    ok: 'OK',
  });
  return notify(deliver(sent.turn, sent.message), sent.message);
};

/** Acquires our own groups: in one job, or group by group through the script in our place (heartbeat reference 6.2). */
export const acquireOwn = (turn: Turn, purpose: Purpose): Turn => {
  if (!scriptAcquiresOwn(turn)) {
    return startJob(turn, 'acquire', 'local', 'local', purpose, { occasion: { kind: 'own' } });
  }
  return (turn.state.settings.localKeys ?? []).reduce(requestToSelf, turn);
};
