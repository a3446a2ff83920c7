/** A channel without a network: what the server sends is fed in by hand. */
import type { Channel, Listener } from '../../../../lib/ldirectord/checks/dialogue/channel.js';

export interface FakeChannel {
  readonly channel: Channel;
  readonly sent: readonly string[];
  readonly closed: () => boolean;
  readonly feed: Listener['data'];
  readonly end: Listener['end'];
  readonly fail: Listener['error'];
}

export const fakeChannel = (datagrams = false): FakeChannel => {
  let listener: Listener | undefined;
  let closed = false;
  const sent: string[] = [];
  return {
    channel: {
      localAddress: '192.0.2.1',
      localPort: 4711,
      datagrams,
      listen: (hearing) => {
        listener = hearing;
      },
      send: (text) => sent.push(text),
      finish: () => sent.push('<end>'),
      close: () => {
        closed = true;
      },
    },
    sent,
    closed: () => closed,
    feed: (chunk) => listener?.data(chunk),
    end: () => listener?.end(),
    fail: (cause, why) => listener?.error(cause, why),
  };
};
