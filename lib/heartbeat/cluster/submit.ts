/** A message from the FIFO or a local client: it goes to the cluster, and we process our own copy (reference 2.7, 4.2). */
import { type Message, text } from '../wire/message.js';
import { contains, parseHolding, plus } from './holdings.js';
import { groupGranted, groupHandedOver, readGrant } from './legacy.js';
import { changeMembership } from './membership.js';
import { isReplaced, notify } from './own-scripts.js';
import { isLegacy, partner, present } from './partner.js';
import { isNumbered, transmit } from './sending.js';
import { canLead, heardStandby, standbyWord } from './standby.js';
import { takenOver } from './takeover.js';
import { deliver, say, type Turn, update, updateResources } from './turn.js';

/** So many requests of scripts are remembered until they are answered. */
const MAX_ASKED = 100;

/** Types that only the daemon itself may send: a script could do nothing but harm with them. */
const RESERVED = ['status', 'starting', 'shutdone', 'reqnodes', 'repnodes'];

/**
 * A script reports what it has acquired: mach_down all of a dead node's (heartbeat reference 2.7, 6.3). What it says is
 * added to what we hold; if the other node has it as well, that is a conflict and settled as one.
 */
const takenByScript = (turn: Turn, message: Message): Turn => {
  const hold = parseHolding(text(message, 'rsc_hold'));
  if (isLegacy(turn.state) || hold === undefined) return turn;
  const { resources } = turn.state;
  const held = updateResources(turn, { hold: plus(resources.hold, hold) });
  if (text(message, 'info') !== 'mach_down') return held;
  const alone = present(partner(turn.state)) ? {} : { otherStable: true, foreignDone: true };
  return takenOver(updateResources(held, { failbackWanted: true, ...alone }));
};

/** A report that would take something out of our hands is no script's to make: it stays, the report does not go out. */
const takesAway = (turn: Turn, message: Message): boolean => {
  const hold = parseHolding(text(message, 'rsc_hold')) ?? 'none';
  const replaces = text(message, 'rtype') === 'full' || hold === 'none';
  return replaces && !contains(hold, turn.state.resources.hold);
};

const processOwn = (turn: Turn, message: Message, type: string): Turn => {
  const { self } = turn.state.settings;
  switch (type) {
    case 'ask_resources':
      return heardStandby(turn, standbyWord(message, self, true, 0));
    case 'resource':
      return takenByScript(turn, message);
    case 'ip-request-resp':
      if (isReplaced(turn, type)) return notify(turn, message);
      return text(message, 'dest') === self ? groupGranted(turn, readGrant(message, self)) : turn;
    case 'hb_takeover':
      return isReplaced(turn, type) ? notify(turn, message) : turn;
    case 'ip-request':
      return update(turn, { askedKeys: [...turn.state.askedKeys, text(message, 'ipaddr') ?? ''].slice(-MAX_ASKED) });
    case 'addnode':
    case 'delnode':
    case 'setweight':
    case 'setsite':
      return changeMembership(turn, message);
    default:
      return notify(turn, message);
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
  if (type === 'resource' && takesAway(turn, message)) {
    return say(turn, 'WARN', 'Message of type resource from a script or client refused: it would disown what we hold');
  }
  const sent = transmit(turn, message);
  if (!isNumbered(type)) return sent.turn;
  const dest = text(message, 'dest');
  if (dest !== undefined && dest !== turn.state.settings.self) {
    return type === 'ip-request-resp'
      ? groupHandedOver(sent.turn, readGrant(message, turn.state.settings.self))
      : sent.turn;
  }
  return processOwn(deliver(sent.turn, sent.message), sent.message, type);
};
