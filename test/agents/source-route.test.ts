import {
  attributeOf,
  linkRoute,
  ownLinkRoute,
  parseRouteLines,
  preferenceOf,
  withSource,
} from '../../lib/agents/source-route.js';

const route = (line: string) => parseRouteLines(line)[0] ?? [];

test('the routes that ip(8) lists', () => {
  expect(parseRouteLines('default via 10.0.0.254 \n10.0.0.0/8 proto kernel scope link src 10.0.0.1 \n\n')).toEqual([
    ['default', 'via', '10.0.0.254'],
    ['10.0.0.0/8', 'proto', 'kernel', 'scope', 'link', 'src', '10.0.0.1'],
  ]);
  expect(attributeOf(route('default via 10.0.0.254 metric 100'), 'metric')).toBe('100');
  expect(attributeOf(route('default via 10.0.0.254'), 'src')).toBeUndefined();
});

test.each([
  ['default via 10.0.0.254', 'none'],
  ['default via 10.0.0.254 src 10.0.0.100 metric 5', 'ours'],
  ['default via 10.0.0.254 src 10.0.0.1', 'other'],
  ['', 'none'],
])('%s prefers %s', (line, expected) => {
  expect(preferenceOf(parseRouteLines(line)[0], '10.0.0.100')).toBe(expected);
});

test('the source address is set or replaced, everything else stays, but for what describes the state', () => {
  expect(
    withSource(route('default via 10.0.0.254 proto static src 10.0.0.1 metric 100 linkdown'), '10.0.0.100'),
  ).toEqual(['default', 'via', '10.0.0.254', 'proto', 'static', 'metric', '100', 'src', '10.0.0.100']);
  expect(withSource(route('default via 10.0.0.254'), '10.0.0.100')).toEqual(
    route('default via 10.0.0.254 src 10.0.0.100'),
  );
});

test('the network on the link goes there and back', () => {
  const link = route('10.0.0.0/8 proto kernel scope link src 10.0.0.1 metric 100');
  expect(linkRoute(link, 'eth0', '10.0.0.100').join(' ')).toBe(
    '10.0.0.0/8 dev eth0 proto kernel src 10.0.0.100 metric 100',
  );
  expect(ownLinkRoute(link, 'eth0', '10.0.0.1').join(' ')).toBe(
    '10.0.0.0/8 dev eth0 proto kernel scope link src 10.0.0.1 metric 100',
  );
});
