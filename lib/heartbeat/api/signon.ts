/** Signing on and off (heartbeat reference 7.2). */
import { type Message, message, text } from '../wire/message.js';
import { refusal } from './authorise.js';
import { VERSION } from './queries.js';
import { answer, type Data } from './reply.js';
import {
  type ApiFacts,
  type ApiState,
  type ApiStep,
  type Client,
  type Credentials,
  FILTER,
  withClient,
  withoutConnection,
} from './state.js';

const MAX_NAME = 31;

const number = (request: Message, name: string): number | undefined => {
  const value = text(request, name);
  return value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : undefined;
};

/** What every answer to a sign-on tells about the daemon. */
const aboutDaemon = (facts: ApiFacts): Data => ({
  deadtime: facts.deadtime.toString(16),
  keepalive: facts.keepalive.toString(16),
  node: facts.self,
  hbversion: VERSION,
  pacemaker: facts.parameters.pacemaker ?? 'false',
  logfacility: String(facts.facility),
});

/** The notice that a client came or went. Genuine sends it with the control fields of a cluster message. */
export const clientNotice = (
  status: 'join' | 'leave',
  name: string,
  self: string,
  info: string,
  generation: number,
): Message =>
  message({
    t: 'hbapi-clstat',
    st: status,
    from_id: name,
    to_id: name,
    src: self,
    info,
    client_gen: String(generation),
  });

/** Why the sign-on is refused, in genuine words and order; undefined when it is not. */
const problem = (
  request: Message,
  name: string,
  who: Credentials,
  state: ApiState,
  facts: ApiFacts,
): string | undefined => {
  const pid = number(request, 'pid');
  if (pid === undefined || pid === 0) return 'bad pid';
  if ([...state.clients.values()].some((client) => client.name === name)) return 'duplicate add request';
  if (name === '' || name.length > MAX_NAME) return 'invalid id info';
  if (number(request, 'uid') !== who.uid || number(request, 'gid') !== who.gid) return 'incorrect/false credentials';
  const refused = refusal({ name, casual: name === String(pid) }, who, facts);
  if (refused !== undefined) return refused;
  // The kernel shows pid 0 for a process of a pid namespace that it cannot see from here.
  return who.pid !== 0 && who.pid !== pid ? 'pid mismatch' : undefined;
};

/** A refusal tells the reason twice, in the answer and in a notice, and ends the connection. */
const refuse = (
  state: ApiState,
  connection: number,
  request: Message,
  name: string,
  info: string,
  facts: ApiFacts,
): ApiStep => {
  const generation = state.signOns;
  const known = info === 'duplicate add request' ? '' : name;
  const reply: Message = {
    fields: answer(request, { info }, 'badreq', aboutDaemon(facts)).fields,
  };
  const pid = text(request, 'pid') ?? '';
  const log =
    info === 'bad pid'
      ? `api_add_client: bad pid [${pid}]`
      : `Client [${name}] pid ${pid} failed authorization [${info}]`;
  return {
    state: { ...withoutConnection(state, connection), signOns: generation + 1 },
    effects: [
      { type: 'log', priority: 'WARN', text: log },
      { type: 'reply', connection, message: reply },
      { type: 'reply', connection, message: clientNotice('leave', known, facts.self, info, generation) },
      { type: 'close', connection },
    ],
  };
};

/** A connection asks to become a client. */
export const signOn = (
  state: ApiState,
  connection: number,
  request: Message,
  who: Credentials,
  facts: ApiFacts,
): ApiStep => {
  const pid = text(request, 'pid') ?? '';
  const name = text(request, 'from_id') ?? pid;
  const info = problem(request, name, who, state, facts);
  if (info !== undefined) return refuse(state, connection, request, name, info, facts);
  const client: Client = {
    name,
    casual: name === pid,
    pid: Number(pid),
    uid: who.uid,
    filter: FILTER.keepIt,
    signal: 0,
    generation: state.signOns,
  };
  const reply = answer(request, {}, 'OK', aboutDaemon(facts));
  // The notice goes to the whole cluster and comes back to the client itself before its answer.
  const notice = clientNotice('join', name, facts.self, 'signon', client.generation);
  return {
    state: { ...withClient(state, connection, client), signOns: state.signOns + 1 },
    effects: [
      ...(client.casual ? [] : [{ type: 'submit' as const, message: notice }]),
      { type: 'reply', connection, message: reply },
    ],
  };
};

/** A client leaves; `info` is `signoff` or `died`. The cluster hears of named clients. */
export const leave = (state: ApiState, connection: number, info: 'signoff' | 'died', facts: ApiFacts): ApiStep => {
  const client = state.clients.get(connection);
  const notice =
    client === undefined || client.casual
      ? []
      : [{ type: 'submit' as const, message: clientNotice('leave', client.name, facts.self, info, client.generation) }];
  return { state: withoutConnection(state, connection), effects: notice };
};
