/** Requests of clients that have signed on, with the answers and complaints of a genuine daemon (heartbeat reference 7.3). */
import { type Message, message, text } from '../wire/message.js';
import { leadingInt, scannedHex, scannedInt } from './c-number.js';
import { asError, complain, dump, type Line } from './complaints.js';
import { nodeAsked, query } from './queries.js';
import { answer, type Data, type Result } from './reply.js';
import { leave } from './signon.js';
import {
  type ApiEffect,
  type ApiFacts,
  type ApiState,
  type ApiStep,
  type ApiView,
  type Client,
  clientNamed,
  FILTER,
  tell,
  withClient,
} from './state.js';

/** What came in, and from whom. */
interface Asked {
  readonly state: ApiState;
  readonly connection: number;
  readonly client: Client;
  readonly request: Message;
}

const ALL = Object.values(FILTER).reduce((sum, bit) => sum | bit, 0);

const nothing = (state: ApiState): ApiStep => ({ state, effects: [] });

const logged = ({ state, connection }: Asked, ...lines: readonly Line[]): ApiStep => complain(state, connection, lines);

/** Answers with one message, or with a list. */
const ok = ({ state, connection, client, request }: Asked, ...data: readonly Data[]): ApiStep => ({
  state,
  effects: data.flatMap((one, index) => {
    const result: Result = index === data.length - 1 ? 'OK' : 'ok/more';
    return tell(connection, client, answer(request, one, result));
  }),
});

const refused = (asked: Asked, info: string | undefined, before: readonly Line[] = []): ApiStep => {
  const { connection, client, request } = asked;
  const bad = asError(`api_process_request: bad request [${text(request, 'reqtype') ?? ''}]`);
  const noted = logged(asked, ...before, bad, ...dump(request));
  const reply = answer(request, {}, 'badreq', { info });
  return { state: noted.state, effects: [...noted.effects, ...tell(connection, client, reply)] };
};

const setFilter = (asked: Asked, facts: ApiFacts): ApiStep => {
  const { state, connection, client, request } = asked;
  const filter = scannedHex(text(request, 'fmask'));
  if (filter === undefined || (filter & ALL) === 0) return refused(asked, 'EINVAL');
  // Bits beyond the default show the traffic of others.
  const debug = ALL & ~FILTER.keepIt;
  const privileged = client.uid === 0 || client.uid === facts.daemonUid;
  if ((filter & debug) !== 0 && (client.filter & debug) === 0 && !privileged) return refused(asked, 'EPERM');
  return ok({ ...asked, state: withClient(state, connection, { ...client, filter: filter & ALL }) }, {});
};

/** Signals that nobody can catch, and numbers that are none. */
const isUsable = (signal: number): boolean => signal >= 0 && signal < 32 && signal !== 9 && signal !== 19;

const setSignal = (asked: Asked): ApiStep => {
  const { state, connection, client, request } = asked;
  const signal = scannedInt(text(request, 'signal'));
  if (signal === undefined) return refused(asked, undefined);
  if (!isUsable(signal)) return refused(asked, 'EINVAL');
  const changed = { ...client, signal };
  return ok({ ...asked, client: changed, state: withClient(state, connection, changed) }, {});
};

/** A node that is active is asked, and its answer reaches the client as a message of the cluster. */
const clientStatus = (asked: Asked, view: ApiView, facts: ApiFacts): ApiStep => {
  const { state, request } = asked;
  const name = text(request, 'cn');
  const from = text(request, 'from_id');
  const node = nodeAsked(request, view);
  if (name === undefined || from === undefined || node === undefined) return refused(asked, 'EINVAL');
  if (node.name !== facts.self && node.status === 'active') {
    const question = message({ t: 'query-cstatus', dest: node.name, cn: name, from_id: from });
    return { state, effects: [{ type: 'submit', message: question }] };
  }
  const isHere = node.name === facts.self && clientNamed(state, name) !== undefined;
  return ok(asked, { subt: 'respond-cstatus', cs: isHere ? 'online' : 'offline' });
};

/** Our queues grow as needed; like genuine we do not answer. */
const setQueueLength = (asked: Asked): ApiStep => {
  const wanted = text(asked.request, 'sendqlen');
  if (wanted === undefined) return logged(asked, asError('api_set_sendqlen: getting field F_SENDQLEN failed'));
  const length = leadingInt(wanted);
  if (length <= 0) return logged(asked, asError(`api_set_sendqlen: invalid length value(${length})`));
  const line = `the send queue length from heartbeat to client ${asked.client.name} is set to ${length}`;
  return logged(asked, ['info', line]);
};

