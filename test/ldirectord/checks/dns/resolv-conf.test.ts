/** The search list of resolv.conf, as Net::DNS reads it. */
import { searchRules } from '../../../../lib/ldirectord/checks/dns/resolv-conf.js';

test.each([
  ['nothing', '', 'director', [], 1],
  ["the domain of the machine's own name", '', 'director.example.test', ['example.test'], 1],
  ['domain beats that', 'domain b.test\n', 'director.example.test', ['b.test'], 1],
  [
    'search beats both, wherever it stands, and adds up',
    'search a.test b.test.\nsearch c.test\ndomain d.test',
    'x.y',
    ['a.test', 'b.test', 'c.test'],
    1,
  ],
  ['comments and other lines', 'nameserver 10.0.0.1\nsearch a.test # b.test\n; search c.test', 'x', ['a.test'], 1],
  ['ndots', 'options timeout:1 ndots:3\nsearch a.test', 'x', ['a.test'], 3],
  ['nonsense', 'options ndots:x ndots\nsearch\n', 'x', [], 1],
] as const)('%s', (_what, text, host, domains, dots) => {
  expect(searchRules(text, host)).toEqual({ domains, dots });
});
