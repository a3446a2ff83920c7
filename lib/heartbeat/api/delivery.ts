/** Which local clients see a message of the cluster (heartbeat reference 7.4). */
import { type Message, message as makeMessage, text } from '../wire/message.js';
import {
  type ApiEffect,
  type ApiFacts,
  type ApiState,
  type Client,
  clientNamed,
  FILTER,
  type Quality,
  tell,
} from './state.js';

/** A question of another node about one of our clients is answered with a cluster message, not shown to clients. */
const remoteQuestion = (state: ApiState, message: Message, facts: ApiFacts): readonly ApiEffect[] => {
  const asker = text(message, 'src');
  const name = text(message, 'cn');
  const id = text(message, 'from_id');
  if (asker === undefined || asker === facts.self || text(message, 'dest') !== facts.self) return [];
  if (name === undefined || id === undefined) return [];
  const cs = clientNamed(state, name) === undefined ? 'offline' : 'online';
  const response = makeMessage({ t: 'respond-cstatus', dest: asker, result: 'OK', cn: name, to_id: id, cs });
  return [{ type: 'submit', message: response }];
};

const wants = (client: Client, message: Message, quality: Quality): boolean => {
  if ((client.filter & FILTER[quality]) === 0) return false;
  const target = text(message, 'to_id');
  return target === undefined || target === client.name;
};

/** Replies to every client that wants the message. */
export const deliver = (state: ApiState, message: Message, quality: Quality, facts: ApiFacts): readonly ApiEffect[] => {
  if (quality === 'keepIt' && text(message, 't') === 'query-cstatus') return remoteQuestion(state, message, facts);
  return [...state.clients].flatMap(([connection, client]) =>
    wants(client, message, quality) ? tell(connection, client, message) : [],
  );
};

/** Whether some client wants to see messages of that quality; most of the time nobody does. */
export const isWanted = (state: ApiState, quality: Quality): boolean =>
  [...state.clients.values()].some(({ filter }) => (filter & FILTER[quality]) !== 0);
