/** Whatever the text: the parser answers, points into the text, and finds in a valid file what was written there. */
import fc from 'fast-check';
import { plainFacts } from '../../../lib/ldirectord/config/facts.js';
import { directorConfigNeeds, parseDirectorConfig } from '../../../lib/ldirectord/config/parse.js';

const NAMES = [
  'virtual',
  'virtual6',
  'real',
  'real6',
  'fallback',
  'checktype',
  'service',
  'request',
  'receive',
  'netmask',
];
const VALUES = [
  '10.0.0.3:80',
  '[::1]:80',
  '192.168.0.1->192.168.0.9:80 gate 5',
  '"/x"',
  '"a(b"',
  'yes',
  '7',
  '',
  'ä # c',
];

const line = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', '    ', '\t', '  '),
      fc.constantFrom(...NAMES),
      fc.constantFrom('=', ' = ', ' '),
      fc.constantFrom(...VALUES),
    )
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', '    ', '     ', '\u00a0', '# comment', '\r', '\t'),
);
const text = fc.array(line, { maxLength: 25 }).map((lines) => lines.join('\n'));

const octet = fc.integer({ min: 1, max: 254 });
const address = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
const real = fc.record({
  address,
  port: fc.integer({ min: 1, max: 65535 }),
  method: fc.constantFrom('gate', 'masq', 'ipip'),
  weight: fc.integer({ min: 0, max: 65535 }),
});
const virtual = fc.record({
  address,
  port: fc.integer({ min: 1, max: 65535 }).filter((port) => port !== 53),
  reals: fc.array(real, { maxLength: 4 }),
  scheduler: fc.constantFrom('rr', 'wrr', 'lc', 'wlc'),
  persistent: fc.option(fc.integer({ min: 1, max: 9999 }), { nil: undefined }),
  quiescent: fc.boolean(),
  receive: fc.constantFrom('', 'ok', '^Test Page$'),
});
const config = fc.uniqueArray(virtual, { maxLength: 4, selector: (one) => `${one.address}:${one.port}` });

type Written = typeof config extends fc.Arbitrary<infer Value> ? Value : never;

const print = (virtuals: Written, indent: string, equals: string): string =>
  virtuals
    .flatMap((one) => [
      `virtual${equals}${one.address}:${one.port}`,
      ...one.reals.map(
        (server) => `${indent}real${equals}${server.address}:${server.port} ${server.method} ${server.weight}`,
      ),
      `${indent}scheduler${equals}${one.scheduler}`,
      ...(one.persistent === undefined ? [] : [`${indent}persistent${equals}${one.persistent}`]),
      `${indent}quiescent${equals}${one.quiescent ? 'yes' : 'no'}`,
      ...(one.receive === '' ? [] : [`${indent}receive${equals}"${one.receive}"`]),
    ])
    .map((each) => `${each}\n`)
    .join('');

test('any text is answered, with places inside it', () => {
  fc.assert(
    fc.property(text, (input) => {
      const lines = input.split('\n');
      for (const { at, length, sourceLine } of parseDirectorConfig(input, 'x', plainFacts).diagnostics) {
        expect(sourceLine).toBe(lines[at.line - 1]);
        expect(at.column).toBeGreaterThanOrEqual(1);
        expect(length).toBeGreaterThanOrEqual(1);
        expect(at.column + length - 1).toBeLessThanOrEqual(Math.max(1, sourceLine.length));
      }
    }),
    { numRuns: 2000 },
  );
});

test('what a text needs is the same whatever the answers are', () => {
  fc.assert(
    fc.property(text, (input) => {
      const known = new Set(directorConfigNeeds(input).hosts.map(({ name, family }) => `${family} ${name}`));
      const asked: string[] = [];
      const host = (name: string, family: string): undefined => {
        asked.push(`${family} ${name}`);
        return undefined;
      };
      parseDirectorConfig(input, 'x', { ...plainFacts, host });
      expect(asked.filter((name) => !known.has(name))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['    ', '='],
  ['\t', ' = '],
  ['     ', ' ='],
  ['', '='],
])('a valid file parses to what was written (indented by %j, with %j)', (indent, equals) => {
  fc.assert(
    fc.property(config, (virtuals) => {
      const parsed = parseDirectorConfig(print(virtuals, indent, equals), 'x', plainFacts);
      expect(parsed.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      const found = parsed.value.virtuals.map((one) => ({
        address: one.key.protocol === 'fwm' ? '' : one.key.address,
        port: one.key.protocol === 'fwm' ? 0 : one.key.port,
        reals: one.reals.map(({ address: host, port, method, weight }) => ({ address: host, port, method, weight })),
        scheduler: one.scheduler,
        persistent: one.persistent,
        quiescent: one.quiescent,
        receive: one.receive,
      }));
      expect(found).toEqual(virtuals);
    }),
  );
});
