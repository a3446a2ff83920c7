/** What the dns check asks for: names, addresses, and how short names are completed. */
import fc from 'fast-check';
import { isAskable, questionsFor, type SearchRules } from '../../../../lib/ldirectord/checks/dns/question.js';

const none: SearchRules = { domains: [], dots: 1 };
const two: SearchRules = { domains: ['example.test', 'test'], dots: 1 };
const names = (request: string, rules = two): readonly string[] =>
  questionsFor(request, rules).map(({ name, type }) => `${type} ${name}`);

describe('questions', () => {
  test.each([
    ['a name with a dot stands for itself', 'www.example.test', two, ['A www.example.test']],
    ['a final dot ends a name', 'www.', two, ['A www.']],
    ['a name without a dot is only asked for in the domains', 'www', two, ['A www.example.test', 'A www.test']],
    ['without domains it is asked for as it is', 'www', none, ['A www']],
    [
      'with ndots a name with fewer is asked for by itself first',
      'www.a',
      { ...two, dots: 2 },
      ['A www.a', 'A www.a.example.test', 'A www.a.test'],
    ],
    ['an IPv4 address asks for its name', '192.0.2.10', two, ['PTR 10.2.0.192.in-addr.arpa']],
    ['so does a part of one', '192.0.2', two, ['PTR 2.0.192.in-addr.arpa']],
    [
      'an IPv6 address too',
      '2001:db8::5',
      two,
      ['PTR 5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
    ],
    ['one that holds an IPv4 address stands for that', '::ffff:192.0.2.10', two, ['PTR 10.2.0.192.in-addr.arpa']],
    ['nothing is the root', '', two, ['A .']],
  ] as const)('%s', (_what, request, rules, expected) => {
    expect(names(request, rules)).toEqual(expected);
  });
});

test('what cannot be a name is not asked for', () => {
  expect(['.', 'www.example.test.', 'a'.repeat(63)].filter((name) => !isAskable(name))).toEqual([]);
  expect(['a..b', '.a', 'a'.repeat(64), `${'abc.'.repeat(64)}d`].filter(isAskable)).toEqual([]);
});

test('property: there is always a question, and names without dots are never asked for bare when there are domains', () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/);
  fc.assert(
    fc.property(
      fc.array(label, { minLength: 1, maxLength: 4 }),
      fc.array(label, { maxLength: 3 }),
      (labels, domains) => {
        const asked = questionsFor(labels.join('.'), { domains, dots: 1 });
        expect(asked.length).toBeGreaterThan(0);
        if (labels.length === 1 && domains.length > 0) expect(asked).toHaveLength(domains.length);
        else expect(asked).toEqual([{ name: labels.join('.'), type: 'A' }]);
      },
    ),
  );
});
