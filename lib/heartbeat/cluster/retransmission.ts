/** Asking for what is missing, and sending again what others miss (heartbeat reference 4.5). */
import type { Millis } from '../../time.js';
import { type Message, text } from '../wire/message.js';
import { decimalNumber, hex, hexNumber } from './fieldnumbers.js';
import { answer, RESEND_PAUSE } from './history.js';
import { draw } from './random.js';
import { sayRarely } from './refusals.js';
import { send } from './sending.js';
import { forget, type Missing } from './sequence.js';
import type { NodeState } from './state.js';
import { emit, say, type Turn, update, updateNode } from './turn.js';

/** Packets may overtake each other by this much without being asked for. */
const PATIENCE = 50;
/** A genuine sender looks at no more numbers than this in one request. */
const MAX_PER_REQUEST = 50;

/** When a number that is missing now shall be asked for first: at random, so that several receivers do not ask at once. */
export const firstAsk = (turn: Turn): { readonly turn: Turn; readonly askAt: Millis } => {
  const { random, settings } = turn.state;
  const { value, next } = draw(random);
  const longest = Math.max(PATIENCE, settings.maxRexmitDelay);
  const askAt = (turn.now.mono + PATIENCE + value * (longest - PATIENCE)) as Millis;
  return { turn: update(turn, { random: next }), askAt };
};

/** Neighbouring numbers become one request. */
const ranges = (due: readonly Missing[]): readonly (readonly [number, number])[] => {
  const found: [number, number][] = [];
  for (const { seq } of due) {
    const open = found[found.length - 1];
    if (open !== undefined && open[1] === seq - 1 && seq - open[0] < MAX_PER_REQUEST) open[1] = seq;
    else found.push([seq, seq]);
  }
  return found;
};

const askNode = (turn: Turn, node: NodeState): Turn => {
  const due = node.sequence.missing.filter((one) => turn.now.mono >= one.askAt);
  if (due.length === 0) return turn;
  const again = (turn.now.mono + Math.max(PATIENCE, turn.state.settings.maxRexmitDelay)) as Millis;
  const missing = node.sequence.missing.map((one) => (turn.now.mono >= one.askAt ? { ...one, askAt: again } : one));
  const noted = updateNode(turn, node.name, { sequence: { ...node.sequence, missing } });
  return ranges(due).reduce(
    (sum, [first, last]) =>
      send(sum, { t: 'NS_rexmit', dest: node.name, firstseq: String(first), lastseq: String(last) }),
    noted,
  );
};

/** Asks every node for what is due. */
export const askForMissing = (turn: Turn): Turn => {
  let result = turn;
  for (const node of turn.state.nodes.values()) {
    if (node.sequence.missing.length > 0) result = askNode(result, node);
  }
  return result;
};

/** A request addressed to us. */
export const answerRexmit = (turn: Turn, from: string, request: Message): Turn => {
  const first = decimalNumber(request, 'firstseq');
  const last = decimalNumber(request, 'lastseq');
  if (first === undefined || last === undefined || last < first) return turn;
  const node = turn.state.nodes.get(from);
  const found = answer(turn.state.history, first, last, node?.acked ?? 0, turn.now.mono);
  const resent = found.resend.reduce((sum, message) => emit(sum, { type: 'send', message }), turn);
  const noted = update(resent, { history: found.history });
  // The same request over and over gets the same answer, but not fifty packets each time.
  const refused = node?.refused;
  const lately = refused !== undefined && turn.now.mono - refused.at < RESEND_PAUSE ? refused.upTo : 0;
  const naks = found.naks.filter((seq) => seq > lately);
  const highest = naks.at(-1);
  const told =
    highest === undefined ? noted : updateNode(noted, from, { refused: { upTo: highest, at: turn.now.mono } });
  const answered = naks.reduce(
    (sum, seq) =>
      send(say(sum, 'ERROR', `Cannot rexmit pkt ${seq} for ${from}: seqno too low`), {
        t: 'NS_nak_rexmit',
        firstseq: hex(seq),
        dest: from,
        info: 'seqno too low',
      }),
    told,
  );
  return found.unknown === undefined
    ? answered
    : sayRarely(answered, `rexmit ${from}`, 'WARN', [
        `Rexmit of seq ${found.unknown} requested. ${turn.state.nextSeq - 1} is max.`,
      ]);
};

/** Somebody cannot send a number again: nobody needs to wait for it any longer. */
export const givenUp = (turn: Turn, from: string, nak: Message): Turn => {
  const seq = hexNumber(nak, 'firstseq');
  const node = turn.state.nodes.get(from);
  if (seq === undefined || node === undefined || !node.sequence.missing.some((one) => one.seq === seq)) return turn;
  const left = updateNode(turn, from, { sequence: forget(node.sequence, seq) });
  return text(nak, 'dest') === turn.state.settings.self
    ? say(left, 'ERROR', `Irretrievably lost packet: node ${from} seq ${seq}`)
    : left;
};
