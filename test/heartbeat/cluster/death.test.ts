/** What a death means for the resources (heartbeat reference 5.5). */
import { BenchNode } from '../../support/bench-node.js';

const effects = (node: BenchNode) => {
  const all = node.drain();
  return {
    jobs: all.flatMap((effect) => (effect.type === 'job' ? [`${effect.action} ${effect.scope}`] : [])),
    said: all.flatMap((effect) => (effect.type === 'log' ? [effect.text] : [])),
    notified: all.filter(({ type }) => type === 'notify').length,
  };
};
const silence = (node: BenchNode) => {
  node.pass(4_999, false);
  node.drain();
  node.pass(1, false);
  return effects(node);
};

test('it held something, and nobody can fence it', () => {
  const node = new BenchNode();
  node.join('local');
  const { jobs, said, notified } = silence(node);
  expect(jobs).toEqual(['acquire foreign']);
  expect(said).toEqual([
    'node lb2: is dead',
    'Resources being acquired from lb2.',
    'No STONITH device configured.',
    'Shared disks are not protected.',
    'Link lb2:eth0 dead.',
  ]);
  expect(notified).toBe(2);
});

test('it held nothing, and we everything', () => {
  const node = new BenchNode({ autoFailback: 'off' });
  node.join('local');
  node.hear({ t: 'ask_resources', rsc_hold: 'all', info: 'me' });
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0', info: 'standby' });
  node.hear({ t: 'ask_resources', rsc_hold: 'all', info: 'done' });
  node.finish();
  const { jobs, said } = silence(node);
  expect(jobs).toEqual([]);
  expect(said).toEqual(['node lb2: is dead', 'Dead node lb2 gave up resources.', 'Link lb2:eth0 dead.']);
});

test('it held nothing, and neither did we hold it all', () => {
  const node = new BenchNode();
  node.join('none');
  const { jobs, said } = silence(node);
  expect(jobs).toEqual(['acquire foreign']);
  expect(said).toContain('Dead node lb2 gave up resources.');
});

test('it held everything', () => {
  const node = new BenchNode();
  node.join('all');
  expect(silence(node).jobs).toEqual(['acquire all']);
  node.finish();
  const { said } = effects(node);
  expect(said).toEqual([
    'Local Resource acquisition completed.',
    '/usr/share/heartbeat/mach_down: nice_failback: foreign resources acquired',
    'mach_down takeover complete for node lb2.',
    'mach_down takeover complete.',
  ]);
});

test('while we are leaving nothing is taken', () => {
  const node = new BenchNode();
  node.join('local');
  node.step({ type: 'stop' });
  expect(silence(node).jobs).toEqual([]);
});
