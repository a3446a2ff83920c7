/** What ha_propagate would do. */
import { nodesIn, type PropagationFacts, propagationSteps } from '../../../lib/heartbeat/scripts/propagation.js';

const FILES = ['/etc/ha.d/ha.cf', '/etc/ha.d/authkeys'];
const FACTS: PropagationFacts = {
  nodes: ['lb1', 'lb2'],
  self: 'LB1',
  files: FILES,
  programs: { scp: '/usr/bin/scp', ssh: '/usr/bin/ssh' },
  startsAtBoot: undefined,
};
const commands = (facts: Partial<PropagationFacts>): unknown => {
  const steps = propagationSteps({ ...FACTS, ...facts });
  return typeof steps === 'string' ? steps : steps.map(({ argv }) => argv.join(' '));
};

test('every node name of ha.cf counts', () => {
  expect(nodesIn('node lb1 lb2 # both\n#node lb9\n\tnode\tlb3\nnodes lb8\n')).toEqual(['lb1', 'lb2', 'lb3']);
});

test('the files go to the other nodes', () => {
  expect(commands({})).toEqual(['/usr/bin/scp -p -- /etc/ha.d/ha.cf /etc/ha.d/authkeys root@lb2:/etc/ha.d/']);
});

test.each([
  [true, { systemctl: '/bin/systemctl' }, 'systemctl enable heartbeat'],
  [false, { systemctl: '/bin/systemctl' }, 'systemctl disable heartbeat'],
  [true, { chkconfig: '/sbin/chkconfig' }, 'chkconfig heartbeat on'],
])('and so does what happens at boot (%s, %j)', (startsAtBoot, more, command) => {
  expect(commands({ startsAtBoot, programs: { ...FACTS.programs, ...more } })).toEqual([
    expect.stringContaining('scp'),
    `/usr/bin/ssh -- root@lb2 ${command}`,
  ]);
});

test('what is missing is said', () => {
  expect(commands({ files: ['/etc/ha.d/ha.cf'] })).toBe('HA Linux not configured on this node.  Can not propagate.');
  expect(commands({ programs: {} })).toContain('openssh-client');
});
