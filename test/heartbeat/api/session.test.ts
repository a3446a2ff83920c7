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
const lines = (effects: readonly ApiEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.type === 'log' ? [`${effect.priority}: ${effect.text}`] : []));
const submitted = (effects: readonly ApiEffect[]): readonly Message[] =>
  effects.flatMap((effect) => (effect.type === 'submit' ? [effect.message] : []));
const isClosed = (effects: readonly ApiEffect[], connection: number): boolean =>
  effects.some((effect) => effect.type === 'close' && effect.connection === connection);

describe('sign-on', () => {
  test.each([
    ['casual as root', '400', 0, 0, undefined],
    ['casual as member of haclient', '400', 1000, 107, undefined],
    ['casual as somebody else', '400', 1000, 1000, 'client failed authorization'],
    ['casual with a name that begins with its pid', '400x', 0, 0, undefined],
    ['ipfail as hacluster', 'ipfail', 104, 107, undefined],
    ['ipfail as somebody else', 'ipfail', 1000, 1000, 'client failed authorization'],
    ['configured client', 'okapp', 0, 0, undefined],
    ['client without a rule', 'other', 0, 0, 'no default client auth'],
    ['a name of 32 characters', 'x'.repeat(32), 0, 0, 'invalid id info'],
  ])('%s', (_, name, uid, gid, reason) => {
    const { effects, state } = run(initialApiState, [connected(1, uid, gid), signon(1, name, uid, gid)]);
    expect(state.clients.size).toBe(reason === undefined ? 1 : 0);
    if (reason === undefined) expect(lastReply(effects, 'result')).toBe('OK');
    // Casual clients get no notice that they have left.
    else expect(reasons(effects)).toEqual(name === '400' ? [reason] : [reason, reason]);
    expect(isClosed(effects, 1)).toBe(reason !== undefined);
  });

  test('a default rule stands in for clients without their own', () => {
    const facts = { ...FACTS, apiAuth: [{ client: 'default', uids: ['1000'], gids: [] }] };
    expect(run(initialApiState, [connected(1, 1000), signon(1, 'other', 1000)], facts).state.clients.size).toBe(1);
  });

  const CANNOT = 'ERROR: api_process_registration_msg: cannot add client';
  test.each([
    [
      'no process of that number',
      { pid: '5000000' },
      'bad pid',
      ['WARN: api_add_client: bad pid [5000000]', `${CANNOT}()`],
    ],
    ['a pid that is none', { pid: 'x' }, 'bad pid', ['WARN: api_add_client: bad pid [0]', `${CANNOT}()`]],
    [
      'no name',
      { from_id: '' },
      'duplicate add request',
      ['WARN: duplicate client add request [] [400]', `${CANNOT}()`],
    ],
    [
      'the name of somebody else',
      { from_id: 'ipfail' },
      'duplicate add request',
      ['WARN: duplicate client add request [ipfail] [400]', `${CANNOT}()`],
    ],
    ['the uid of somebody else', { uid: '5' }, 'incorrect/false credentials', [`${CANNOT}(400)`]],
    ['the gid of somebody else', { gid: '5' }, 'incorrect/false credentials', [`${CANNOT}(400)`]],
    [
      'the pid of somebody else',
      { pid: '401', from_id: '401' },
      'pid mismatch',
      [
        'info: PID mismatch: 401 vs farside_pid: 400',
        'WARN: Client [401] pid 401 failed authorization [pid mismatch]',
        `${CANNOT}(401)`,
      ],
    ],
    [
      'a client without a rule',
      { from_id: 'other' },
      'no default client auth',
      ['WARN: Client [other] pid 400 failed authorization [no default client auth]', `${CANNOT}(other)`],
    ],
  ])('refused: %s', (_, more, reason, expected) => {
    const { effects } = run(WITH_IPFAIL, [connected(1), request(1, 'signon', { uid: '0', gid: '0', ...more })]);
    expect(reasons(effects)[0]).toBe(reason);
    expect(lines(effects)).toEqual(expected);
    expect(submitted(effects)).toEqual([]);
    expect(isClosed(effects, 1)).toBe(true);
  });

  test('a uid that is no number is shown with the whole request', () => {
    const { effects } = run(initialApiState, [connected(1), request(1, 'signon', { uid: 'x', gid: '0' })]);
    expect(reasons(effects)).toEqual(['invalid id info']);
    expect(lines(effects).slice(0, 2)).toEqual([
      'ERROR: MSG: Dumping message with 7 fields',
      'ERROR: MSG[0] : [t=hbapi-req]',
    ]);
    expect(lines(effects).slice(-2)).toEqual([
      'ERROR: Client user/group id is incorrect [x] => -1 [0] => -1',
      `${CANNOT}(400)`,
    ]);
  });

  test('two connections of one process are two clients, and each hears its own answers', () => {
    const both = run(initialApiState, [connected(1), signon(1, 'okapp'), connected(2), signon(2, '400')]);
    expect(both.state.clients.size).toBe(2);
    const answered = (connection: number) =>
      run(both.state, [request(connection, 'nodelist', connection === 1 ? { from_id: 'okapp' } : {})]).effects.flatMap(
        (effect) => (effect.type === 'reply' ? [effect.connection] : []),
      );
    expect(new Set(answered(1))).toEqual(new Set([1]));
    expect(new Set(answered(2))).toEqual(new Set([2]));
  });

  test('before it nothing is answered, but it may still follow', () => {
    const early = run(initialApiState, [connected(1), request(1, 'nodelist')]);
    expect(replies(early.effects)).toEqual([]);
    expect(lines(early.effects)[0]).toBe('ERROR: api_process_registration_msg: bad message');
    expect(lastReply(run(early.state, [signon(1, '400')]).effects, 'result')).toBe('OK');
  });

  test('the cluster and the client itself hear why a named client leaves', () => {
    const why = (event: ApiEvent, facts: ApiFacts = FACTS) => {
      const { effects, state } = run(WITH_IPFAIL, [event], facts);
      expect(state.clients.size).toBe(0);
      const [told] = replies(effects);
      expect(submitted(effects)).toEqual([told]);
      return told === undefined ? undefined : text(told, 'info');
    };
    expect(why({ type: 'closed', connection: 0 })).toBe('EOF');
    expect(why({ type: 'closed', connection: 0 }, { ...FACTS, processExists: () => false })).toBe('died');
    expect(why(received(0, { t: 'hbapi-req', reqtype: 'signoff', from_id: 'ipfail', pid: '300' }))).toBe('signoff');
    expect(why({ type: 'stuck', connection: 0, waiting: 2_000_000 })).toBe('send queue full');
  });
});

