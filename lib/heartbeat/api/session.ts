/**
 * The client API as one pure machine over all connections (heartbeat reference 7.1 to 7.4).
 *
 * The daemon owns the socket `/run/heartbeat/register`: it numbers connections, tells this machine of each
 * (`connected` with SO_PEERCRED), cuts the bytes with feedFrames, decodes bodies with decodeUnsigned, passes every
 * message as `received` (or `unreadable`), and every `deliver` effect of the cluster machine as `deliver`.
 *
 * Effects are performed strictly in their order. A `submit` goes to the cluster machine at once, and the `deliver`
 * effects that this yields come back here before the next effect is performed: that is how a named client sees its
 * join notice before the answer to its sign-on. `reply` is written with encodeFrame. `close` comes after what was
 * replied; the machine has forgotten the connection by then and needs no `closed` event for it (one does no harm).
 */
import type { Message } from '../wire/message.js';
import { asError, complain } from './complaints.js';
import { deliver } from './delivery.js';
import { fromClient } from './requests.js';
import { type Departure, leave, signOn } from './signon.js';
import {
  type ApiEffect,
  type ApiEvent,
  type ApiFacts,
  type ApiState,
  type ApiStep,
  type ApiView,
  withPeer,
} from './state.js';

export * from './state.js';

const only = (state: ApiState, ...effects: readonly ApiEffect[]): ApiStep => ({ state, effects });

const after = (first: ApiStep, next: (state: ApiState) => ApiStep): ApiStep => {
  const { state, effects } = next(first.state);
  return { state, effects: [...first.effects, ...effects] };
};

const received = (state: ApiState, connection: number, sent: Message, view: ApiView, facts: ApiFacts): ApiStep => {
  const peer = state.connections.get(connection);
  if (peer === undefined) return only(state);
  const read = peer.unreadable === 0 ? state : withPeer(state, connection, { ...peer, unreadable: 0 });
  // Debugging clients see what others ask for.
  const shown = only(read, ...deliver(read, sent, 'apiCall', facts));
  const client = read.clients.get(connection);
  return after(shown, (now) =>
    client === undefined
      ? signOn(now, connection, sent, peer.who, facts)
      : fromClient({ state: now, connection, client, request: sent }, view, facts),
  );
};

/** Ends a connection for a reason of ours. */
const expel = (
  state: ApiState,
  connection: number,
  lines: readonly string[],
  why: Departure,
  facts: ApiFacts,
): ApiStep =>
  after(complain(state, connection, lines.map(asError)), (noted) => {
    const left = leave(noted, connection, why, facts);
    return only(left.state, ...left.effects, { type: 'close', connection });
  });

/** So many frames without a message end a connection. */
const MAX_UNREADABLE = 10;

const unreadable = (state: ApiState, connection: number, facts: ApiFacts): ApiStep => {
  const peer = state.connections.get(connection);
  if (peer === undefined) return only(state);
  const pid = state.clients.get(connection)?.pid ?? 0;
  const counted = withPeer(state, connection, { ...peer, unreadable: peer.unreadable + 1 });
  return after(complain(counted, connection, [['info', `No message from pid ${pid}`]]), (noted) =>
    peer.unreadable + 1 < MAX_UNREADABLE
      ? only(noted)
      : expel(noted, connection, [`Removing client pid ${pid}`], 'noinput', facts),
  );
};

/** One step of the API. Never throws, whatever a client sends. */
export const stepApi = (state: ApiState, event: ApiEvent, view: ApiView, facts: ApiFacts): ApiStep => {
  switch (event.type) {
    case 'connected':
      return only(withPeer(state, event.connection, { who: event.credentials, complaints: 0, unreadable: 0 }));
    case 'received':
      return received(state, event.connection, event.message, view, facts);
    case 'unreadable':
      return unreadable(state, event.connection, facts);
    case 'garbled': {
      const pid = state.connections.get(event.connection)?.who.pid;
      const what =
        event.problem.kind === 'length'
          ? `ipc_update_bufpool:msg length is corruptted(${event.problem.length})`
          : 'ipc_bufpool_update: magic number in head does not match. ' +
            `Something very bad happened, farside pid =${pid}`;
      const lines = [what, 'socket_resume_io_read: disconnecting the other side'];
      return expel(state, event.connection, lines, 'noinput', facts);
    }
    case 'stuck': {
      const name = state.clients.get(event.connection)?.name ?? 'not signed on';
      const pid = state.connections.get(event.connection)?.who.pid;
      const line = `Client [${name}] pid ${pid} does not read: disconnected with ${event.waiting} bytes waiting for it`;
      return expel(state, event.connection, [line], 'send queue full', facts);
    }
    case 'closed':
      return leave(state, event.connection, 'EOF', facts);
    case 'deliver':
      return only(state, ...deliver(state, event.message, event.quality ?? 'keepIt', facts));
  }
};
