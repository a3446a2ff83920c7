/** What the dns check asks for, beside Net::DNS, with which the genuine ldirectord asks. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { questionsFor, type SearchRules } from '../../lib/ldirectord/checks/dns/question.js';

/** Reads `name TAB ndots TAB domains` lines and prints the questions of each, none of which is sent. */
const PERL = String.raw`
  use Net::DNS;
  my @asked;
  no warnings 'redefine';
  *Net::DNS::Resolver::Base::send = sub {
    my $question = Net::DNS::Question->new($_[1]);
    push @asked, $question->qtype . ' ' . $question->qname;
    return;
  };
  while (my $line = <STDIN>) {
    chomp $line;
    my ($name, $dots, $domains) = split /\t/, $line, -1;
    @asked = ();
    my $resolver = Net::DNS::Resolver->new;
    $resolver->searchlist(split ' ', $domains);
    $resolver->ndots($dots);
    $resolver->search($name);
    print join(', ', @asked), "\n";
  }`;

interface Asked {
  readonly name: string;
  readonly rules: SearchRules;
}

const genuine = (cases: readonly Asked[]): readonly string[] => {
  const input = cases.map(({ name, rules }) => `${name}\t${rules.dots}\t${rules.domains.join(' ')}\n`).join('');
  const said = execFileSync('/usr/bin/perl', ['-e', PERL], { input, encoding: 'utf8' });
  return said.split('\n').slice(0, -1);
};

const ours = ({ name, rules }: Asked): string =>
  questionsFor(name, rules)
    .map((question) => `${question.type} ${question.name.replace(/(.)\.$/, '$1')}`)
    .join(', ');

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,4}[a-z0-9]$/);
const domain = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
const number = fc.nat(255).map(String);
const name = fc.oneof(
  domain,
  domain.map((text) => `${text}.`),
  fc.array(number, { minLength: 1, maxLength: 5 }).map((numbers) => numbers.join('.')),
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(domain, number).map(([text, digits]) => `${text}.${digits}`),
);
const rules = fc.record({ domains: fc.array(domain, { maxLength: 3 }), dots: fc.integer({ min: 1, max: 3 }) });

test('property: the same questions in the same order', () => {
  const cases = fc.sample(fc.record({ name, rules }), 1000);
  const expected = genuine(cases);
  expect(
    cases
      .map((one, index) => ({ ...one, asked: ours(one), by: expected[index] }))
      .filter(({ asked, by }) => asked !== by),
  ).toEqual([]);
}, 60_000);