describe('requests', () => {
  const casual = run(initialApiState, [connected(1), signon(1, '400')]).state;
  const user = run(initialApiState, [connected(1, 1000, 107), signon(1, '400', 1000, 107)]).state;
  const ask = (reqtype: string, more: Readonly<Record<string, string>> = {}, state = casual) =>
    run(state, [request(1, reqtype, more)]).effects;
  const outcome = (effects: readonly ApiEffect[]) => [lastReply(effects, 'result'), lastReply(effects, 'info')];

  test.each([
    ['setfilter', {}, 'badreq', 'EINVAL'],
    ['setfilter', { fmask: '0' }, 'badreq', 'EINVAL'],
    ['setfilter', { fmask: '40' }, 'badreq', 'EINVAL'],
    ['setfilter', { fmask: 'x' }, 'badreq', 'EINVAL'],
    ['setfilter', { fmask: '1zz' }, 'OK', undefined],
    ['setfilter', { fmask: '0x3f' }, 'OK', undefined],
    ['setsignal', {}, 'badreq', undefined],
    ['setsignal', { signal: 'x' }, 'badreq', undefined],
    ['setsignal', { signal: '-1' }, 'badreq', 'EINVAL'],
    ['setsignal', { signal: '9' }, 'badreq', 'EINVAL'],
    ['setsignal', { signal: '19' }, 'badreq', 'EINVAL'],
    ['setsignal', { signal: '32' }, 'badreq', 'EINVAL'],
    ['setsignal', { signal: '31' }, 'OK', undefined],
    ['nodestatus', {}, 'badreq', 'EINVAL'],
    ['nodestatus', { node: 'nosuch' }, 'badreq', 'EINVAL'],
    ['nodestatus', { node: 'LB1' }, 'OK', undefined],
    ['ifstatus', { node: 'lb2', ifname: 'eth9' }, 'badreq', 'EINVAL'],
    ['clientstatus', { node: 'nosuch', cn: 'x' }, 'badreq', 'EINVAL'],
    ['getparm', {}, 'badreq', 'EINVAL'],
    ['getparm', { pname: 'nosuch' }, 'OK', undefined],
    ['getuuid', {}, 'badreq', 'no query node name found'],
    ['getuuid', { queryname: 'nosuch' }, 'OK', undefined],
    ['getnodename', {}, 'badreq', 'no query node name found'],
    ['signon', {}, 'badreq', undefined],
    ['nosuch', {}, 'badreq', undefined],
  ])('%s %j: %s %s', (reqtype, more, result, info) => {
    const effects = ask(reqtype, more);
    expect(outcome(effects)).toEqual([result, info]);
    const said = lines(effects).filter((line) => line.includes('bad request'));
    expect(said).toEqual(result === 'OK' ? [] : [`ERROR: api_process_request: bad request [${reqtype}]`]);
  });

  test('bits that show the traffic of others are for root', () => {
    expect(outcome(ask('setfilter', { fmask: '3' }, user))).toEqual(['badreq', 'EPERM']);
    expect(outcome(ask('setfilter', { fmask: '1' }, user))).toEqual(['OK', undefined]);
  });

  test('who has set them sees heartbeats, and what others ask for', () => {
    const beat: ApiEvent = { type: 'deliver', message: message({ t: 'status', src: 'lb2' }), quality: 'noChange' };
    expect(replies(run(casual, [beat]).effects)).toEqual([]);
    const debugging = run(casual, [request(1, 'setfilter', { fmask: '13' })]).state;
    expect(replies(run(debugging, [beat]).effects)).toHaveLength(1);
    const { effects } = run(debugging, [connected(2, 0, 0, 401), received(2, { t: 'hbapi-req', reqtype: 'x' })]);
    expect(effects[0]).toMatchObject({ type: 'reply', connection: 1 });
  });

  test('the signal comes with each message, answers included', () => {
    const signal = { type: 'signal', pid: 400, signal: 10 };
    const set = run(casual, [request(1, 'setsignal', { signal: '10' })]);
    expect(set.effects.at(-1)).toEqual(signal);
    const news: ApiEvent = {
      type: 'deliver',
      message: message({ t: 'ifstat', node: 'lb2', ifname: 'eth0', st: 'dead' }),
    };
    expect(run(set.state, [news]).effects.at(-1)).toEqual(signal);
    expect(run(set.state, [request(1, 'setsignal', { signal: '0' })]).effects.at(-1)?.type).toBe('reply');
  });

  test('nobody is signalled on the word of a client about its pid', () => {
    const unseen = run(initialApiState, [connected(1, 0, 0, 0), signon(1, '400')]).state;
    const { effects } = run(unseen, [request(1, 'setsignal', { signal: '10' })]);
    expect(lastReply(effects, 'result')).toBe('OK');
    expect(effects.filter(({ type }) => type === 'signal')).toEqual([]);
  });

  test('crm is answered as pacemaker, and the version can be asked for', () => {
    expect(lastReply(ask('getparm', { pname: 'crm' }), 'pvalue')).toBe('false');
    expect(lastReply(ask('getparm', { pname: 'hbversion' }), 'pvalue')).toMatch(/^3\.0\.6/);
    expect(lastReply(ask('getparm', { pname: 'toString' }), 'pvalue')).toBeUndefined();
  });

  test('a daemon that leaves resources alone says so', () => {
    const { effects } = run(casual, [request(1, 'getrsc')], { ...FACTS, managesResources: false });
    expect(outcome(effects)).toEqual(['badreq', 'Resource is managed by crm. Use crm tool to query resource']);
  });

  test('in legacy mode nothing is held, as ever', () => {
    const legacy = { ...FACTS, legacy: true };
    expect(lastReply(run(casual, [request(1, 'getrsc')], legacy).effects, 'rsc_hold')).toBe('none');
    const moving = { ...VIEW, resources: 'transition' as const };
    expect(lastReply(stepApi(casual, request(1, 'getrsc'), moving, legacy).effects, 'rsc_hold')).toBe('transition');
  });

  test('the status of a client of this node, or of one that is not active, is known at once', () => {
    const state = run(WITH_IPFAIL, [connected(1), signon(1, '400')]).state;
    const status = (node: string, cn: string, view = VIEW) =>
      stepApi(state, request(1, 'clientstatus', { node, cn }), view, FACTS).effects;
    expect(lastReply(status('lb1', 'ipfail'), 'cs')).toBe('online');
    expect(lastReply(status('lb1', 'other'), 'cs')).toBe('offline');
    const starting = { ...VIEW, nodes: VIEW.nodes.map((node) => ({ ...node, status: 'up' })) };
    expect(lastReply(status('lb2', 'ipfail', starting), 'cs')).toBe('offline');
    expect(submitted(status('lb2', 'ipfail'))).toEqual([
      message({ t: 'query-cstatus', dest: 'lb2', cn: 'ipfail', from_id: '400' }),
    ]);
  });

  test('the length of a queue may be wished for and is never answered', () => {
    for (const [more, line] of [
      [{}, 'ERROR: api_set_sendqlen: getting field F_SENDQLEN failed'],
      [{ sendqlen: '0' }, 'ERROR: api_set_sendqlen: invalid length value(0)'],
      [{ sendqlen: '9' }, 'info: the send queue length from heartbeat to client 400 is set to 9'],
    ] as const) {
      const effects = ask('set_sendqlen', more);
      expect(replies(effects)).toEqual([]);
      expect(lines(effects)).toEqual([line]);
    }
  });

  test.each([
    ['nobody', { from_id: 'x', pid: '1' }, 'ERROR: api_process_request: msg from non-client'],
    ['another client', { from_id: 'ipfail', pid: '1' }, 'ERROR: Client mismatch! (impersonation?)'],
    ['another process', { from_id: 'x', pid: '300' }, 'ERROR: Client mismatch! (impersonation?)'],
  ])('a request in the name of %s is not answered', (_, more, line) => {
    const state = run(WITH_IPFAIL, [connected(1), signon(1, '400')]).state;
    const { effects } = run(state, [request(1, 'numnodes', more)]);
    expect(replies(effects)).toEqual([]);
    expect(lines(effects)[0]).toBe(line);
  });

  test('a request without names or type is not answered', () => {
    const line = ['ERROR: api_process_request: no fromid/pid/reqtype in message.'];
    expect(lines(run(casual, [received(1, { t: 'hbapi-req', reqtype: 'numnodes' })]).effects)).toEqual(line);
    expect(lines(run(casual, [received(1, { t: 'hbapi-req', pid: '400' })]).effects)).toEqual(line);
  });

  test('a client gone mad is not complained about for ever', () => {
    const mad = run(
      casual,
      Array.from({ length: 1000 }, () => request(1, 'nodestatus', { node: 'x' })),
    );
    expect(replies(mad.effects)).toHaveLength(1000);
    expect(lines(mad.effects).length).toBeLessThan(1000);
    expect(lines(mad.effects).at(-1)).toBe('WARN: Client pid 400 goes on like this: no more is logged about it');
  });

  test('frames without a message are borne ten times in a row', () => {
    const noise: ApiEvent = { type: 'unreadable', connection: 1 };
    const nine = Array.from({ length: 9 }, () => noise);
    const borne = run(casual, [...nine, request(1, 'numnodes'), ...nine]);
    expect(isClosed(borne.effects, 1)).toBe(false);
    const last = run(borne.state, [noise]);
    expect(lines(last.effects)).toEqual(['info: No message from pid 400', 'ERROR: Removing client pid 400']);
    expect(isClosed(last.effects, 1)).toBe(true);
  });
});