const question = (asked: Asked, view: ApiView, facts: ApiFacts): ApiStep => {
  const found = query(asked.request, view, facts);
  if (found === undefined) return refused(asked, undefined, [asError('Unknown API request')]);
  if (found.data === undefined) return refused(asked, found.wrong);
  const noted = found.error === undefined ? nothing(asked.state) : logged(asked, asError(found.error));
  const told = ok({ ...asked, state: noted.state }, ...found.data);
  return { state: told.state, effects: [...noted.effects, ...told.effects] };
};

/** Why a request is not that of the client whose connection it came over; undefined when it is. */
const impersonation = ({ state, client, request }: Asked): readonly Line[] | undefined => {
  const from = text(request, 'from_id');
  const claimed = text(request, 'pid');
  const pid = claimed === undefined ? undefined : leadingInt(claimed);
  const named = from === undefined ? undefined : clientNamed(state, from);
  // Name or number is enough: the answer goes to this connection in any case.
  if (named === client || pid === client.pid) return undefined;
  const other = named ?? [...state.clients.values()].find((one) => one.pid === pid);
  if (other === undefined) return [asError('api_process_request: msg from non-client')];
  return [
    asError('Client mismatch! (impersonation?)'),
    ['info', `pids (${other.pid} vs ${client.pid}), Client IDs (${other.name} vs ${client.name})`],
  ];
};

const request = (asked: Asked, view: ApiView, facts: ApiFacts): ApiStep => {
  const { state, connection } = asked;
  const type = text(asked.request, 'reqtype');
  const anonymous = text(asked.request, 'from_id') === undefined && text(asked.request, 'pid') === undefined;
  if (type === undefined || anonymous) {
    return logged(asked, asError('api_process_request: no fromid/pid/reqtype in message.'));
  }
  const wrong = impersonation(asked);
  if (wrong !== undefined) return logged(asked, ...wrong);
  switch (type) {
    case 'signoff': {
      const left = leave(state, connection, 'signoff', facts);
      return { state: left.state, effects: [...left.effects, { type: 'close', connection }] };
    }
    case 'setfilter':
      return setFilter(asked, facts);
    case 'setsignal':
      return setSignal(asked);
    case 'clientstatus':
      return clientStatus(asked, view, facts);
    case 'set_sendqlen':
      return setQueueLength(asked);
    default:
      return question(asked, view, facts);
  }
};

/** A message of a named client goes to the clients of the same name on all nodes. */
const clusterMessage = (asked: Asked, facts: ApiFacts): ApiStep => {
  const { state, connection, client } = asked;
  if (client.casual) {
    const noted = logged(asked, ['info', 'api_process_request: general message from casual client!']);
    const left = leave(noted.state, connection, 'badclient', facts);
    return { state: left.state, effects: [...noted.effects, ...left.effects, { type: 'close', connection }] };
  }
  const stamps = { from_id: client.name, to_id: client.name, client_gen: String(client.generation) };
  // Of a field that is there twice nobody must see the one that the client wrote.
  const own = asked.request.fields.filter(({ name }, index, all) => {
    const first = all.findIndex((other) => other.name === name);
    return !Object.hasOwn(stamps, name) || first === index;
  });
  const stamped = own.map((one) =>
    Object.hasOwn(stamps, one.name)
      ? ({ type: 'string', name: one.name, value: Reflect.get(stamps, one.name) } as const)
      : one,
  );
  const missing = Object.entries(stamps).filter(([name]) => !own.some((one) => one.name === name));
  const added = message(Object.fromEntries(missing));
  const submit: ApiEffect = { type: 'submit', message: { fields: [...stamped, ...added.fields] } };
  return { state, effects: [submit] };
};

/** Whatever a client that has signed on sends. */
export const fromClient = (asked: Asked, view: ApiView, facts: ApiFacts): ApiStep => {
  switch (text(asked.request, 't')) {
    case undefined:
      return logged(asked, asError('api_process_request: bad message type'));
    case 'hbapi-req':
      return request(asked, view, facts);
    default:
      return clusterMessage(asked, facts);
  }
};
