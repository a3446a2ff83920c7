/** Answers to clients: `t=hbapi-resp`, the request type again, data, then the result (heartbeat reference 7.3). */
import { type Field, type Message, message, text } from '../wire/message.js';

export type Result = 'OK' | 'ok/more' | 'badreq' | 'fail';

/** String values become string fields, bytes a binary field; undefined values are left out. */
export type Data = Readonly<Record<string, string | Uint8Array | undefined>>;

const dataFields = (data: Data): readonly Field[] =>
  Object.entries(data).flatMap(([name, value]): readonly Field[] => {
    if (value === undefined) return [];
    return [typeof value === 'string' ? { type: 'string', name, value } : { type: 'binary', name, value }];
  });

/** An answer to `request`. `after` are fields that stand behind the result. */
export const answer = (request: Message, data: Data, result: Result, after: Data = {}): Message => ({
  fields: [
    ...message({ t: 'hbapi-resp', reqtype: text(request, 'reqtype') ?? '' }).fields,
    ...dataFields(data),
    ...message({ result }).fields,
    ...dataFields(after),
  ],
});
