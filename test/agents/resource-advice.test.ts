import fc from 'fast-check';
import { type ResourceFacts, resourceAdvice } from '../../lib/agents/resource-advice.js';
import { sourceOf } from '../../lib/config/source.js';
import { parseHaResources } from '../../lib/heartbeat/config/haresources.js';

const FACTS: ResourceFacts = {
  agents: new Set(['IPaddr', 'IPaddr2', 'Filesystem', 'ldirectord', 'httpd']),
  devices: new Set(['lo', 'eth0', 'eth1']),
};
const FILE = '/etc/ha.d/haresources';

/** The findings about the resources of one group, each as `column code`. */
const advice = (resources: string): readonly string[] => {
  const text = `lb1 ${resources}\n`;
  const { value } = parseHaResources(text, FILE, ['lb1']);
  return resourceAdvice(value, sourceOf(FILE, text), FACTS).map(({ at, code, message, suggestion }) =>
    [`${at.column} ${code}: ${message}`, ...(suggestion === undefined ? [] : [suggestion])].join(' -> '),
  );
};

test.each([
  '10.0.0.1',
  '10.0.0.1/24 httpd',
  'IPaddr::10.0.0.1/255.255.255.0/eth0',
  'IPaddr2::10.0.0.1/24/eth0:web/10.0.0.255',
  'IPaddr2::10.0.0.1/24/10.0.0.255',
  'IPaddr2::fd00:0:0:0:0:0:0:1/64/eth1',
  'ldirectord::www httpd',
])('nothing is wrong with %s', (resources) => {
  expect(advice(resources)).toEqual([]);
});

test('a script that stands nowhere', () => {
  expect(advice('10.0.0.1 httpf::a')).toEqual([
    '14 haresources/no-script: there is no script httpf in /etc/ha.d/resource.d or /etc/init.d: this group cannot be started -> httpd',
  ]);
});

test.each([
  ['10.0.0.999', 'haresources/bad-address: 10.0.0.999 is not an address'],
  [
    'IPaddr2::fd00::1/64',
    'haresources/bad-address: fd00 is not an address (write an IPv6 address without ::, as in fd00:0:0:0:0:0:0:1)',
  ],
  ['IPaddr', 'haresources/no-address: IPaddr needs an address'],
  ['IPaddr::10.0.0.1/33', 'haresources/bad-mask: 33 is not a mask (e.g. 24 or 255.255.255.0)'],
  ['IPaddr2::10.0.0.1/24/etho', 'haresources/no-interface: there is no interface etho -> eth0'],
  ['Filesystem::/dev/sda1', 'haresources/missing-argument: Filesystem is written Filesystem::DEVICE::DIRECTORY'],
  ['IPaddr2::10.0.0.1/24/eth0/10.0.0.256', 'haresources/bad-broadcast: 10.0.0.256 is not a broadcast address'],
])('%s cannot be started', (resource, finding) => {
  expect(advice(resource)).toEqual([`5 ${finding}`]);
});

test('everything that is wrong is told at once, where it stands', () => {
  expect(advice('10.0.0.300/77/eth7 nothing').map((line) => line.split(':')[0])).toEqual([
    '5 haresources/bad-address',
    '5 haresources/bad-mask',
    '5 haresources/no-interface',
    '24 haresources/no-script',
  ]);
});

test('whatever stands in the file, it never throws and points into the line', () => {
  fc.assert(
    fc.property(fc.string(), (resources) => {
      const text = `lb1 ${resources}`;
      const { value } = parseHaResources(text, FILE, ['lb1']);
      for (const { at, severity } of resourceAdvice(value, sourceOf(FILE, text), FACTS)) {
        expect(at.line).toBeLessThanOrEqual(text.split('\n').length);
        expect(severity).toBe('warning');
      }
    }),
  );
});
