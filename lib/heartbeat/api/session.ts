/**
 * The client API as one pure machine over all connections (heartbeat reference 7.1 to 7.4).
 *
 * The daemon owns the socket `/run/heartbeat/register`: it numbers connections, tells this machine of each
 * (`connected` with SO_PEERCRED), cuts the bytes with feedFrames, decodes bodies with decodeUnsigned, passes every
 * message as `received` (or `garbled`), and every `deliver` effect of the cluster machine as `deliver`.
 *
 * Effects are performed strictly in their order. A `submit` goes to the cluster machine at once, and the `deliver`
 * effects that this yields come back here before the next effect is performed: that is how a named client sees its
 * join notice before the answer to its sign-on. `reply` is written with encodeFrame. `close` comes after what was
 * replied; the machine has forgotten the connection by then and needs no `closed` event for it (one does no harm).
 */
import type { ClusterView } from '../cluster/interface.js';
import { type Message, message, text, withField } from '../wire/message.js';
import { clientNamed, deliver } from './delivery.js';
import { query } from './queries.js';
import { answer, invalid } from './reply.js';
import { leave, signOn } from './signon.js';
import {
  type ApiEffect,
  type ApiEvent,
  type ApiFacts,
  type ApiState,
  type ApiStep,
  type ApiView,
  type Client,
  FILTER,
  withClient,
  withoutConnection,
} from './state.js';

export * from './state.js';

const only = (state: ApiState, ...effects: readonly ApiEffect[]): ApiStep => ({ state, effects });

const reply = (state: ApiState, connection: number, ...messages: readonly Message[]): ApiStep => ({
  state,
  effects: messages.map((one) => ({ type: 'reply', connection, message: one })),
});

const badRequest = (state: ApiState, connection: number, request: Message): ApiStep =>
  only(
    state,
    { type: 'log', priority: 'ERROR', text: `api_process_request: bad request [${text(request, 'reqtype') ?? ''}]` },
    { type: 'reply', connection, message: invalid(request) },
  );

const setFilter = (state: ApiState, connection: number, client: Client, request: Message, facts: ApiFacts): ApiStep => {
  const mask = text(request, 'fmask') ?? '';
  if (!/^[0-9a-f]{1,8}$/i.test(mask)) return badRequest(state, connection, request);
  const filter = Number.parseInt(mask, 16);
  // Bits beyond the default show the traffic of others.
  const privileged = client.uid === 0 || client.uid === facts.daemonUid;
  if ((filter & ~FILTER.keepIt) !== 0 && !privileged)
    return reply(state, connection, answer(request, {}, 'badreq', { info: 'EPERM' }));
  return reply(withClient(state, connection, { ...client, filter }), connection, answer(request, {}, 'OK'));
};

const setSignal = (state: ApiState, connection: number, client: Client, request: Message): ApiStep => {
  const wanted = text(request, 'signal') ?? '';
  const signal = Number(wanted);
  if (!/^\d{1,3}$/.test(wanted) || signal > 64) return badRequest(state, connection, request);
  return reply(withClient(state, connection, { ...client, signal }), connection, answer(request, {}, 'OK'));
};

/** A live remote node is asked, and its answer reaches the client as a message of the cluster. */
const clientStatus = (
  state: ApiState,
  connection: number,
  client: Client,
  request: Message,
  view: ClusterView,
  facts: ApiFacts,
): ApiStep => {
  const name = text(request, 'cn');
  const node = view.nodes.find((candidate) => candidate.name === text(request, 'node'));
  if (name === undefined || node === undefined) return badRequest(state, connection, request);
  const local = node.name === facts.self;
  if (!local && node.status !== 'dead' && node.type === 'normal') {
    const question = message({ t: 'query-cstatus', dest: node.name, cn: name, from_id: client.name });
    return only(state, { type: 'submit', message: question });
  }
  const cs = local && clientNamed(state, name) !== undefined ? 'online' : 'offline';
  return reply(state, connection, answer(request, { subt: 'respond-cstatus', cs }, 'OK'));
};

