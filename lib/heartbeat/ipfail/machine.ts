/**
 * ipfail as a pure machine: moves resources to the node that sees more ping nodes (heartbeat reference 7.5).
 *
 * It speaks to a genuine ipfail on the other node as that one expects. Where genuine contradicts itself (reference 11.2,
 * no. 21) it does not: a failback is not cancelled by a second ping node coming back, a node that turns out to see more
 * keeps what it has, waiting blocks nothing, and a standby that nobody carried out is asked for again.
 */
import { type Millis, millis } from '../../time.js';
import { type Message, text } from '../wire/message.js';
import { ask, compare } from './comparison.js';
import { giveUp, isDoubtful, otherIsStable, putOff, spared } from './giveup.js';
import {
  type IpfailEffect,
  type IpfailEvent,
  type IpfailSettings,
  type IpfailState,
  type IpfailTurn,
  type Situation,
  say,
  update,
} from './state.js';

export const initialIpfail = (settings: IpfailSettings): IpfailState => ({
  settings,
  giveUp: undefined,
  needStandby: false,
  compareAt: undefined,
  asked: undefined,
  tags: 0,
});

/** The instant at which the machine next wants a `wake` event; undefined: it does not. */
export const ipfailWakeAt = ({ giveUp: pending, compareAt }: IpfailState): Millis | undefined => {
  const instants = [pending?.at, compareAt].filter((instant) => instant !== undefined);
  return instants.length === 0 ? undefined : millis(Math.min(...instants));
};

const alive = (turn: IpfailTurn): boolean => turn.situation.pingNodes.length > 0;

const nodeStatus = (turn: IpfailTurn, sent: Message): IpfailTurn => {
  const status = text(sent, 'st') ?? '';
  const said = say(turn, 'info', `Status update: Node ${text(sent, 'src') ?? ''} now has status ${status}`);
  if (status === 'dead') return say(said, 'info', alive(said) ? 'NS: We are still alive!' : 'NS: We are dead. :<');
  return status === 'ping' ? ask(say(said, 'info', 'A ping node just came up.')) : said;
};

const linkStatus = (turn: IpfailTurn, sent: Message): IpfailTurn => {
  const link = `${text(sent, 'node') ?? ''}/${text(sent, 'ifname') ?? ''}`;
  const status = text(sent, 'st') ?? '';
  const said = say(turn, 'info', `Link Status update: Link ${link} now has status ${status}`);
  if (status !== 'dead') return said;
  return alive(said)
    ? say(ask(said), 'info', 'Checking remote count of ping nodes.')
    : ask(say(said, 'info', 'We are dead. :<'));
};

const resourceReport = (turn: IpfailTurn, sent: Message): IpfailTurn => {
  if (text(sent, 'src') !== turn.state.settings.other) return turn;
  const stable = text(sent, 'isstable');
  if (stable === '0') return say(turn, 'debug', 'Other side is unstable.');
  // A report with a comment is followed by one without.
  return stable === '1' && text(sent, 'info') === undefined ? otherIsStable(turn) : turn;
};

const joined = (turn: IpfailTurn, sent: Message): IpfailTurn => {
  if (text(sent, 'st') !== 'join' || text(sent, 'from_id') !== 'ipfail') return turn;
  return ask(say(turn, 'debug', `Got join message from another ipfail client. (${text(sent, 'src') ?? ''})`));
};

const heard = (turn: IpfailTurn, sent: Message): IpfailTurn => {
  const { self } = turn.state.settings;
  const type = text(sent, 't');
  if (type === 'status' || type === 'NS_st') return nodeStatus(turn, sent);
  if (type === 'ifstat') return linkStatus(turn, sent);
  // Everything else is from an ipfail or a daemon elsewhere; our own copies tell nothing new.
  if (text(sent, 'src') === undefined || text(sent, 'src') === self) return turn;
  switch (type) {
    case 'resource':
      return resourceReport(turn, sent);
    case 'hbapi-clstat':
      return joined(turn, sent);
    case 'num_ping_nodes': {
      const count = text(sent, 'num_ping');
      return count === undefined ? turn : compare(turn, count);
    }
    case 'you_are_dead':
      return putOff(say(turn, 'info', 'Giving up because we were told that we have less ping nodes.'), 'all');
    case 'abort_giveup':
      return spared(turn);
    default:
      return turn;
  }
};

const woken = (turn: IpfailTurn): IpfailTurn => {
  const { giveUp: pending, compareAt } = turn.state;
  if (pending !== undefined && turn.now >= pending.at) return giveUp(turn, pending.what);
  if (compareAt === undefined || turn.now < compareAt) return turn;
  const looked = isDoubtful(turn) ? ask(turn) : turn;
  return update(looked, { compareAt: undefined, needStandby: false, asked: undefined });
};

/** One step. Never throws, whatever a message says. */
export const stepIpfail = (
  state: IpfailState,
  event: IpfailEvent,
  situation: Situation,
  now: Millis,
): { readonly state: IpfailState; readonly effects: readonly IpfailEffect[] } => {
  const turn: IpfailTurn = { state, effects: [], now, situation };
  const done = event.type === 'wake' ? woken(turn) : heard(turn, event.message);
  return { state: done.state, effects: done.effects };
};
