/** A peer proves that it lives by repeating a word (see lib/heartbeat/cluster/proof.ts). */
import { type Message, message, text } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

const questions = (node: BenchNode): readonly Message[] =>
  node
    .drain()
    .flatMap((effect) =>
      effect.type === 'send' && text(effect.message, 't') === 'query-cstatus' ? [effect.message] : [],
    );

const old = (node: BenchNode, seq: string, fields: Readonly<Record<string, string>> = {}): void =>
  node.packet(
    message({
      t: 'status',
      st: 'active',
      dt: '1388',
      protocol: '1',
      src: 'lb2',
      hg: '4',
      ts: node.ts(),
      seq,
      ...fields,
    }),
  );

const silent = (): BenchNode => {
  const node = new BenchNode();
  node.join();
  node.lives = false;
  node.drain();
  return node;
};

test('a former generation is asked about, in words a genuine daemon answers, and by name alone', () => {
  const node = silent();
  old(node, '1');
  const [question, ...more] = questions(node);
  expect(more).toEqual([]);
  const word = text(question ?? { fields: [] }, 'cn') ?? '';
  expect(question?.fields.slice(0, 5)).toEqual([
    { type: 'string', name: 't', value: 'query-cstatus' },
    { type: 'string', name: 'dest', value: 'lb2' },
    { type: 'string', name: 'cn', value: word },
    { type: 'string', name: 'from_id', value: word },
    { type: 'binary', name: 'destuuid', value: new Uint8Array(16) },
  ]);
  expect(word).toMatch(/^ha-suite-7-\w+$/);
});

test('asked ever more seldom while recordings are played, and never with a used word', () => {
  const node = silent();
  const asked: string[] = [];
  for (let second = 0; second < 60; second++) {
    node.pass(1_000);
    old(node, '1');
    asked.push(...questions(node).map((question) => text(question, 'cn') ?? ''));
  }
  expect(asked.length).toBeGreaterThan(8);
  expect(asked.length).toBeLessThan(20);
  expect(new Set(asked).size).toBe(1);
  node.hear({ t: 'respond-cstatus', dest: 'lb1', result: 'OK', cn: asked[0] ?? '', to_id: 'x', cs: 'offline' });
  node.pass(2_000);
  old(node, '2');
  expect(questions(node).map((question) => text(question, 'cn') === asked[0])).toEqual([false]);
});

test('an answer in the known generation settles it; one in the other makes that the present one', () => {
  const node = silent();
  old(node, '1');
  const cn = text(questions(node)[0] ?? { fields: [] }, 'cn') ?? '';
  const answer = { t: 'respond-cstatus', dest: 'lb1', result: 'OK', cn, to_id: cn, cs: 'offline' };
  node.hear(answer);
  old(node, '2');
  expect(node.state.nodes.get('lb2')?.generation).toBe(5);
  node.pass(2_000);
  old(node, '3');
  const again = text(questions(node)[0] ?? { fields: [] }, 'cn') ?? '';
  old(node, '4', { ...answer, cn: again, to_id: again });
  expect(node.logged()[0]).toMatch(/^WARN: Node lb2 lives in generation 4 although it has been in 5/);
  old(node, '5');
  expect(node.state.nodes.get('lb2')).toMatchObject({ generation: 4, statusSeq: 5, status: 'active' });
  // What it has left behind is over, although its number is higher.
  node.hear({ t: 'status', st: 'active', seq: '99' });
  expect(node.state.nodes.get('lb2')?.generation).toBe(4);
  expect(node.view().counters).toMatchObject({ oldGeneration: 4 });
});

test('a dead node that comes back with a lower generation is a restart, not the end of a partition', () => {
  const node = silent();
  node.pass(6_000, false);
  node.drain();
  old(node, '1');
  const cn = text(questions(node)[0] ?? { fields: [] }, 'cn') ?? '';
  old(node, '2', { t: 'respond-cstatus', dest: 'lb1', result: 'OK', cn, to_id: cn, cs: 'offline' });
  old(node, '3');
  const logged = node.logged();
  expect(logged).toContain('info: Status update for node lb2: status active');
  expect(logged.filter((line) => /partition|Late/.test(line))).toEqual([]);
});

test('a recorded answer to an earlier question proves nothing', () => {
  const node = silent();
  old(node, '1');
  old(node, '2', { t: 'respond-cstatus', dest: 'lb1', result: 'OK', cn: 'ha-suite-7-0', to_id: 'x', cs: 'offline' });
  expect(node.state.nodes.get('lb2')?.generation).toBe(5);
});

test('asked ourselves, we answer at once, before clients have a socket', () => {
  const node = new BenchNode();
  node.beat('init');
  node.drain();
  node.hear({ t: 'query-cstatus', dest: 'lb1', cn: 'ha-suite-9-1', from_id: 'ha-suite-9-1' });
  expect(node.sent()).toContain('respond-cstatus dest=lb2 result=OK cn=ha-suite-9-1 to_id=ha-suite-9-1 cs=offline');
  node.hear({ t: 'query-cstatus', dest: 'lb1', cn: 'ipfail', from_id: 'cl_status' });
  expect(node.drain().map(({ type }) => type)).toContain('deliver');
});

test('groups are given up only for a peer that has proved to live', () => {
  const node = new BenchNode({ autoFailback: 'off', self: 'lb1', nodes: ['lb2', 'lb1'] });
  node.kin = { hasuite: '1', hs_phase: 'stable', hs_hold: 'none', hs_stable: '1', hs_standby: '0' };
  node.join('none');
  node.finish();
  node.kin = { ...node.kin, hs_hold: 'all' };
  node.lives = false;
  node.beat();
  node.pass(3_000);
  expect(node.drain().some(({ type }) => type === 'job')).toBe(false);
  node.lives = true;
  node.pass(300);
  expect(node.drain().filter(({ type }) => type === 'job')).toMatchObject([{ action: 'release' }]);
});

test('a machine that was set back to an earlier moment is believed again', () => {
  const node = silent();
  node.pass(100_000);
  node.drain();
  // The copy of two minutes ago, which goes on from there.
  node.hear({ t: 'status', st: 'active', dt: '1388', protocol: '1', seq: '9' });
  const cn = text(questions(node)[0] ?? { fields: [] }, 'cn') ?? '';
  node.hear({ t: 'respond-cstatus', dest: 'lb1', result: 'OK', cn, to_id: cn, cs: 'offline' });
  expect(node.logged()[0]).toMatch(/^WARN: Node lb2 is back at number 10 although/);
  node.beat();
  expect(node.state.nodes.get('lb2')).toMatchObject({ statusSeq: 11, status: 'active' });
});