const request = (
  state: ApiState,
  connection: number,
  client: Client,
  asked: Message,
  view: ApiView,
  facts: ApiFacts,
): ApiStep => {
  const type = text(asked, 'reqtype') ?? '';
  switch (type) {
    case 'signoff': {
      const left = leave(state, connection, 'signoff', facts);
      return { state: left.state, effects: [...left.effects, { type: 'close', connection }] };
    }
    case 'setfilter':
      return setFilter(state, connection, client, asked, facts);
    case 'setsignal':
      return setSignal(state, connection, client, asked);
    case 'clientstatus':
      return clientStatus(state, connection, client, asked, view, facts);
    case 'set_sendqlen':
      // Our queues grow as needed; genuine does not answer either.
      return only(state);
    default: {
      const answers = query(asked, view, facts);
      if (answers === undefined)
        return only(
          state,
          { type: 'log', priority: 'ERROR', text: 'Unknown API request' },
          { type: 'reply', connection, message: answer(asked, {}, 'badreq') },
        );
      return answers.length === 1 && answers[0] !== undefined && text(answers[0], 'result') === 'badreq'
        ? badRequest(state, connection, asked)
        : reply(state, connection, ...answers);
    }
  }
};

/** A message of a named client goes to the clients of the same name on all nodes. */
const clusterMessage = (
  state: ApiState,
  connection: number,
  client: Client,
  sent: Message,
  facts: ApiFacts,
): ApiStep => {
  if (client.casual || text(sent, 't') === undefined) {
    const why = client.casual ? 'general message from casual client!' : 'message without type';
    const left = leave(state, connection, 'died', facts);
    return {
      state: left.state,
      effects: [
        { type: 'log', priority: 'ERROR', text: `api_process_request: ${why}` },
        ...left.effects,
        { type: 'close', connection },
      ],
    };
  }
  const stamps = { from_id: client.name, to_id: client.name, client_gen: String(client.generation) };
  const stamped = Object.entries(stamps).reduce(
    (soFar, [name, value]) => withField(soFar, { type: 'string', name, value }),
    sent,
  );
  return only(state, { type: 'submit', message: stamped });
};

const received = (state: ApiState, connection: number, sent: Message, view: ApiView, facts: ApiFacts): ApiStep => {
  const who = state.connections.get(connection);
  if (who === undefined) return only(state);
  const client = state.clients.get(connection);
  const isRequest = text(sent, 't') === 'hbapi-req';
  if (client === undefined) {
    if (isRequest && text(sent, 'reqtype') === 'signon') return signOn(state, connection, sent, who, facts);
    return only(
      withoutConnection(state, connection),
      { type: 'log', priority: 'WARN', text: `client of pid ${who.pid} did not sign on, disconnected` },
      { type: 'close', connection },
    );
  }
  if (!isRequest) return clusterMessage(state, connection, client, sent, facts);
  // A second sign-on of one connection asks for a name that is in use: by itself.
  if (text(sent, 'reqtype') === 'signon') return badRequest(state, connection, sent);
  return request(state, connection, client, sent, view, facts);
};

/** One step of the API. Never throws, whatever a client sends. */
export const stepApi = (state: ApiState, event: ApiEvent, view: ApiView, facts: ApiFacts): ApiStep => {
  switch (event.type) {
    case 'connected': {
      const connections = new Map([...state.connections, [event.connection, event.credentials] as const]);
      return only({ ...state, connections });
    }
    case 'received':
      return received(state, event.connection, event.message, view, facts);
    case 'garbled': {
      const left = leave(state, event.connection, 'died', facts);
      const log: ApiEffect = { type: 'log', priority: 'WARN', text: `message of a local client: ${event.detail}` };
      return { state: left.state, effects: [log, ...left.effects, { type: 'close', connection: event.connection }] };
    }
    case 'closed':
      return leave(state, event.connection, 'died', facts);
    case 'deliver':
      return only(state, ...deliver(state, event.message, event.quality ?? 'keepIt', facts));
  }
};
