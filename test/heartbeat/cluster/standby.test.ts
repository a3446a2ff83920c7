/** Every line of the table of heartbeat reference 6.5. */
import { message, text } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

const submit = (node: BenchNode, what: string): void =>
  node.step({ type: 'submit', message: message({ t: 'ask_resources', rsc_hold: what, info: 'me' }) });
const word = (node: BenchNode, info: string, what = 'all'): void =>
  node.hear({ t: 'ask_resources', rsc_hold: what, info });
const state = (node: BenchNode): string => node.state.resources.standby.state;

const stable = (settings = {}): BenchNode => {
  const node = new BenchNode(settings);
  node.join();
  return node;
};

test('NOT, me: the other is unstable', () => {
  const node = stable();
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '0' });
  word(node, 'me');
  expect(node.logged()).toContain('WARN: standby message [me] from lb2 ignored.  Other side is in flux.');
  expect(state(node)).toBe('not');
});

test('NOT, me: we are not stable', () => {
  const busy = new BenchNode();
  busy.beat('up');
  busy.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ' });
  busy.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
  word(busy, 'me');
  expect(busy.logged()).toContain('WARN: standby message [me] from lb2 ignored.  local resources in flux.');
});

test('we lead: me, other, release, done, done', () => {
  const node = stable();
  submit(node, 'local');
  expect(node.sent()).toEqual(['ask_resources rsc_hold=local info=me']);
  expect(state(node)).toBe('me');
  expect(node.view().resources).toBe('transition');
  word(node, 'other', 'local');
  const effects = node.drain();
  expect(effects.flatMap((effect) => (effect.type === 'log' ? [effect.text] : []))).toEqual([
    'standby: lb2 can take our local resources',
    'give up local HA resources (standby).',
  ]);
  expect(effects.find(({ type }) => type === 'job')).toMatchObject({ action: 'release', scope: 'local' });
  node.finish();
  expect(node.sent()).toEqual(['ask_resources rsc_hold=local info=done']);
  expect(state(node)).toBe('done');
  word(node, 'done', 'local');
  expect(node.logged()).toContain('info: Other node completed standby takeover of local resources.');
  expect(state(node)).toBe('not');
  node.hear({ t: 'resource', rsc_hold: 'all', rtype: 'full', isstable: '1' });
  expect(node.view().resources).toBe('none');
});

test('we follow: other at once, acquire after done, done when it runs', () => {
  const node = stable();
  word(node, 'me', 'all');
  expect(node.sent()).toEqual(['ask_resources rsc_hold=all info=other']);
  expect(state(node)).toBe('other');
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0', info: 'standby' });
  word(node, 'done', 'all');
  const effects = node.drain();
  expect(effects.flatMap((effect) => (effect.type === 'log' ? [effect.text] : []))).toEqual([
    'standby: acquire [all] resources from lb2',
    'acquire all HA resources (standby).',
  ]);
  expect(effects.find(({ type }) => type === 'job')).toMatchObject({ action: 'acquire', scope: 'all' });
  node.finish();
  expect(node.sent()).toEqual(['ask_resources rsc_hold=all info=done', 'resource rsc_hold=all rtype=full isstable=1']);
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
  expect(node.view().resources).toBe('all');
});

test('what `done` says was released is acquired, whichever request came first', () => {
  const node = stable();
  word(node, 'me', 'all');
  word(node, 'done', 'foreign');
  expect(node.drain().find(({ type }) => type === 'job')).toMatchObject({ action: 'acquire', scope: 'local' });
});

test('what is local there is foreign here', () => {
  const node = stable();
  word(node, 'me', 'local');
  word(node, 'done', 'local');
  expect(node.drain().find(({ type }) => type === 'job')).toMatchObject({ action: 'acquire', scope: 'foreign' });
});

test('a missing rsc_hold means all, none moves nothing', () => {
  const node = stable();
  node.hear({ t: 'ask_resources', info: 'me' });
  expect(node.sent()).toEqual(['ask_resources rsc_hold=all info=other']);
  const other = stable();
  word(other, 'me', 'none');
  expect(other.drain().map(({ type }) => type)).toEqual(['deliver']);
});

test('busy', () => {
  const node = stable();
  word(node, 'me');
  node.drain();
  word(node, 'me');
  expect(node.logged()).toEqual(['WARN: Standby in progress- new request from lb2 ignored [3600 seconds left]']);
});

test.each(['other', 'done', 'nonsense'])('%s out of turn', (info) => {
  const node = stable();
  word(node, info);
  expect(node.logged()).toEqual([`ERROR: Ignored standby message '${info}' from lb2 in state 0`]);
});

test('no answer within ten seconds; nothing is retried (recording `peer-without-standby-answer`)', () => {
  const node = stable();
  submit(node, 'all');
  node.pass(9_999);
  expect(state(node)).toBe('me');
  node.drain();
  node.pass(1);
  expect(node.logged()).toEqual(['WARN: No reply to standby request.  Standby request cancelled.']);
  expect(state(node)).toBe('not');
  expect(node.view().resources).toBe('local');
  node.pass(60_000);
  expect(node.sent().filter((line) => line.startsWith('ask'))).toEqual([]);
});

test('the other node dies meanwhile: everything is taken', () => {
  const node = stable();
  word(node, 'me', 'local');
  node.drain();
  node.pass(5000, false);
  expect(node.logged()).toContain('info: Cancelling pending standby operation');
  node.finish();
  expect(node.view().resources).toBe('all');
});

