/** Which local clients see a message of the cluster (heartbeat reference 7.4). */
import { type Message, text } from '../wire/message.js';
import { type ApiEffect, type ApiFacts, type ApiState, type Client, FILTER, type Quality } from './state.js';

const wants = (client: Client, message: Message, quality: Quality): boolean => {
  if ((client.filter & FILTER[quality]) === 0) return false;
  const target = text(message, 'to_id');
  return target === undefined || target === client.name;
};

/** The client of that name, if it is on this node. */
export const clientNamed = (state: ApiState, name: string): Client | undefined =>
  [...state.clients.values()].find((client) => client.name === name);

/** A question of another node about one of our clients is answered with a cluster message, not shown to clients. */
const remoteQuestion = (state: ApiState, message: Message, facts: ApiFacts): readonly ApiEffect[] => {
  const asker = text(message, 'src');
  const name = text(message, 'cn');
  const id = text(message, 'from_id');
  if (asker === undefined || asker === facts.self || text(message, 'dest') !== facts.self) return [];
  if (name === undefined || id === undefined) return [];
  const fields = {
    t: 'respond-cstatus',
    dest: asker,
    result: 'OK',
    cn: name,
    to_id: id,
    cs: clientNamed(state, name) === undefined ? 'offline' : 'online',
  };
  const response: Message = {
    fields: Object.entries(fields).map(([field, value]) => ({ type: 'string', name: field, value })),
  };
  return [{ type: 'submit', message: response }];
};

/** Replies to every client that wants the message, each with its signal if it has asked for one. */
export const deliver = (state: ApiState, message: Message, quality: Quality, facts: ApiFacts): readonly ApiEffect[] => {
  if (text(message, 't') === 'query-cstatus') return remoteQuestion(state, message, facts);
  return [...state.clients].flatMap(([connection, client]): readonly ApiEffect[] => {
    if (!wants(client, message, quality)) return [];
    const reply: ApiEffect = { type: 'reply', connection, message };
    return client.signal === 0 ? [reply] : [reply, { type: 'signal', pid: client.pid, signal: client.signal }];
  });
};
