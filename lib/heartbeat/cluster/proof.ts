/**
 * Whether a peer lives at this moment: only then can it repeat a word that nobody has said before.
 *
 * Numbers and generations tell a recording from the real thing only as long as generations never go back (heartbeat
 * reference 11.5). Where they may have gone back, and before we give up groups because of what a packet says, the node
 * is asked about a client of a name made up on the spot: every daemon, the genuine one too, answers that question with
 * the name in it (reference 7.3, `clientstatus`).
 */
import type { Millis } from '../../time.js';
import { type Message, text } from '../wire/message.js';
import { hex } from './fieldnumbers.js';
import { send } from './sending.js';
import type { NodeState } from './state.js';
import { type Turn, update, updateNode } from './turn.js';

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;
/** Who has just proved itself is not asked again because of recordings that somebody plays. */
const TRUST = 1_000;

/** Our words: unlike any client's name, and never the same twice, since the generation never is. */
const WORD = 'ha-suite-';

const ask = (turn: Turn, name: string, isUrgent: boolean): Turn => {
  const node = turn.state.nodes.get(name);
  if (node === undefined || node.type !== 'normal') return turn;
  const { doubt } = node;
  const since = isUrgent ? FIRST_PAUSE : doubt?.pause;
  if (doubt !== undefined && since !== undefined && turn.now.mono - doubt.askedAt < since) return turn;
  const word = doubt?.word ?? `${WORD}${hex(turn.state.settings.generation)}-${hex(turn.state.nextWord)}`;
  const pause = (doubt === undefined || isUrgent ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, 2 * doubt.pause)) as Millis;
  const noted = updateNode(doubt === undefined ? update(turn, { nextWord: turn.state.nextWord + 1 }) : turn, name, {
    doubt: { word, askedAt: turn.now.mono, pause },
  });
  return send(noted, { t: 'query-cstatus', dest: name, cn: word, from_id: word });
};

/** Asks a node whose word we are about to act on, four times a second until it answers. */
export const askForProof = (turn: Turn, name: string): Turn => ask(turn, name, true);

/** Asks a node whose packets are refused as recordings, in case it is the real one after all; ever more seldom. */
export const doubt = (turn: Turn, name: string): Turn => {
  const provenAt = turn.state.nodes.get(name)?.provenAt;
  return provenAt !== undefined && turn.now.mono - provenAt < TRUST ? turn : ask(turn, name, false);
};

/** When an urgent question may be asked once more; undefined when none is open. */
export const nextQuestion = (node: NodeState): Millis | undefined =>
  node.doubt === undefined ? undefined : ((node.doubt.askedAt + FIRST_PAUSE) as Millis);

/** Whether the message is the answer to the open question. */
export const isProof = (node: NodeState, message: Message, self: string): boolean =>
  node.doubt !== undefined &&
  text(message, 't') === 'respond-cstatus' &&
  text(message, 'dest') === self &&
  text(message, 'cn') === node.doubt.word;

/** The node has answered. */
export const proved = (turn: Turn, name: string): Turn =>
  updateNode(turn, name, { doubt: undefined, provenAt: turn.now.mono });

/** Whether the message asks us for a proof. */
export const isProofRequest = (message: Message): boolean =>
  text(message, 't') === 'query-cstatus' && text(message, 'cn')?.startsWith(WORD) === true;

/** Proves that we live. Clients have nothing to do with it, and their socket need not be open for it. */
export const giveProof = (turn: Turn, to: string, request: Message): Turn =>
  send(turn, {
    t: 'respond-cstatus',
    dest: to,
    result: 'OK',
    cn: text(request, 'cn') ?? '',
    to_id: text(request, 'from_id') ?? '',
    cs: 'offline',
  });
