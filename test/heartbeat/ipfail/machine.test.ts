/** What ipfail says and asks for, message by message; the lines are those of the genuine one (recording `ping-ipfail`). */
import fc from 'fast-check';
import { initialIpfail, ipfailWakeAt, stepIpfail } from '../../../lib/heartbeat/ipfail/machine.js';
import type { IpfailEffect, IpfailEvent, IpfailState, Situation } from '../../../lib/heartbeat/ipfail/state.js';
import { type Message, message } from '../../../lib/heartbeat/wire/message.js';
import { millis } from '../../../lib/time.js';
import { arbitraryMessage } from '../../support/arbitrary-message.js';

const START = initialIpfail({ self: 'lb1', other: 'lb2', autoFailback: true, keepalive: millis(1000) });
const SEES: Situation = { pingNodes: ['10.0.0.1'], resources: 'local' };
const BLIND: Situation = { pingNodes: [], resources: 'local' };
const MOVING: Situation = { ...SEES, resources: 'transition' };

const hear = (fields: Readonly<Record<string, string>>): IpfailEvent => ({ type: 'message', message: message(fields) });
const count = (number: number): IpfailEvent =>
  hear({ t: 'num_ping_nodes', num_ping: String(number), src: 'lb2', from_id: 'ipfail', to_id: 'ipfail', dest: 'lb1' });

const run = (state: IpfailState, event: IpfailEvent, situation: Situation, at = 0) =>
  stepIpfail(state, event, situation, millis(at));
const info = (effects: readonly IpfailEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.type === 'log' && effect.priority === 'info' ? [effect.text] : []));
const sent = (effects: readonly IpfailEffect[]): readonly Message[] =>
  effects.flatMap((effect) => (effect.type === 'send' ? [effect.message] : []));

const asking = (number: number): Message =>
  message({ t: 'num_ping_nodes', src: 'lb1', num_ping: String(number), dest: 'lb2' });
const DEAD_LINK = hear({ t: 'ifstat', node: '10.0.0.1', ifname: '10.0.0.1', st: 'dead' });

describe('news', () => {
  test.each([
    [
      'a link dies and no ping node is left',
      DEAD_LINK,
      BLIND,
      [
        'Link Status update: Link 10.0.0.1/10.0.0.1 now has status dead',
        'We are dead. :<',
        'Asking other side for ping node count.',
      ],
      [asking(0)],
    ],
    [
      'a link dies while a ping node answers',
      DEAD_LINK,
      SEES,
      [
        'Link Status update: Link 10.0.0.1/10.0.0.1 now has status dead',
        'Asking other side for ping node count.',
        'Checking remote count of ping nodes.',
      ],
      [asking(1)],
    ],
    [
      'a link comes up',
      hear({ t: 'ifstat', node: 'lb2', ifname: 'eth0', st: 'up' }),
      SEES,
      ['Link Status update: Link lb2/eth0 now has status up'],
      [],
    ],
    [
      'the last ping node is dead',
      hear({ t: 'status', st: 'dead', src: '10.0.0.1', info: 'ping' }),
      BLIND,
      ['Status update: Node 10.0.0.1 now has status dead', 'NS: We are dead. :<'],
      [],
    ],
    [
      'one of two is dead',
      hear({ t: 'status', st: 'dead', src: '10.0.0.1', info: 'ping' }),
      SEES,
      ['Status update: Node 10.0.0.1 now has status dead', 'NS: We are still alive!'],
      [],
    ],
    [
      'a ping node answers',
      hear({ t: 'NS_st', st: 'ping', src: '10.0.0.1', info: 'ping' }),
      SEES,
      [
        'Status update: Node 10.0.0.1 now has status ping',
        'A ping node just came up.',
        'Asking other side for ping node count.',
      ],
      [asking(1)],
    ],
    [
      'the other ipfail signs on',
      hear({ t: 'hbapi-clstat', st: 'join', from_id: 'ipfail', to_id: 'ipfail', src: 'lb2' }),
      SEES,
      ['Asking other side for ping node count.'],
      [asking(1)],
    ],
    ['we sign on', hear({ t: 'hbapi-clstat', st: 'join', from_id: 'ipfail', src: 'lb1' }), SEES, [], []],
    ['our own request comes back', hear({ t: 'ask_resources', src: 'lb1', from_id: 'ipfail' }), SEES, [], []],
  ])('%s', (_, event, situation, lines, messages) => {
    const { effects } = run(START, event, situation);
    expect(info(effects)).toEqual(lines);
    expect(sent(effects)).toEqual(messages);
  });
});

