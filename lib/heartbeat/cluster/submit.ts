/** A message from the FIFO or a local client: it goes to the cluster, and we process our own copy (reference 2.7, 4.2). */
import { type Message, text } from '../wire/message.js';
import { contains, parseHolding, plus } from './holdings.js';
import { groupGranted } from './legacy.js';
import { partner, present } from './partner.js';
import { isNumbered, transmit } from './sending.js';
import { canLead, heardStandby } from './standby.js';
import { deliver, emit, say, type Turn, updateResources } from './turn.js';

/** Types that only the daemon itself may send: a script could do nothing but harm with them. */
const RESERVED = ['status', 'starting', 'shutdone', 'reqnodes', 'repnodes'];

/** A script of the genuine package reports that it has acquired the groups of a dead node. */
const takenByScript = (turn: Turn, message: Message): Turn => {
  const hold = parseHolding(text(message, 'rsc_hold'));
  const { resources } = turn.state;
  const known = hold === undefined || contains(resources.hold, hold);
  if (known || text(message, 'info') !== 'mach_down' || present(partner(turn.state))) return turn;
  return updateResources(turn, { hold: plus(resources.hold, hold) });
};

const processOwn = (turn: Turn, message: Message, type: string): Turn => {
  const { self } = turn.state.settings;
  switch (type) {
    case 'ask_resources':
      return heardStandby(turn, {
        info: text(message, 'info'),
        what: parseHolding(text(message, 'rsc_hold')) ?? 'all',
        from: self,
        own: true,
        seq: 0,
      });
    case 'resource':
      return takenByScript(turn, message);
    case 'ip-request-resp':
      return text(message, 'dest') === self
        ? groupGranted(turn, text(message, 'ipaddr') ?? '', text(message, 'ok'))
        : turn;
    case 'hb_takeover':
    case 'ip-request':
      return turn;
    default:
      return emit(turn, { type: 'notify', message });
  }
};

/** Sends it and takes part in it. */
export const submit = (turn: Turn, message: Message): Turn => {
  const type = text(message, 't');
  if (type === undefined || turn.state.startedAt === undefined || turn.state.stop.phase === 'gone') return turn;
  if (RESERVED.includes(type)) return say(turn, 'WARN', `Message of type ${type} from a script or client refused`);
  if (type === 'ask_resources' && text(message, 'info') === 'me' && !canLead(turn)) {
    return processOwn(turn, message, type);
  }
  const sent = transmit(turn, message);
  if (!isNumbered(type)) return sent.turn;
  const dest = text(message, 'dest');
  if (dest !== undefined && dest !== turn.state.settings.self) return sent.turn;
  return processOwn(deliver(sent.turn, sent.message), sent.message, type);
};
