/** Results of checks and changes of the table as events. */
import { down, up } from '../../lib/ldirectord/checks/verdict.js';
import { parseDirectorConfig } from '../../lib/ldirectord/config/parse.js';
import { adopt } from '../../lib/ldirectord/director.js';
import { moved, tableChanged } from '../../lib/ldirectord/happenings.js';
import { plan } from '../../lib/ldirectord/plan.js';
import { recordedFacts } from '../support/ldirectord-facts.js';

const TEXT = 'virtual=10.0.0.3:80\n\treal=192.168.0.1:80 masq 5\n\tservice=http\n\tchecktype=connect\n';
const director = adopt(parseDirectorConfig(TEXT, 'test.cf', recordedFacts).value, { services: [] });
const [member] = director.members;

test('a server that fails: which, where it stands in the file, layer and cause', () => {
  if (member === undefined) throw new Error('no member');
  expect(moved(member, 'up', 'down', down('L7STATUS', 'no page', { detail: '503' }))).toEqual({
    ...{ type: 'check', virtual: 'tcp:10.0.0.3:80', real: '192.168.0.1:80', from: 'up', to: 'down' },
    ...{ cause: 'L7STATUS 503: no page', decidedBy: expect.stringMatching(/:2$/) },
  });
  expect(moved(member, 'up', 'down', down('L4REFUSED')).cause).toBe('L4REFUSED');
  expect(moved(member, 'unknown', 'up', up('fine'))).not.toHaveProperty('cause');
  expect(moved(member, 'up', 'down', down('L7PATTERN', 'x'.repeat(5000))).cause?.length).toBeLessThan(200);
});

test('a change of the table in the words of ipvsadm', () => {
  const [first] = plan(director, { services: [] }, 'all');
  if (first === undefined) throw new Error('no change');
  expect(tableChanged(first)).toEqual({
    ...{ type: 'table', virtual: 'tcp:10.0.0.3:80', change: '-A -t 10.0.0.3:80 -s wrr' },
    cause: 'Added virtual server: 10.0.0.3:80',
  });
});