test('legacy mode knows no standby', () => {
  const node = new BenchNode({ autoFailback: 'legacy' });
  node.beat('up');
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ' });
  node.drain();
  word(node, 'me');
  expect(node.logged()).toEqual(['info: Standby mode only implemented when nice_failback on']);
});

test.each([
  ['all', 'all'],
  ['local', 'foreign'],
  ['foreign', 'local'],
  ['failback', 'foreign'],
])('hb_takeover %s over there is our standby of %s', (wanted, what) => {
  const node = stable();
  node.hear({ t: 'hb_takeover', rsc_hold: wanted });
  expect(node.sent()).toEqual([`ask_resources rsc_hold=${what} info=me`]);
});

test('two requests of our own kind cross: the node earlier in ha.cf goes first', () => {
  for (const [self, other, expected] of [
    ['lb1', 'lb2', 'me'],
    ['lb2', 'lb1', 'other'],
  ] as const) {
    const node = new BenchNode({ nodes: self === 'lb1' ? ['lb1', 'lb2'] : ['lb2', 'lb1'] });
    node.kin = { hasuite: '1', hs_phase: 'stable', hs_hold: 'local', hs_stable: '1', hs_standby: '0' };
    node.join();
    node.beat();
    submit(node, 'local');
    word(node, 'me', 'local');
    expect([other, state(node)]).toEqual([other, expected]);
  }
});

test('a failed start is offered to the other node after 30 s (reference 2.6)', () => {
  const node = new BenchNode();
  node.beat('up');
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ' });
  node.beat();
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1' });
  node.finish('failed');
  expect(node.state.resources.hold).toBe('local');
  node.pass(29_999);
  node.drain();
  node.pass(1);
  expect(node.sent().filter((line) => line.startsWith('ask'))).toEqual(['ask_resources rsc_hold=local info=me']);
});

describe('what genuine says to words nobody should write into the FIFO', () => {
  const say = (node: BenchNode, fields: Readonly<Record<string, string>>): readonly string[] => {
    node.drain();
    node.step({ type: 'submit', message: message({ t: 'ask_resources', ...fields }) });
    return node.logged();
  };

  test('no info', () => {
    expect(say(stable(), { rsc_hold: 'local' })).toContain('ERROR: Received standby message without info/from');
  });

  test('an unknown info, or a word out of turn', () => {
    expect(say(stable(), { rsc_hold: 'local', info: 'banana' })).toContain(
      "ERROR: Ignored standby message 'banana' from lb1 in state 0",
    );
    expect(say(stable(), { rsc_hold: 'local', info: 'done' })).toContain(
      "ERROR: Ignored standby message 'done' from lb1 in state 0",
    );
  });

  test('resources that do not exist are none, not all', () => {
    const node = stable();
    expect(say(node, { rsc_hold: 'xyz', info: 'me' })).toContain('ERROR: encode_resources: bad resource type [xyz]');
    expect(state(node)).toBe('not');
  });

  test('no rsc_hold means all', () => {
    const node = stable();
    expect(say(node, { info: 'me' })).toContain('info: lb1 wants to go standby [all]');
  });
});

describe('what cannot be stopped gets no second owner', () => {
  test('a standby is off, what was stopped is started again, and the other node is not told to go on', () => {
    const node = stable();
    submit(node, 'all');
    word(node, 'other', 'all');
    node.drain();
    const [job] = node.state.jobs;
    node.step({ type: 'jobDone', job: job?.job ?? 0, outcome: 'done', stuck: 'local' });
    const effects = node.drain();
    expect(effects.find(({ type }) => type === 'job')).toMatchObject({ action: 'acquire', scope: 'all' });
    expect(effects).toContainEqual(
      expect.objectContaining({ priority: 'CRIT', text: expect.stringContaining('Standby cancelled: local') }),
    );
    expect(effects.filter((effect) => effect.type === 'send' && text(effect.message, 'info') === 'done')).toEqual([]);
    node.finish();
    expect(state(node)).toBe('not');
    expect(node.state.resources.hold).toBe('all');
  });

  test('a shutdown waits for it without saying shutdone', () => {
    const node = stable();
    node.step({ type: 'stop' });
    node.drain();
    const [job] = node.state.jobs;
    node.step({ type: 'jobDone', job: job?.job ?? 0, outcome: 'done', stuck: 'local' });
    const effects = node.drain();
    expect(effects.filter((effect) => effect.type === 'send' && text(effect.message, 't') === 'shutdone')).toEqual([]);
    expect(effects.find(({ type }) => type === 'job')).toMatchObject({ action: 'release', scope: 'every' });
    node.finish();
    expect(node.sent()).toEqual(['shutdone st=dead']);
  });
});

test('only what could not be started is offered to the other node, 30 s later', () => {
  const node = stable({ autoFailback: 'off' });
  word(node, 'me', 'local');
  word(node, 'done', 'local');
  const [job] = node.state.jobs;
  node.step({ type: 'jobDone', job: job?.job ?? 0, outcome: 'failed', failed: 'foreign' });
  // As in genuine the groups count as held until then (heartbeat reference 11.2, no. 20).
  expect(node.state.resources.hold).toBe('all');
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
  node.pass(29_500);
  expect(node.logged().filter((line) => line.includes('Going standby'))).toEqual([]);
  node.pass(1_000);
  const effects = node.drain();
  expect(effects).toContainEqual({ type: 'log', priority: 'info', text: 'Going standby [foreign].' });
  expect(effects.flatMap((effect) => (effect.type === 'send' ? [text(effect.message, 'info')] : []))).toContain('me');
});
