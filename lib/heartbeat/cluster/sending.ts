/** Completes outgoing messages with the control fields in genuine order, numbers them and keeps them (reference 3.5, 4.2). */
import { type Field, field, type Message, text } from '../wire/message.js';
import { hex } from './fieldnumbers.js';
import { remember } from './history.js';
import { deliver, emit, type Turn, update } from './turn.js';

const CONTROL = ['destuuid', 'src', 'srcuuid', 'seq', 'hg', 'ts', 'ld', 'ttl', 'auth'];
const NO_UUID = new Uint8Array(16);

const string = (name: string, value: string): Field => ({ type: 'string', name, value });
const binary = (name: string, value: Uint8Array): Field => ({ type: 'binary', name, value });

/** Unnumbered messages start with NS_; everything else is numbered and kept for retransmission. */
export const isNumbered = (type: string | undefined): boolean => !type?.startsWith('NS_');

/** The message as it goes out: its own fields, then ours. What it says itself in our fields is overwritten. */
const completed = (turn: Turn, message: Message, seq: number | undefined): Message => {
  const { state, now } = turn;
  const { settings } = state;
  const dest = text(message, 'dest');
  const destination = dest === undefined ? undefined : state.nodes.get(dest);
  // A node in doubt may have got another uuid; with none in the message its name decides (reference 4.1).
  const uuid = destination?.doubt === undefined ? destination?.uuid : undefined;
  const own =
    seq === undefined
      ? message.fields
      : message.fields
          // Notices about clients name the sender themselves, in a place of their own.
          .map((one) => (one.name === 'src' ? string('src', settings.self) : one))
          .filter((one, index, all) =>
            one.name === 'src' ? all.findIndex(({ name }) => name === 'src') === index : !CONTROL.includes(one.name),
          );
  const control: Field[] = [
    ...(destination === undefined ? [] : [binary('destuuid', uuid ?? NO_UUID)]),
    string('src', settings.self),
    binary('srcuuid', settings.uuid),
    ...(seq === undefined ? [] : [string('seq', hex(seq))]),
    string('hg', hex(settings.generation)),
    string('ts', hex(now.wall / 1000)),
    ...(seq === undefined ? [] : [string('ld', state.loadAverage)]),
    string('ttl', String(settings.hopfudge + settings.nodes.length + settings.pingNodes.length)),
  ];
  const present = { fields: own };
  return { fields: [...own, ...control.filter((one) => field(present, one.name) === undefined)] };
};

/** What a message is made of: text fields in order, or a message that came from elsewhere. */
export type Content = Readonly<Record<string, string>> | Message;

const isMessage = (content: Content): content is Message => Array.isArray((content as Message).fields);

const toMessage = (content: Content): Message =>
  isMessage(content) ? content : { fields: Object.entries(content).map(([name, value]) => string(name, value)) };

export interface Broadcast {
  readonly turn: Turn;
  /** As it went out. */
  readonly message: Message;
}

/** Sends to all media. */
export const transmit = (turn: Turn, content: Content): Broadcast => {
  const bare = toMessage(content);
  if (!isNumbered(text(bare, 't'))) {
    const message = completed(turn, bare, undefined);
    return { turn: emit(turn, { type: 'send', message }), message };
  }
  const seq = turn.state.nextSeq;
  const message = completed(turn, bare, seq);
  const numbered = update(turn, { nextSeq: seq + 1, history: remember(turn.state.history, seq, message) });
  return { turn: emit(numbered, { type: 'send', message }), message };
};

/** Sends to all media, where nobody on this node needs to hear of it. */
export const send = (turn: Turn, content: Content): Turn => transmit(turn, content).turn;

/** Sends to all media and to our own clients, as genuine daemons do with their own resource messages (reference 7.4). */
export const broadcast = (turn: Turn, content: Content): Turn => {
  const sent = transmit(turn, content);
  return deliver(sent.turn, sent.message);
};
