/** Sign-on checks, filters, client messages and questions from other nodes (heartbeat reference 7.2 to 7.4). */
import fc from 'fast-check';
import {
  type ApiEffect,
  type ApiEvent,
  type ApiFacts,
  type ApiState,
  initialApiState,
  stepApi,
} from '../../../lib/heartbeat/api/session.js';
import { type Message, message, text } from '../../../lib/heartbeat/wire/message.js';
import { FACTS, VIEW, WITH_IPFAIL } from '../../support/api-world.js';

const run = (start: ApiState, events: readonly ApiEvent[], facts: ApiFacts = FACTS) => {
  let state = start;
  const effects: ApiEffect[] = [];
  for (const event of events) {
    const step = stepApi(state, event, VIEW, facts);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
};

const connected = (connection: number, uid = 0, gid = 0, pid = 400): ApiEvent => ({
  type: 'connected',
  connection,
  credentials: { pid, uid, gid },
});
const received = (connection: number, fields: Readonly<Record<string, string>>): ApiEvent => ({
  type: 'received',
  connection,
  message: message(fields),
});
const request = (connection: number, reqtype: string, more: Readonly<Record<string, string>> = {}): ApiEvent =>
  received(connection, { t: 'hbapi-req', reqtype, dest: 'lb1', pid: '400', from_id: '400', ...more });
const signon = (connection: number, from: string, uid = 0, gid = 0): ApiEvent =>
  request(connection, 'signon', { from_id: from, uid: String(uid), gid: String(gid) });

const replies = (effects: readonly ApiEffect[]): readonly Message[] =>
  effects.flatMap((effect) => (effect.type === 'reply' ? [effect.message] : []));
const lastReply = (effects: readonly ApiEffect[], name: string): string | undefined => {
  const last = replies(effects).at(-1);
  return last === undefined ? undefined : text(last, name);
};
const reasons = (effects: readonly ApiEffect[]): readonly (string | undefined)[] =>
  replies(effects).map((one) => text(one, 'info'));

describe('sign-on', () => {
  test.each([
    ['casual as root', '400', 0, 0, undefined],
    ['casual as member of haclient', '400', 1000, 107, undefined],
    ['casual as somebody else', '400', 1000, 1000, 'client failed authorization'],
    ['ipfail as hacluster', 'ipfail', 104, 107, undefined],
    ['ipfail as somebody else', 'ipfail', 1000, 1000, 'client failed authorization'],
    ['configured client', 'okapp', 0, 0, undefined],
    ['client without a rule', 'other', 0, 0, 'no default client auth'],
    ['a name of 32 characters', 'x'.repeat(32), 0, 0, 'invalid id info'],
  ])('%s', (_, name, uid, gid, reason) => {
    const { effects, state } = run(initialApiState, [connected(1, uid, gid), signon(1, name, uid, gid)]);
    expect(state.clients.size).toBe(reason === undefined ? 1 : 0);
    if (reason === undefined) expect(lastReply(effects, 'result')).toBe('OK');
    else expect(reasons(effects)).toEqual([reason, reason]);
  });

  test('a default rule stands in for clients without their own', () => {
    const facts = { ...FACTS, apiAuth: [{ client: 'default', uids: ['1000'], gids: [] }] };
    expect(run(initialApiState, [connected(1, 1000), signon(1, 'other', 1000)], facts).state.clients.size).toBe(1);
  });

  test('claimed credentials must be those of the socket, and the pid too', () => {
    expect(reasons(run(initialApiState, [connected(1, 1000), signon(1, '400', 0)]).effects)[0]).toBe(
      'incorrect/false credentials',
    );
    expect(reasons(run(initialApiState, [connected(1, 0, 0, 401), signon(1, '400')]).effects)[0]).toBe('pid mismatch');
    const noPid = run(initialApiState, [connected(1), request(1, 'signon', { pid: 'x', uid: '0', gid: '0' })]);
    expect(reasons(noPid.effects)[0]).toBe('bad pid');
    expect(noPid.effects[0]).toEqual({ type: 'log', priority: 'WARN', text: 'api_add_client: bad pid [x]' });
  });

  test('a name can be used once; a refused client is disconnected', () => {
    const { effects } = run(WITH_IPFAIL, [connected(1, 104, 107), signon(1, 'ipfail', 104, 107)]);
    expect(reasons(effects)[0]).toBe('duplicate add request');
    expect(effects.at(-1)).toEqual({ type: 'close', connection: 1 });
  });

  test('nothing works before it, and the cluster hears when a named client dies', () => {
    expect(run(initialApiState, [connected(1), request(1, 'nodelist')]).effects.at(-1)).toEqual({
      type: 'close',
      connection: 1,
    });
    const { effects, state } = run(WITH_IPFAIL, [{ type: 'closed', connection: 0 }]);
    expect(state.clients.size).toBe(0);
    expect(effects).toHaveLength(1);
    expect(effects[0]).toMatchObject({ type: 'submit' });
    if (effects[0]?.type === 'submit') expect(text(effects[0].message, 'info')).toBe('died');
  });
});

describe('requests', () => {
  const casual = run(initialApiState, [connected(1), signon(1, '400')]).state;
  const user = run(initialApiState, [connected(1, 1000, 107), signon(1, '400', 1000, 107)]).state;

  test('a wrong filter, and one that shows the traffic of others', () => {
    expect(lastReply(run(user, [request(1, 'setfilter', { fmask: '3' })]).effects, 'info')).toBe('EPERM');
    expect(lastReply(run(user, [request(1, 'setfilter', { fmask: '1' })]).effects, 'result')).toBe('OK');
    expect(lastReply(run(casual, [request(1, 'setfilter', { fmask: '3f' })]).effects, 'result')).toBe('OK');
    expect(lastReply(run(casual, [request(1, 'setfilter', { fmask: 'x' })]).effects, 'info')).toBe('EINVAL');
  });

  test('the signal comes with each message', () => {
    const { effects } = run(casual, [
      request(1, 'setsignal', { signal: '10' }),
      { type: 'deliver', message: message({ t: 'ifstat', node: 'lb2', ifname: 'eth0', st: 'dead' }) },
    ]);
    expect(effects.at(-1)).toEqual({ type: 'signal', pid: 400, signal: 10 });
  });

  test('crm is answered as pacemaker, and the version can be asked for', () => {
    expect(lastReply(run(casual, [request(1, 'getparm', { pname: 'crm' })]).effects, 'pvalue')).toBe('false');
    expect(lastReply(run(casual, [request(1, 'getparm', { pname: 'hbversion' })]).effects, 'pvalue')).toMatch(
      /^3\.0\.6/,
    );
    expect(lastReply(run(casual, [request(1, 'getparm', { pname: 'toString' })]).effects, 'pvalue')).toBeUndefined();
  });

  test('unknown links and nodes are EINVAL, and logged', () => {
    const { effects } = run(casual, [request(1, 'ifstatus', { node: 'lb2', ifname: 'eth9' })]);
    expect(lastReply(effects, 'info')).toBe('EINVAL');
    expect(effects[0]).toEqual({
      type: 'log',
      priority: 'ERROR',
      text: 'api_process_request: bad request [ifstatus]',
    });
  });

  test('the status of a client of this node is known at once', () => {
    const state = run(WITH_IPFAIL, [connected(1), signon(1, '400')]).state;
    const ask = (cn: string) => run(state, [request(1, 'clientstatus', { node: 'lb1', cn })]).effects;
    expect(lastReply(ask('ipfail'), 'cs')).toBe('online');
    expect(lastReply(ask('other'), 'cs')).toBe('offline');
  });
});

describe('messages', () => {
  test('a casual client that sends one is disconnected', () => {
    const state = run(initialApiState, [connected(1), signon(1, '400')]).state;
    const { effects } = run(state, [received(1, { t: 'mytype' })]);
    expect(effects).toEqual([
      { type: 'log', priority: 'ERROR', text: 'api_process_request: general message from casual client!' },
      { type: 'close', connection: 1 },
    ]);
  });

  test('names of a client are forced, whatever it claims', () => {
    const { effects } = run(WITH_IPFAIL, [received(0, { t: 'ask_resources', from_id: 'root', info: 'me' })]);
    expect(effects).toHaveLength(1);
    if (effects[0]?.type !== 'submit') throw new Error('nothing was submitted');
    expect(text(effects[0].message, 'from_id')).toBe('ipfail');
    expect(text(effects[0].message, 'to_id')).toBe('ipfail');
  });

  test('only the client of that name sees a message with to_id', () => {
    const state = run(WITH_IPFAIL, [connected(1), signon(1, '400')]).state;
    const seen = (fields: Readonly<Record<string, string>>): readonly number[] =>
      run(state, [{ type: 'deliver', message: message(fields) }]).effects.flatMap((effect) =>
        effect.type === 'reply' ? [effect.connection] : [],
      );
    expect(seen({ t: 'num_ping_nodes', to_id: 'ipfail' })).toEqual([0]);
    expect(seen({ t: 'status', st: 'dead', src: 'lb2' })).toEqual([0, 1]);
  });

  test('another node asks for a client of ours', () => {
    const question = message({ t: 'query-cstatus', dest: 'lb1', cn: 'ipfail', from_id: '77', src: 'lb2' });
    const { effects } = run(WITH_IPFAIL, [{ type: 'deliver', message: question }]);
    expect(effects).toEqual([
      {
        type: 'submit',
        message: message({
          t: 'respond-cstatus',
          dest: 'lb2',
          result: 'OK',
          cn: 'ipfail',
          to_id: '77',
          cs: 'online',
        }),
      },
    ]);
  });
});

describe('whatever clients send', () => {
  const id = fc.constantFrom(0, 1, 2);
  const word = fc.constantFrom(
    'signon',
    'signoff',
    'nodelist',
    'iflist',
    'getparm',
    'setfilter',
    'clientstatus',
    '400',
    'okapp',
    'lb2',
    '0',
    '3f',
    '__proto__',
    '',
  );
  const fields = fc.dictionary(
    fc.constantFrom('t', 'reqtype', 'from_id', 'pid', 'uid', 'gid', 'node', 'cn', 'fmask', 'pname', 'dest', 'signal'),
    fc.oneof(word, fc.constant('hbapi-req')),
  );
  const event: fc.Arbitrary<ApiEvent> = fc.oneof(
    id.map((connection) => connected(connection)),
    id.map((connection) => signon(connection, '400')),
    id.map((connection) => signon(connection, 'okapp')),
    fc.tuple(id, fields).map(([connection, sent]) => received(connection, { t: 'hbapi-req', ...sent })),
    fc.tuple(id, fields).map(([connection, sent]) => received(connection, sent)),
    id.map((connection): ApiEvent => ({ type: 'closed', connection })),
    id.map((connection): ApiEvent => ({ type: 'garbled', connection, detail: 'noise' })),
    fields.map((sent): ApiEvent => ({ type: 'deliver', message: message(sent) })),
  );

  test('never throws, answers only known connections, and no name is used twice', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let state = initialApiState;
        for (const one of events) {
          const before = state;
          const step = stepApi(state, one, VIEW, FACTS);
          state = step.state;
          const names = [...state.clients.values()].map(({ name }) => name);
          expect(new Set(names).size).toBe(names.length);
          expect([...state.clients.keys()].every((key) => state.connections.has(key))).toBe(true);
          for (const effect of step.effects)
            if (effect.type === 'reply') expect(before.connections.has(effect.connection)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
