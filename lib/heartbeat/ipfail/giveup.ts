/** Handing resources over to the other node: decided, put off for a moment, carried out, and looked after (reference 7.5). */
import { type Millis, millis } from '../../time.js';
import { message } from '../wire/message.js';
import { type IpfailTurn, type Share, say, send, update } from './state.js';

/** Time for the resource scripts of the other node to finish, after it has called itself stable. */
export const SETTLE = millis(10_000);

/** A standby takes seconds; when it has not happened by then, somebody refused it or nobody answered. */
export const PATIENCE = millis(30_000);

const after = (turn: IpfailTurn, delay: Millis): Millis => millis(turn.now + delay);

export const isGoingTo = (turn: IpfailTurn, what: Share): boolean => turn.state.giveUp?.what === what;

/** Gives up that share after twice the time between heartbeats; what was decided before does not count any more. */
export const putOff = (turn: IpfailTurn, what: Share): IpfailTurn => {
  const delay = millis(2 * turn.state.settings.keepalive);
  const said = say(turn, 'info', `Delayed giveup in ${Math.trunc(delay / 1000)} seconds.`);
  const replaced =
    turn.state.giveUp === undefined ? said : say(said, 'debug', 'Detected existing delay timer, overriding');
  const tag = turn.state.tags + 1;
  const before = turn.state.giveUp;
  const failback = what === 'all' && (before?.what === 'foreign' || before?.failback === true);
  return update(replaced, {
    giveUp: { what, at: after(turn, delay), tag, failback },
    tags: tag,
  });
};

/** What was decided is decided no more. */
export const cancel = (turn: IpfailTurn): IpfailTurn => {
  const { giveUp } = turn.state;
  const idle = update(turn, { giveUp: undefined });
  return giveUp === undefined
    ? say(idle, 'info', 'No giveup timer to abort.')
    : say(idle, 'info', `Aborted delayed giveup (${giveUp.tag})`);
};

/** The other node sees no more ping nodes than we do: nothing is given up for want of them. */
export const spared = (turn: IpfailTurn): IpfailTurn => {
  const { giveUp } = turn.state;
  // Not like genuine: a failback is no giving up for want of ping nodes, and goes on, also when a count that was true for
  // a moment only had come between (reference 11.2, no. 21).
  if (giveUp?.what === 'foreign') return turn;
  const kept = cancel(turn);
  return giveUp?.failback === true ? putOff(kept, 'foreign') : kept;
};

/** Whether this node holds something of that share. */
const holds = ({ situation: { resources } }: IpfailTurn, what: Share): boolean =>
  resources === 'all' || resources === 'foreign' || (what === 'all' && resources === 'local');

/** The time has come. */
export const giveUp = (turn: IpfailTurn, what: Share): IpfailTurn => {
  const called = say(update(turn, { giveUp: undefined }), 'info', 'giveup() called (timeout worked)');
  const { resources } = turn.situation;
  if (resources === undefined || resources === 'transition') {
    // Normally the other node says when it is stable; when that message is lost, look again.
    return lookAgain(called);
  }
  if (!holds(turn, what)) return say(called, 'debug', 'There is nothing to give up.');
  const { self } = turn.state.settings;
  const request = message({ t: 'ask_resources', rsc_hold: what, src: self, info: 'me' });
  const sent = say(send(called, request), 'debug', 'Message [ask_resources] sent.');
  const asked = turn.state.asked === 'all' ? 'all' : what;
  return update(sent, { needStandby: false, asked, compareAt: after(turn, PATIENCE) });
};

/**
 * Whether the ping nodes have to be compared once more: what was asked for has not happened, or somebody was in flux; and
 * always after everything was given up, because the news that it was a mistake may have come too late to stop it.
 */
export const isDoubtful = (turn: IpfailTurn): boolean =>
  turn.state.needStandby ||
  turn.situation.resources === 'transition' ||
  turn.state.asked === 'all' ||
  (turn.state.asked !== undefined && holds(turn, turn.state.asked));

/** Resources are moving and should perhaps be here, or there: look again when that is over. */
export const lookAgain = (turn: IpfailTurn): IpfailTurn =>
  update(turn, { needStandby: true, compareAt: after(turn, PATIENCE) });

/** The other node is stable: after a while for its scripts the ping nodes are compared anew. */
export const otherIsStable = (turn: IpfailTurn): IpfailTurn => {
  const said = say(turn, 'debug', 'Other side is now stable.');
  return turn.state.needStandby ? update(said, { needStandby: true, compareAt: after(turn, SETTLE) }) : said;
};
