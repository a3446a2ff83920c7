/** Signing on and off (heartbeat reference 7.2). */
import { type Message, message, text } from '../wire/message.js';
import { refusal } from './authorise.js';
import { leadingInt, scannedInt } from './c-number.js';
import { asError, complain, dump, type Line } from './complaints.js';
import { VERSION } from './queries.js';
import { answer, type Data } from './reply.js';
import {
  type ApiEffect,
  type ApiFacts,
  type ApiState,
  type ApiStep,
  type Client,
  type Credentials,
  clientNamed,
  FILTER,
  withClient,
  withoutConnection,
} from './state.js';

const MAX_NAME = 31;

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

/** Why somebody is refused, in genuine words, and what is logged about it. */
interface Refusal {
  readonly info: string;
  readonly lines: readonly Line[];
  /** The name as far as it was taken in when the check failed. */
  readonly known: { readonly name: string; readonly casual: boolean };
}

const NOBODY = { name: '', casual: false };

/** The first check that fails, in genuine order; undefined when none does. */
const problem = (
  request: Message,
  claimed: { readonly pid: number; readonly name: string; readonly casual: boolean },
  who: Credentials,
  state: ApiState,
  facts: ApiFacts,
): Refusal | undefined => {
  const { pid, name } = claimed;
  if (pid <= 0 || !facts.processExists(pid)) {
    return { info: 'bad pid', lines: [['WARN', `api_add_client: bad pid [${pid}]`]], known: NOBODY };
  }
  const from = text(request, 'from_id');
  if (from === '' || clientNamed(state, name) !== undefined) {
    const line = `duplicate client add request [${from ?? '(nullfromid)'}] [${text(request, 'pid') ?? '(nullcpid)'}]`;
    return { info: 'duplicate add request', lines: [['WARN', line]], known: NOBODY };
  }
  const failed = (info: string): Line => ['WARN', `Client [${name}] pid ${pid} failed authorization [${info}]`];
  // Genuine copies 32 bytes and forgets where they end.
  if (name.length > MAX_NAME) {
    const cut = { ...claimed, name: name.slice(0, MAX_NAME) };
    return { info: 'invalid id info', lines: [failed('invalid id info')], known: cut };
  }
  const uid = scannedInt(text(request, 'uid'));
  const gid = scannedInt(text(request, 'gid'));
  if (uid === undefined || gid === undefined) {
    const shown = [text(request, 'uid') ?? '<null>', uid ?? -1, text(request, 'gid') ?? '<null>', -1];
    const line = `Client user/group id is incorrect [${shown[0]}] => ${shown[1]} [${shown[2]}] => ${shown[3]}`;
    return { info: 'invalid id info', lines: [...dump(request), asError(line)], known: claimed };
  }
  if (uid !== who.uid || gid !== who.gid) return { info: 'incorrect/false credentials', lines: [], known: claimed };
  const refused = refusal(claimed, who, facts);
  if (refused !== undefined) return { info: refused, lines: [failed(refused)], known: claimed };
  // The kernel shows pid 0 for a process of a pid namespace that it cannot see from here.
  if (who.pid === 0 || who.pid === pid) return undefined;
  const mismatch: Line = ['info', `PID mismatch: ${pid} vs farside_pid: ${who.pid}`];
  return { info: 'pid mismatch', lines: [mismatch, failed('pid mismatch')], known: claimed };
};

/** A refusal tells the reason twice, in the answer and in a notice (not to casual clients), and ends the connection. */
const refuse = (
  state: ApiState,
  connection: number,
  request: Message,
  pid: number,
  { info, lines, known }: Refusal,
  facts: ApiFacts,
): ApiStep => {
  const generation = state.signOns;
  const noted = complain(state, connection, [
    ...lines,
    asError(`api_process_registration_msg: cannot add client(${known.name})`),
  ]);
  const reply: Message = { fields: answer(request, { info }, 'badreq', aboutDaemon(facts)).fields };
  // Genuine looks for the process once more, and a process that is not there has "died".
  const why = pid > 0 && !facts.processExists(pid) ? 'died' : info;
  const notice: readonly ApiEffect[] = known.casual
    ? []
    : [{ type: 'reply', connection, message: clientNotice('leave', known.name, facts.self, why, generation) }];
  return {
    state: { ...withoutConnection(noted.state, connection), signOns: generation + 1 },
    effects: [
      ...noted.effects,
      { type: 'reply', connection, message: reply },
      ...notice,
      { type: 'close', connection },
    ],
  };
};

/** The first message of a connection, which has to be a sign-on. Anything else is held against it, but it may try again. */
export const signOn = (
  state: ApiState,
  connection: number,
  request: Message,
  who: Credentials,
  facts: ApiFacts,
): ApiStep => {
  const counted = { ...state, signOns: state.signOns + 1 };
  if (text(request, 't') !== 'hbapi-req' || text(request, 'reqtype') !== 'signon') {
    return complain(counted, connection, [asError('api_process_registration_msg: bad message'), ...dump(request)]);
  }
  const from = text(request, 'from_id');
  const claimedPid = text(request, 'pid');
  if (from === undefined && claimedPid === undefined) {
    return complain(counted, connection, [asError('api_process_registration_msg: no fromid in msg')]);
  }
  const pid = leadingInt(claimedPid ?? '');
  const name = from ?? String(pid);
  const claimed = { pid, name, casual: leadingInt(name) === pid };
  const refused = problem(request, claimed, who, state, facts);
  if (refused !== undefined) return refuse(state, connection, request, pid, refused, facts);
  const client: Client = {
    name,
    casual: claimed.casual,
    pid,
    pidKnown: who.pid === pid,
    uid: who.uid,
    filter: FILTER.keepIt,
    signal: 0,
    generation: state.signOns,
  };
  const reply = answer(request, {}, 'OK', aboutDaemon(facts));
  // The notice goes to the whole cluster and comes back to the client itself before its answer.
  const notice = clientNotice('join', name, facts.self, 'signon', client.generation);
  return {
    state: withClient(counted, connection, client),
    effects: [
      ...(client.casual ? [] : [{ type: 'submit' as const, message: notice }]),
      { type: 'reply', connection, message: reply },
    ],
  };
};

/** Why a client is one no more. */
export type Departure = 'signoff' | 'EOF' | 'died' | 'badclient' | 'noinput' | 'send queue full';

/** A client leaves. It is told so itself (whatever still reads), and the cluster hears of named clients. */
export const leave = (state: ApiState, connection: number, why: Departure, facts: ApiFacts): ApiStep => {
  const client = state.clients.get(connection);
  const left = withoutConnection(state, connection);
  if (client === undefined || client.casual) return { state: left, effects: [] };
  const info = why !== 'signoff' && !facts.processExists(client.pid) ? 'died' : why;
  const notice = clientNotice('leave', client.name, facts.self, info, client.generation);
  return {
    state: left,
    effects: [
      { type: 'reply', connection, message: notice },
      { type: 'submit', message: notice },
    ],
  };
};
