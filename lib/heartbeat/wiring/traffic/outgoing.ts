/** Turns a message into what the media send: signed once, packed where ha.cf says so, the text form only when wanted. */
import { REPORT } from '../../cluster/told.js';
import type { AuthKey, HaConfig } from '../../config/model.js';
import { MAX_DATAGRAM } from '../../media/datagram.js';
import type { Outgoing } from '../../media/medium.js';
import { longestMessage } from '../../media/serial-queue.js';
import type { Codecs } from '../../wire/compressed.js';
import { type Message, text as textOf } from '../../wire/message.js';
import { encodeLongPacket, encodeTextPacket } from '../../wire/packet.js';

/** @throws RangeError when the message cannot be carried (a bug of the caller: no decoder returns such a message). */
export const outgoing = (
  message: Message,
  key: AuthKey,
  config: Pick<HaConfig, 'messageFormat' | 'compression'>,
  codecs: Codecs,
): Outgoing => {
  let text: Uint8Array | undefined;
  return {
    bulky: textOf(message, 't') === REPORT,
    netstring: encodeLongPacket(message, key, config.messageFormat, config.compression, codecs),
    text: () => {
      text ??= encodeTextPacket(message, key);
      return text;
    },
  };
};

/** Room for what is added before a message leaves: numbers, uuid, names, load. */
const CONTROL_FIELDS = 1024;

/** The longest packet that at least one medium can carry. */
const longestPacket = (config: Pick<HaConfig, 'media'>): number =>
  Math.max(
    ...config.media.map(({ value }) => {
      if (value.kind === 'serial') return longestMessage(value.baud);
      return value.kind.startsWith('ping') ? 0 : MAX_DATAGRAM;
    }),
  );

/** A lower bound of what a message takes, without encoding it. */
const atLeast = (message: Message): number =>
  message.fields.reduce(
    (sum, { type, value }) =>
      sum + (type === 'struct' ? atLeast(value) : type === 'list' ? value.join('').length : value.length),
    0,
  );

/**
 * Why a message that a client or script wants sent can go over no medium at all, or undefined. It must not be numbered
 * then: the other nodes would ask for it for ever.
 *
 * @throws RangeError like {@link outgoing}
 */
export const tooLarge = (
  message: Message,
  key: AuthKey,
  config: Pick<HaConfig, 'messageFormat' | 'compression' | 'media'>,
  codecs: Codecs,
): string | undefined => {
  const limit = longestPacket(config) - CONTROL_FIELDS;
  // Nearly always so; twice the size is more than any encoding adds.
  if (atLeast(message) * 2 + message.fields.length * 200 < limit) return undefined;
  const { netstring } = outgoing(message, key, config, codecs);
  if (netstring.length <= limit) return undefined;
  return `Message too long: a message of type ${textOf(message, 't') ?? '?'} takes ${netstring.length} bytes, at most ${limit} fit. It is dropped.`;
};
