/** Standard rc.d scripts that an administrator has replaced do their work in our place (heartbeat reference 2.7). */
import { message, text } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

const KEYS = { localKeys: ['web'], foreignKeys: ['mail'] };

const joined = (names: readonly string[]): BenchNode => {
  const node = new BenchNode(KEYS);
  node.step({ type: 'scripts', names });
  node.join();
  return node;
};

/** What was asked for: jobs, and scripts as `rc.d/TYPE`. */
const work = (node: BenchNode): readonly string[] =>
  node.drain().flatMap((effect) => {
    if (effect.type === 'notify')
      return [`rc.d/${text(effect.message, 't')} ${text(effect.message, 'st') ?? ''}`.trim()];
    if (effect.type !== 'job') return [];
    const { action, scope, script, occasion } = effect;
    return [
      script === undefined
        ? `${action} ${scope}${occasion === undefined ? '' : ` (${occasion.kind})`}`
        : `script ${text(script, 't')} ${text(script, 'st')} ${text(script, 'src')}`,
    ];
  });

/** lb2 goes silent until it is dead. */
const die = (node: BenchNode): void => node.pass(6_000, false);

describe('status', () => {
  test('of a death: the script takes over, in the one job; no line and no report of ours says that we did', () => {
    const node = joined(['status']);
    die(node);
    const effects = node.drain();
    const jobs = effects.flatMap((effect) => (effect.type === 'job' ? [effect] : []));
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ action: 'acquire', scope: 'foreign' });
    expect(jobs[0]?.script === undefined ? '' : text(jobs[0].script, 'src')).toBe('lb2');
    expect(effects.filter((effect) => effect.type === 'notify' && text(effect.message, 't') === 'status')).toEqual([]);
    const lines = effects.flatMap((effect) => (effect.type === 'log' ? [effect.text] : []));
    expect(lines).toContain('Resources being acquired from lb2.');
    expect(lines.join('\n')).not.toMatch(/Taking over resource group/);
    expect(node.view().resources).toBe('transition');
    // mach_down writes its report into the FIFO, then the script ends.
    node.step({ type: 'submit', message: message({ t: 'resource', rsc_hold: 'foreign', info: 'mach_down' }) });
    expect(node.logged()).toContain('info: mach_down takeover complete.');
    node.finish();
    expect(node.view().resources).toBe('all');
    expect(node.sent()).toEqual([]);
  });

  test('one that fails leaves nobody without service: we take over', () => {
    const node = joined(['status']);
    die(node);
    work(node);
    node.finish('failed');
    expect(work(node)).toEqual(['acquire foreign (death)']);
    expect(node.state.resources.giveUp).toBeUndefined();
    node.finish();
    expect(node.view().resources).toBe('all');
  });

  test('of a node that leaves in good order', () => {
    const node = joined(['status']);
    node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0', info: 'shutdown' });
    work(node);
    node.hear({ t: 'shutdone', st: 'dead' });
    expect(work(node)).toEqual(['script status dead lb2']);
  });

  test('our own status is no business of it, that of the other node is', () => {
    const node = new BenchNode(KEYS);
    node.step({ type: 'scripts', names: ['status'] });
    node.beat('up');
    expect(work(node).filter((one) => one.startsWith('rc.d/status'))).toEqual(['rc.d/status up']);
  });
});

test('ip-request-resp: our own groups are asked for with the message to ourselves, and the script starts them', () => {
  const node = new BenchNode(KEYS);
  node.step({ type: 'scripts', names: ['ip-request-resp'] });
  node.beat('up');
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ', delnodelist: ' ' });
  node.beat('active');
  node.drain();
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1' });
  const effects = node.drain();
  const sent = effects.flatMap((effect) => (effect.type === 'send' ? [effect.message] : []));
  const request = sent.find((one) => text(one, 't') === 'ip-request-resp');
  expect(['dest', 'ipaddr', 'weown', 'ok'].map((name) => request && text(request, name))).toEqual([
    ...['lb1', 'web', 'yes', 'OK'],
  ]);
  expect(effects.filter(({ type }) => type === 'job')).toEqual([]);
  expect(
    effects.filter((effect) => effect.type === 'notify' && text(effect.message, 't') === 'ip-request-resp'),
  ).toHaveLength(1);
  expect(node.view().resources).toBe('local');
});

test('a message that only a script of ours answers goes to it: ip-request, hb_takeover', () => {
  const node = joined(['ip-request', 'hb_takeover']);
  node.hear({ t: 'ip-request', ipaddr: 'web' });
  node.hear({ t: 'hb_takeover', rsc_hold: 'all' });
  expect(work(node)).toEqual(['rc.d/ip-request', 'rc.d/hb_takeover']);
  // Its answer tells us what it gave away.
  node.step({
    type: 'submit',
    message: message({ t: 'ip-request-resp', dest: 'lb2', ipaddr: 'web', weown: 'yes', ok: 'OK' }),
  });
  expect(node.sent()).toEqual(['ip-request-resp dest=lb2 ipaddr=web weown=yes ok=OK']);
  expect(node.state.resources.hold).toBe('none');
  expect(node.state.resources.otherHold).toBe('all');
});

test('without a script of the administrator nothing of that is run', () => {
  const node = joined([]);
  node.hear({ t: 'ip-request', ipaddr: 'web' });
  die(node);
  expect(work(node).filter((one) => one.startsWith('script') || one.startsWith('rc.d/ip'))).toEqual([]);
});
