/** Whatever bytes a local client sends: nobody else hears of it, nobody else is hurt, and nothing is made of it but answers. */
import fc from 'fast-check';
import { emptyFrameStream, encodeFrame, feedFrames } from '../../../lib/heartbeat/api/frame.js';
import {
  type ApiEffect,
  type ApiEvent,
  type ApiState,
  FILTER,
  initialApiState,
  stepApi,
} from '../../../lib/heartbeat/api/session.js';
import { message, text } from '../../../lib/heartbeat/wire/message.js';
import { decodeUnsigned } from '../../../lib/heartbeat/wire/unsigned.js';
import { FACTS, VIEW, WITH_IPFAIL } from '../../support/api-world.js';
import { arbitraryMessage } from '../../support/arbitrary-message.js';

/** ipfail on connection 0, a casual client on 1, and the one that sends whatever it likes on 2. */
const ROGUE = 2;
const RUNS = Number(process.env.HA_SUITE_FAULT_RUNS ?? 150);
const signOn = (state: ApiState, connection: number, pid: number, name: string): ApiState => {
  const who: ApiEvent = { type: 'connected', connection, credentials: { pid, uid: 0, gid: 0 } };
  const fields = { t: 'hbapi-req', reqtype: 'signon', pid: `${pid}`, from_id: name, uid: '0', gid: '0' };
  const asked: ApiEvent = { type: 'received', connection, message: message(fields) };
  return [who, asked].reduce((sum, event) => stepApi(sum, event, VIEW, FACTS).state, state);
};
const OTHERS = signOn(WITH_IPFAIL, 1, 400, '400');

const feed = (state: ApiState, bytes: readonly Uint8Array[]) => {
  let now = state;
  let stream = emptyFrameStream;
  const effects: ApiEffect[] = [];
  const step = (event: ApiEvent): void => {
    const next = stepApi(now, event, VIEW, FACTS);
    now = next.state;
    effects.push(...next.effects);
  };
  for (const chunk of bytes) {
    if (!now.connections.has(ROGUE)) break;
    const fed = feedFrames(stream, chunk);
    stream = fed.stream;
    for (const body of fed.bodies) {
      const decoded = decodeUnsigned(body);
      step(
        decoded.ok
          ? { type: 'received', connection: ROGUE, message: decoded.message }
          : { type: 'unreadable', connection: ROGUE },
      );
    }
    if (fed.problem !== undefined) step({ type: 'garbled', connection: ROGUE, problem: fed.problem });
  }
  return { state: now, effects };
};

const word = fc.constantFrom(
  ...['signon', 'signoff', 'nodelist', 'getparm', 'setfilter', 'setsignal', 'clientstatus', 'iflist', 'getuuid'],
  ...['ipfail', '400', '401', '300', 'okapp', 'lb1', 'lb2', '3f', '10', '0', '', 'x', '__proto__', 'constructor'],
);
const name = fc.constantFrom(
  'reqtype',
  'from_id',
  'to_id',
  'pid',
  'uid',
  'gid',
  'node',
  'cn',
  'fmask',
  'signal',
  'pname',
);
const request = fc
  .dictionary(name, word)
  .map((fields) => encodeFrame(message({ t: 'hbapi-req', pid: '401', from_id: '401', ...fields })));
const anyMessage = arbitraryMessage.map((one) => encodeFrame(one));
const netstring = fc
  .array(fc.constantFrom('###\n', '%%%\n', '5:(0)t=', '-1:', '99999999999:', '(', '\0', '4:(1)=,'), { maxLength: 12 })
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));
const framed = fc.oneof(fc.uint8Array({ maxLength: 40 }), netstring).map((body) => {
  const header = Buffer.alloc(8);
  header.writeInt32LE(body.length, 0);
  header.writeUInt32LE(0xabcd, 4);
  return Buffer.concat([header, body]);
});
const broken = fc
  .tuple(request, fc.nat(), fc.integer({ min: 0, max: 255 }))
  .map(([frame, at, value]) => Buffer.from(frame).fill(value, at % frame.length, (at % frame.length) + 1));
const traffic = fc.array(fc.oneof(request, anyMessage, framed, broken, fc.uint8Array()), { maxLength: 15 });

const check = (start: ApiState, rogue: string | undefined) => (chunks: readonly Uint8Array[]) => {
  const { state, effects } = feed(start, chunks);
  // The others are as they were.
  for (const id of [0, 1]) {
    expect(state.clients.get(id)).toEqual(start.clients.get(id));
    expect(state.connections.get(id)).toEqual(start.connections.get(id));
  }
  for (const effect of effects) {
    if (effect.type === 'reply' || effect.type === 'close') expect(effect.connection).toBe(ROGUE);
    if (effect.type === 'signal') expect(effect.pid).toBe(401);
    if (effect.type === 'log') expect(effect.text.length).toBeLessThan(70_000);
    if (effect.type !== 'submit') continue;
    const type = text(effect.message, 't');
    if (type === 'query-cstatus') continue;
    // A named client speaks in its own name, and a casual one not at all.
    expect(text(effect.message, 'from_id')).toBe(rogue ?? 'okapp');
    expect(text(effect.message, 'to_id')).toBe(rogue ?? 'okapp');
    expect(effect.message.fields.filter((field) => field.name === 'from_id')).toHaveLength(1);
  }
};

test('from somebody who has not signed on, or does so meanwhile', () => {
  const connected: ApiEvent = { type: 'connected', connection: ROGUE, credentials: { pid: 401, uid: 0, gid: 0 } };
  const start = stepApi(OTHERS, connected, VIEW, FACTS).state;
  fc.assert(fc.property(traffic, check(start, undefined)), { numRuns: RUNS });
});

test('from a casual client', () => {
  const start = signOn(OTHERS, ROGUE, 401, '401');
  fc.assert(fc.property(traffic, check(start, '401')), { numRuns: RUNS });
});

test('from a named client', () => {
  const start = signOn(OTHERS, ROGUE, 401, 'okapp');
  expect(start.clients.get(ROGUE)?.name).toBe('okapp');
  fc.assert(fc.property(traffic, check(start, 'okapp')), { numRuns: RUNS });
});

test('only a client that root lets debug sees what another sends', () => {
  const start = signOn(OTHERS, ROGUE, 401, '401');
  const casual = start.clients.get(1);
  if (casual === undefined) throw new Error('not signed on');
  const debugging = { ...start, clients: new Map(start.clients).set(1, { ...casual, filter: FILTER.apiCall }) };
  fc.assert(
    fc.property(traffic, (chunks) => {
      const told = feed(debugging, chunks).effects.flatMap((effect) =>
        effect.type === 'reply' ? [effect.connection] : [],
      );
      expect(told.filter((connection) => connection === 0)).toEqual([]);
    }),
  );
});

test('a stranger alone', () => {
  fc.assert(fc.property(traffic, (chunks) => void feed(initialApiState, chunks)));
});
