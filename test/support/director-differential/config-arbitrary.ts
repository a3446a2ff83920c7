/** Valid configurations of every kind, as far as the scripted world can serve them. */
import fc from 'fast-check';
import { NAMES, PULSE, REALS4, REALS6, VIPS4, VIPS6 } from './hosts.js';
import { type Directive, type Habit, print, type Section, type Written } from './written.js';

/** Scripts that the world puts there. */
export const SCRIPTS = {
  check: '/etc/ha.d/check',
  perlCheck: '/etc/ha.d/check.pl',
  fallback: '/etc/ha.d/fallback',
} as const;

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const yesNo = oneOf('yes', 'no');
const directive = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<Directive> =>
  value.map((each) => ({ name, value: each }));

/** Present with a probability of `share` in 10. */
const sometimes = (share: number, each: fc.Arbitrary<Directive>): fc.Arbitrary<readonly Directive[]> =>
  fc.oneof({ weight: share, arbitrary: each.map((one) => [one]) }, { weight: 10 - share, arbitrary: fc.constant([]) });

/** Each of them on its own, in any order. */
const someOf = (parts: readonly fc.Arbitrary<readonly Directive[]>[]): fc.Arbitrary<readonly Directive[]> =>
  fc.tuple(fc.tuple(...parts), fc.infiniteStream(fc.nat({ max: 1000 }))).map(([each, order]) => {
    const flat = each.flat();
    const keys = [...order.take(flat.length)];
    return flat
      .map((one, index) => ({ one, key: keys[index] ?? 0 }))
      .sort((left, right) => left.key - right.key)
      .map(({ one }) => one);
  });

interface Kind {
  readonly family: 'ipv4' | 'ipv6';
  readonly protocol: 'tcp' | 'udp' | 'fwm';
  /** Value of the virtual line. */
  readonly place: string;
}

const place4 = fc
  .tuple(oneOf<string>(...VIPS4, 'vip.example.test'), oneOf('80', '8080', '81', 'http', '443'))
  .map((parts) => parts.join(':'));
// A virtual's service name has to be listed for its protocol, and http is so for tcp only.
const placeUdp = fc.tuple(oneOf(...VIPS4), oneOf('80', '81', '5000')).map((parts) => parts.join(':'));
const place6 = fc.tuple(oneOf(...VIPS6), oneOf('80', '8080', '81')).map(([vip, port]) => `[${vip}]:${port}`);

const kind: fc.Arbitrary<Kind> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ family: fc.constant('ipv4'), protocol: fc.constant('tcp'), place: place4 }) },
  { weight: 1, arbitrary: fc.record({ family: fc.constant('ipv4'), protocol: fc.constant('udp'), place: placeUdp }) },
  { weight: 2, arbitrary: fc.record({ family: fc.constant('ipv6'), protocol: fc.constant('tcp'), place: place6 }) },
  {
    weight: 2,
    arbitrary: fc.record({
      family: fc.constant('ipv4'),
      protocol: fc.constant('fwm'),
      place: oneOf('1', '2', '17', '4294967295'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ family: fc.constant('ipv6'), protocol: fc.constant('fwm'), place: oneOf('6', '7') }),
  },
) as fc.Arbitrary<Kind>;

/** Addresses of reals, each at most once in a virtual: ranges, names, several spellings. */
const places4 = fc.shuffledSubarray(
  [REALS4[0], `${REALS4[1]}->${REALS4[2]}`, REALS4[3], 'web5.example.test', REALS4[5]],
  { minLength: 1, maxLength: 3 },
);
const places6 = fc.shuffledSubarray([`[${REALS6[0]}]`, '[2001:DB8:0:1:0:0:0:2]', 'six.example.test'], {
  minLength: 1,
  maxLength: 2,
});

/** Genuine forgets what stands behind a per-real request that begins with a slash, so most do not. */
const ownRequest = oneOf('index.html', 'index.html', 'deep/page?a=b', 'missing', 'deep/x', '/deep/page');
const request = oneOf('index.html', '/deep/page?a=b', '/', 'missing', '/.testpage');
/** What the world's pages hold, and what they do not. */
const receive = oneOf(
  'Test Page',
  '^Test',
  'host=(www|192)',
  'path=/(index|deep)',
  '(?i)test page',
  'page [0-9]+',
  '\\bPage\\b',
);

const thresholds = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constant(' l:5 u:20') },
  { weight: 1, arbitrary: fc.constant(' u:20') },
);

