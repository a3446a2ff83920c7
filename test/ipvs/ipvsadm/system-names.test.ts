import fc from 'fast-check';
import { namesFor, parseServices } from '../../../lib/ipvs/ipvsadm/system-names.js';

const SERVICES = `# Network services
http		80/tcp		www		# WorldWideWeb HTTP
domain	53/tcp
domain	53/udp
tftp 69/udp

broken line
http-alt	8080/tcp	webcache
`;

test('ports have names and names have ports, by protocol', () => {
  const { port, name } = parseServices(SERVICES);
  expect([port('http', 'tcp'), port('www', 'tcp'), port('http', 'udp'), port('tftp', 'udp')]).toEqual([
    80,
    80,
    undefined,
    69,
  ]);
  expect([name(80, 'tcp'), name(80, 'udp'), name(53, 'udp'), name(8080, 'tcp')]).toEqual([
    'http',
    undefined,
    'domain',
    'http-alt',
  ]);
});

test('any text can be read', () => {
  fc.assert(fc.property(fc.string(), (text) => parseServices(text).port('http', 'sctp') === undefined));
});

test('only hosts that a command line mentions are looked up', async () => {
  const names = await namesFor(
    [
      ['-A', '-t', 'localhost:http'],
      ['-A', '-t', '10.0.0.1:80'],
    ],
    parseServices(SERVICES),
  );
  expect(names.host('localhost')).toBe('127.0.0.1');
  expect(names.host('10.0.0.1')).toBeUndefined();
  expect(names.port('http', 'tcp')).toBe(80);
});
