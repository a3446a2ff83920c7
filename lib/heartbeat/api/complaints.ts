/** Log lines about what clients send, in genuine words but not without end. */
import type { Priority } from '../../log.js';
import { dumpLines } from '../wire/dump.js';
import type { Message } from '../wire/message.js';
import { type ApiEffect, type ApiState, type ApiStep, withPeer } from './state.js';

/** A connection is complained about that often; a client gone mad must not fill the disk. */
const MAX_COMPLAINTS = 100;

export type Line = readonly [priority: Priority, text: string];

export const asError = (line: string): Line => ['ERROR', line];

/** The lines that show a message. */
export const dump = (message: Message): readonly Line[] => dumpLines(message).map(asError);

/** Logs the lines before `step`, unless this connection has been complained about often enough. */
export const complain = (state: ApiState, connection: number, lines: readonly Line[]): ApiStep => {
  const peer = state.connections.get(connection);
  if (peer === undefined || lines.length === 0) return { state, effects: [] };
  if (peer.complaints > MAX_COMPLAINTS) return { state, effects: [] };
  const last: readonly Line[] =
    peer.complaints === MAX_COMPLAINTS
      ? [['WARN', `Client pid ${peer.who.pid} goes on like this: no more is logged about it`]]
      : lines;
  return {
    state: withPeer(state, connection, { ...peer, complaints: peer.complaints + 1 }),
    effects: last.map(([priority, text]): ApiEffect => ({ type: 'log', priority, text })),
  };
};