const real = (family: Kind['family'], place: string): fc.Arbitrary<Directive> =>
  fc
    .record({
      port: oneOf(':80', ':80', ':80', ':8080', ':http', ''),
      method: oneOf('masq', 'masq', 'gate', 'ipip'),
      weight: oneOf('', '', ' 1', ' 5', ' 0', ' 65535'),
      pair: fc.oneof(
        { weight: 5, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: fc.tuple(ownRequest, receive).map(([one, other]) => ` "${one}", "${other}"`) },
      ),
      limits: thresholds,
      gap: oneOf(' ', ' ', '  ', '\t'),
    })
    .map(({ port, method, weight, pair, limits, gap }) => ({
      name: family === 'ipv6' ? 'real6' : 'real',
      // A number in a request is taken for the weight when there is none (reference 2.7).
      value: `${place}${port}${gap}${method}${pair !== '' && weight === '' ? ' 1' : weight}${pair}${limits}`,
    }));

const fallback = (family: Kind['family']): fc.Arbitrary<Directive> =>
  family === 'ipv6'
    ? directive('fallback6', oneOf('[::1]:80', '[::1]', '[::1]:80 masq'))
    : directive(
        'fallback',
        oneOf('127.0.0.1:80', '127.0.0.1:80 gate', '127.0.0.1', '127.0.0.1:8080 masq', 'localhost:80 ipip'),
      );

const checks = fc.oneof(
  { weight: 5, arbitrary: fc.constant<readonly Directive[]>([{ name: 'checktype', value: 'connect' }]) },
  {
    weight: 6,
    arbitrary: someOf([
      sometimes(6, directive('checktype', fc.constant('negotiate'))),
      fc.constant([{ name: 'service', value: 'http' }]),
      sometimes(
        6,
        directive(
          'request',
          request.map((each) => `"${each}"`),
        ),
      ),
      sometimes(
        6,
        directive(
          'receive',
          receive.map((each) => `"${each}"`),
        ),
      ),
      sometimes(3, directive('virtualhost', oneOf('www.example.test', '"www.example.test:8080"'))),
      sometimes(2, directive('httpmethod', oneOf('GET', 'get', 'HEAD'))),
    ]),
  },
  { weight: 1, arbitrary: fc.constant<readonly Directive[]>([{ name: 'service', value: 'none' }]) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        directive('checktype', oneOf('1', '2', '3')),
        directive(
          'receive',
          receive.map((each) => `"${each}"`),
        ),
      )
      .map((both) => [...both, { name: 'service', value: 'http' }]),
  },
  {
    weight: 2,
    arbitrary: oneOf(`"${SCRIPTS.check}"`, SCRIPTS.check).map((command) => [
      { name: 'checktype', value: 'external' },
      { name: 'checkcommand', value: command },
    ]),
  },
  {
    weight: 1,
    arbitrary: fc.constant<readonly Directive[]>([
      { name: 'checkcommand', value: `"${SCRIPTS.perlCheck}"` },
      { name: 'checktype', value: 'external-perl' },
    ]),
  },
  { weight: 1, arbitrary: oneOf('on', 'off').map((value) => [{ name: 'checktype', value }]) },
  { weight: 2, arbitrary: fc.constant<readonly Directive[]>([{ name: 'checktype', value: 'ping' }]) },
) as fc.Arbitrary<readonly Directive[]>;

const schedulers = fc.oneof(
  {
    weight: 4,
    arbitrary: oneOf('rr', 'wrr', 'lc', 'wlc', 'sed', 'nq', 'dh', 'lblc').map((value) => [
      { name: 'scheduler', value },
    ]),
  },
  {
    weight: 1,
    arbitrary: fc.constant([
      { name: 'scheduler', value: 'sh' },
      { name: 'schedflags', value: 'sh-port,sh-fallback' },
    ]),
  },
  { weight: 2, arbitrary: fc.constant([]) },
) as fc.Arbitrary<readonly Directive[]>;

const persistence = (family: Kind['family']): fc.Arbitrary<readonly Directive[]> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<readonly Directive[]>([]) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          directive('persistent', oneOf('60', '600s', '300')),
          sometimes(
            5,
            directive('netmask', family === 'ipv6' ? oneOf('64', '128') : oneOf('255.255.255.0', '255.255.255.255')),
          ),
        )
        .map(([first, more]) => [first, ...more]),
    },
  );