describe('the count of the other node', () => {
  test('lower than ours: it is told to give up', () => {
    const { state, effects } = run(START, count(0), SEES);
    expect(info(effects)).toEqual(['Telling other node that we have more visible ping nodes.']);
    expect(sent(effects)).toEqual([message({ t: 'you_are_dead', dest: 'lb2' })]);
    expect(ipfailWakeAt(state)).toBeUndefined();
  });

  test('higher than ours: we give up after twice the keepalive', () => {
    const { state, effects } = run(START, count(1), BLIND);
    expect(info(effects)).toEqual([
      'Giving up because we have less visible ping nodes.',
      'Delayed giveup in 2 seconds.',
    ]);
    expect(ipfailWakeAt(state)).toBe(2000);
    const fired = run(state, { type: 'wake' }, BLIND, 2000);
    expect(info(fired.effects)).toEqual(['giveup() called (timeout worked)']);
    expect(sent(fired.effects)).toEqual([message({ t: 'ask_resources', rsc_hold: 'all', src: 'lb1', info: 'me' })]);
  });

  test('higher than ours, and nothing here to give up: nothing is asked for', () => {
    const { state } = run(START, count(1), BLIND);
    const fired = run(state, { type: 'wake' }, { ...BLIND, resources: 'none' }, 2000);
    expect(sent(fired.effects)).toEqual([]);
  });

  test('the same: nobody gives up, foreign resources go home', () => {
    const { state, effects } = run(START, count(1), { ...SEES, resources: 'all' });
    expect(info(effects)).toEqual([
      'Ping node count is balanced.',
      'Giving up foreign resources (auto_failback).',
      'Delayed giveup in 2 seconds.',
    ]);
    expect(sent(effects)).toEqual([message({ t: 'abort_giveup', src: 'lb1', dest: 'lb2' })]);
    const again = run(state, count(1), { ...SEES, resources: 'all' }, 100);
    expect(info(again.effects)).toEqual(['Ping node count is balanced.']);
    expect(ipfailWakeAt(again.state)).toBe(2000);
    const moving = run(START, count(1), MOVING);
    expect(moving.state.giveUp).toBeUndefined();
    expect(ipfailWakeAt(moving.state)).toBe(30_000);
  });

  test('a decision is overtaken by the next', () => {
    const less = run(START, count(1), BLIND).state;
    expect(info(run(less, count(0), SEES, 500).effects).at(-1)).toBe('Aborted delayed giveup (1)');
    const spared = run(less, hear({ t: 'abort_giveup', src: 'lb2' }), BLIND, 500);
    expect(info(spared.effects)).toEqual(['Aborted delayed giveup (1)']);
    expect(ipfailWakeAt(spared.state)).toBeUndefined();
    expect(info(run(START, hear({ t: 'abort_giveup', src: 'lb2' }), SEES).effects)).toEqual([
      'No giveup timer to abort.',
    ]);
  });

  test('we are told that it is higher', () => {
    const { state, effects } = run(START, hear({ t: 'you_are_dead', src: 'lb2' }), BLIND);
    expect(info(effects)[0]).toBe('Giving up because we were told that we have less ping nodes.');
    expect(ipfailWakeAt(state)).toBe(2000);
  });
});

describe('resources that are moving', () => {
  const pending = run(START, count(1), BLIND).state;
  const waiting = run(pending, { type: 'wake' }, { ...BLIND, resources: 'transition' }, 2000);

  test('are waited for: ten seconds after the other node is stable the count is compared anew', () => {
    expect(sent(waiting.effects)).toEqual([]);
    const report = { t: 'resource', rsc_hold: 'local', isstable: '1', src: 'lb2' };
    const remarked = run(waiting.state, hear({ ...report, info: 'x' }), BLIND, 3000);
    expect(ipfailWakeAt(remarked.state)).toBe(32_000);
    const stable = run(remarked.state, hear(report), BLIND, 3000);
    expect(ipfailWakeAt(stable.state)).toBe(13_000);
    expect(sent(run(stable.state, { type: 'wake' }, BLIND, 13_000).effects)).toEqual([asking(0)]);
  });

  test('are not waited for without end', () => {
    expect(ipfailWakeAt(waiting.state)).toBe(32_000);
    expect(sent(run(waiting.state, { type: 'wake' }, BLIND, 32_000).effects)).toEqual([asking(0)]);
  });
});

test('no message whatever makes it throw, or speak to anybody but the other node', () => {
  const types = fc.constantFrom(
    'num_ping_nodes',
    'you_are_dead',
    'abort_giveup',
    'resource',
    'status',
    'NS_st',
    'ifstat',
  );
  const event: fc.Arbitrary<IpfailEvent> = fc.oneof(
    fc.constant<IpfailEvent>({ type: 'wake' }),
    arbitraryMessage.map((one): IpfailEvent => ({ type: 'message', message: one })),
    fc
      .tuple(types, fc.dictionary(fc.constantFrom('src', 'st', 'num_ping', 'node', 'isstable', 'info'), fc.string()))
      .map(([t, fields]) => hear({ t, ...fields })),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.nat(20_000)), { maxLength: 30 }), (events) => {
      let state = START;
      let at = 0;
      for (const [one, pause] of events) {
        at += pause;
        const next = run(state, one, SEES, at);
        state = next.state;
        for (const { fields } of sent(next.effects)) {
          const dest = fields.find(({ name }) => name === 'dest')?.value ?? 'cluster';
          expect(['lb2', 'cluster']).toContain(dest);
        }
        const wake = ipfailWakeAt(state);
        if (wake !== undefined) expect(Number.isFinite(wake)).toBe(true);
      }
    }),
  );
});