describe('messages', () => {
  test('a casual client that sends one is disconnected', () => {
    const state = run(initialApiState, [connected(1), signon(1, '400')]).state;
    const { effects } = run(state, [received(1, { t: 'mytype' })]);
    expect(effects).toEqual([
      { type: 'log', priority: 'info', text: 'api_process_request: general message from casual client!' },
      { type: 'close', connection: 1 },
    ]);
  });

  test('one without a type is complained about and nothing else', () => {
    expect(run(WITH_IPFAIL, [received(0, { x: 'y' })]).effects).toEqual([
      { type: 'log', priority: 'ERROR', text: 'api_process_request: bad message type' },
    ]);
  });

  test('names of a client are forced, whatever it claims, and however often', () => {
    const names: Message = {
      fields: ['ask_resources', 'root', 'other'].map((value, index) => ({
        type: 'string',
        name: index === 0 ? 't' : 'from_id',
        value,
      })),
    };
    const { effects } = run(WITH_IPFAIL, [{ type: 'received', connection: 0, message: names }]);
    expect(submitted(effects)).toEqual([
      message({ t: 'ask_resources', from_id: 'ipfail', to_id: 'ipfail', client_gen: '0' }),
    ]);
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
    expect(run(WITH_IPFAIL, [{ type: 'deliver', message: question }]).effects).toEqual([
      {
        type: 'submit',
        message: message({ t: 'respond-cstatus', dest: 'lb2', result: 'OK', cn: 'ipfail', to_id: '77', cs: 'online' }),
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
    id.map((connection): ApiEvent => ({ type: 'garbled', connection, problem: { kind: 'magic' } })),
    id.map((connection): ApiEvent => ({ type: 'unreadable', connection })),
    id.map((connection): ApiEvent => ({ type: 'stuck', connection, waiting: 1_500_000 })),
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