const section: fc.Arbitrary<Section> = kind.chain(({ family, protocol, place }) =>
  (family === 'ipv6' ? places6 : places4).chain((places) =>
    fc
      .tuple(
        fc.tuple(...places.map((each) => real(family, each))),
        checks,
        schedulers,
        persistence(family),
        someOf([
          sometimes(3, directive('quiescent', yesNo)),
          sometimes(1, directive('cleanstop', yesNo)),
          sometimes(4, fallback(family)),
          sometimes(2, directive('fallbackcommand', oneOf(`"${SCRIPTS.fallback} own"`, SCRIPTS.fallback))),
          sometimes(2, directive('failurecount', oneOf('1', '2', '3'))),
          sometimes(2, directive('checktimeout', oneOf('1', '2'))),
          sometimes(1, directive('negotiatetimeout', oneOf('1', '2 s'))),
          sometimes(protocol === 'fwm' ? 6 : 1, directive('checkport', oneOf('80', '8000'))),
          sometimes(protocol === 'udp' ? 6 : 1, directive('ops', yesNo)),
          sometimes(1, directive('servicename', oneOf('Web Site', 'shop'))),
          sometimes(1, directive('comment', fc.constant('call Bob'))),
        ]),
      )
      .map(([reals, check, scheduling, persistent, others]): Section => {
        const needed =
          protocol === 'udp'
            ? [{ name: 'protocol', value: 'udp' }]
            : protocol === 'fwm'
              ? [{ name: 'protocol', value: 'fwm' }]
              : [];
        return {
          virtual: { name: family === 'ipv6' ? 'virtual6' : 'virtual', value: place },
          directives: [...reals, ...needed, ...check, ...scheduling, ...persistent, ...others],
        };
      }),
  ),
);

const globals = someOf([
  fc.constant([{ name: 'checkinterval', value: '1' }]),
  directive('checktimeout', oneOf('1', '1', '2')).map((one) => [one]),
  directive('negotiatetimeout', oneOf('1', '1', '2')).map((one) => [one]),
  sometimes(5, directive('quiescent', yesNo)),
  sometimes(3, directive('readdquiescent', yesNo)),
  sometimes(2, directive('cleanstop', yesNo)),
  sometimes(2, directive('failurecount', oneOf('1', '2'))),
  sometimes(3, fallback('ipv4')),
  sometimes(3, fallback('ipv6')),
  sometimes(2, directive('fallbackcommand', fc.constant(`${SCRIPTS.fallback} global`))),
  sometimes(1, directive('autoreload', fc.constant('no'))),
  sometimes(1, directive('supervised', fc.constant('no'))),
]);

/** How the same place may be written in two ways, for the rule that no virtual comes twice. */
const normalised = ({ virtual, directives }: Section): string => {
  const [, host = '', port = ''] = /^(.*):([^:]*)$/.exec(virtual.value) ?? [];
  const protocol = directives.find(({ name }) => name === 'protocol')?.value ?? 'tcp';
  return `${virtual.name} ${protocol} ${NAMES[host] ?? host}:${port.replace('http', '80')} ${host === '' ? virtual.value : ''}`;
};

const PULSE_SECTION: Section = {
  virtual: { name: 'virtual', value: PULSE.virtual },
  directives: [
    { name: 'real', value: `${PULSE.host}:${PULSE.port} masq` },
    { name: 'checktype', value: 'connect' },
  ],
};

/** What was written, without the virtual that gives the pulse. */
export const written: fc.Arbitrary<Written> = fc
  .tuple(
    globals,
    fc.uniqueArray(section, { minLength: 1, maxLength: 3, selector: normalised }),
    fc.option(directive('quiescent', yesNo), { nil: undefined, freq: 4 }),
  )
  .map(([before, sections, last]) => ({ before, sections, after: last === undefined ? [] : [last] }));

const habit: fc.Arbitrary<Habit> = fc.record({
  indent: oneOf('    ', '    ', '\t', '     ', '        ', ' \t', '\t    '),
  equals: oneOf('=', '=', ' = ', ' =', '=  '),
  comment: oneOf('', '', '', ' # as agreed', '\t# 10.0.0.3:80'),
  above: oneOf('', '', '', '', '# a comment', '    # virtual=10.0.0.9:80', '#real=192.168.0.9:80 gate'),
});
export const habits: fc.Arbitrary<readonly Habit[]> = fc.array(habit, { minLength: 1, maxLength: 12 });

/** The text of a file that the scripted world can serve. */
export const configText = (config: Written, style: readonly Habit[]): string =>
  print({ ...config, sections: [...config.sections, PULSE_SECTION] }, style);
