/** What `cl_status` prints (heartbeat reference 6.1). */
import { message } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode, UUID } from '../../support/bench-node.js';

test('before communication is up', () => {
  const node = new BenchNode();
  expect(node.view()).toEqual({
    nodes: [
      {
        name: 'lb1',
        type: 'normal',
        status: 'up',
        links: [{ name: 'eth0', status: 'dead' }],
        uuid: UUID,
        weight: 100,
        site: '',
      },
      { name: 'lb2', type: 'normal', status: 'init', links: [{ name: 'eth0', status: 'dead' }], weight: 100, site: '' },
    ],
    counters: {},
    resources: 'none',
    communicationUp: false,
  });
});

test('transition while a job runs, while the other node is in flux, and during a standby', () => {
  const node = new BenchNode();
  node.beat('up');
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ' });
  expect(node.view().resources).toBe('transition');
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1' });
  expect(node.view().resources).toBe('transition');
  node.finish();
  expect(node.view().resources).toBe('local');
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '0' });
  expect(node.view().resources).toBe('transition');
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1' });
  node.step({ type: 'submit', message: message({ t: 'ask_resources', rsc_hold: 'all', info: 'me' }) });
  expect(node.view().resources).toBe('transition');
});

test('a node beside a legacy one stays in transition (recording `mixed-nice-legacy`)', () => {
  const node = new BenchNode();
  node.beat('up');
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ' });
  node.beat('active');
  node.pass(30_000);
  expect(node.view().resources).toBe('transition');
  node.pass(5_000, false);
  node.finish();
  expect(node.view().resources).toBe('all');
});
