/** Which of the two nodes sees more ping nodes: the question, and what follows from the answer (heartbeat reference 7.5). */
import { leadingInt } from '../api/c-number.js';
import { message } from '../wire/message.js';
import { cancel, isGoingTo, lookAgain, putOff } from './giveup.js';
import { type IpfailTurn, say, send } from './state.js';

const pingNodes = (turn: IpfailTurn): { readonly turn: IpfailTurn; readonly count: number } => {
  const found = turn.situation.pingNodes;
  return {
    turn: found.reduce((sum, name) => say(sum, 'debug', `Found ping node ${name}!`), turn),
    count: found.length,
  };
};

/** How many ping nodes we see goes to the other node, which compares. */
export const ask = (turn: IpfailTurn): IpfailTurn => {
  const { self, other } = turn.state.settings;
  if (other === undefined) return turn;
  const { turn: counted, count } = pingNodes(turn);
  const asking = say(counted, 'info', 'Asking other side for ping node count.');
  const sent = send(asking, message({ t: 'num_ping_nodes', src: self, num_ping: String(count), dest: other }));
  return say(sent, 'debug', 'Message [num_ping] sent.');
};

const tellLoser = (turn: IpfailTurn, other: string): IpfailTurn => {
  const telling = say(
    say(turn, 'info', 'Telling other node that we have more visible ping nodes.'),
    'debug',
    'Sending you_are_dead.',
  );
  return say(send(telling, message({ t: 'you_are_dead', dest: other })), 'debug', 'Message [you_are_dead] sent.');
};

const tellToKeep = (turn: IpfailTurn, other: string): IpfailTurn =>
  say(
    send(turn, message({ t: 'abort_giveup', src: turn.state.settings.self, dest: other })),
    'debug',
    'Abort message sent.',
  );

const holdsForeign = ({ situation }: IpfailTurn): boolean =>
  situation.resources === 'foreign' || situation.resources === 'all';

const balanced = (turn: IpfailTurn, other: string): IpfailTurn => {
  const told = tellToKeep(say(turn, 'info', 'Ping node count is balanced.'), other);
  // Not like genuine: a failback that is under way stays so when a second ping node comes back (reference 11.2, no. 21).
  if (isGoingTo(told, 'foreign')) return told;
  const kept = isGoingTo(told, 'all') ? cancel(told) : told;
  if (!kept.state.settings.autoFailback) return kept;
  if (kept.situation.resources === 'transition') return lookAgain(kept);
  if (!holdsForeign(kept)) return kept;
  return putOff(say(kept, 'info', 'Giving up foreign resources (auto_failback).'), 'foreign');
};

/** The other node told how many ping nodes it sees. */
export const compare = (turn: IpfailTurn, told: string): IpfailTurn => {
  const { other } = turn.state.settings;
  if (other === undefined) return turn;
  const theirs = leadingInt(told);
  const { turn: counted, count } = pingNodes(say(turn, 'debug', 'Got asked for num_ping.'));
  if (count > theirs) {
    const telling = tellLoser(counted, other);
    // Whatever we were going to give away, the other node is now the worse place for it.
    return telling.state.giveUp === undefined ? telling : cancel(telling);
  }
  if (count === theirs) return balanced(counted, other);
  // Not like genuine: the other node must not give up for an older reason at the same time.
  const spared = tellToKeep(counted, other);
  return putOff(say(spared, 'info', 'Giving up because we have less visible ping nodes.'), 'all');
};
