/** The language of rehearsals: what is understood, and what is said of the rest. */
import fc from 'fast-check';
import { renderDiagnostic } from '../../lib/config/render.js';
import { describeHappening, timeText } from '../../lib/rehearsal/happening-text.js';
import { parseStory } from '../../lib/rehearsal/parse-story.js';
import { FORMS } from '../../lib/rehearsal/sentences.js';
import { SCOPES } from '../../lib/rehearsal/story.js';

const CAST = {
  resources: ['10.0.0.100', 'IPaddr2::10.0.0.101/24/eth0'],
  nodes: ['lb1', 'lb2'],
  links: ['eth0', 'eth1'],
  reals: ['web1', 'web1:80', '[2001:db8::4]:80'],
};
const told = (text: string): readonly string[] =>
  parseStory(text, 'story', CAST).value.moments.map(({ at, happening }) => `${at}: ${describeHappening(happening)}`);
const wrong = (text: string): readonly string[] =>
  parseStory(text, 'story', CAST).diagnostics.map((one) => renderDiagnostic(one).split('\n')[0] ?? '');

describe('sentences', () => {
  test.each([
    ['lb1 loses power at 10s', ['10000: lb1 loses power']],
    ['lb1 loses power 10s-1.5m', ['10000: lb1 loses power', '90000: lb1 boots']],
    ['LB1 boots at 250ms', ['250: lb1 boots']],
    ['daemon of lb2 dies 1-2', ['1000: the daemon of lb2 dies', '2000: lb2 starts']],
    ['lb1 stops at 1h', ['3600000: lb1 stops']],
    ['lb1 hangs 3s-5s', ['3000: lb1 hangs', '5000: lb1 goes on']],
    ['eth1 of lb2 down 20s-40s', ['20000: eth1 of lb2 is down', '40000: eth1 of lb2 is up']],
    ['eth0 down', ['0: eth0 is down']],
    ['loss 30%', ['0: loss 30%']],
    ['loss 2.5% 1s-2s', ['1000: loss 2.5%', '2000: loss 0%']],
    ['delay 20ms at 1s', ['1000: delay 20ms']],
    ['jitter 1s', ['0: jitter 1s']],
    ['web1 silent at 15s', ['15000: web1 is silent']],
    ['WEB1:80 refuses 1s-2s', ['1000: web1:80 refuses', '2000: web1:80 answers']],
    ['[2001:db8::4]:80 answers wrong', ['0: [2001:db8::4]:80 answers wrong']],
    ['web1 slow 3s 1m-2m', ['60000: web1 takes 3s to answer', '120000: web1 answers']],
    [
      'web1:80 in maintenance 1m-2m',
      ['60000: web1:80 is taken out for maintenance', '120000: web1:80 is back from maintenance'],
    ],
    ['web1 answers at 9s', ['9000: web1 answers']],
    [
      '10.0.0.100 on lb2 fails to start 1s-2s',
      ['1000: 10.0.0.100 on lb2 fails to start', '2000: 10.0.0.100 on lb2 can be started'],
    ],
    ['lb2 standby at 5s', ['5000: lb2 standby all']],
    ['lb2 takeover foreign at 5s', ['5000: lb2 takeover foreign']],
    [
      'clock of lb1 +1h at 7s; clock of lb1 -30s at 8s',
      ['7000: the clock of lb1 is set 1h ahead', '8000: the clock of lb1 is set 30s back'],
    ],
    [
      'eth0 down at 9s\n\n# a comment; with a semicolon\nlb1 hangs at 2s # and one behind',
      ['2000: lb1 hangs', '9000: eth0 is down'],
    ],
    [' ; ;', []],
  ])('%s', (text, happens) => {
    expect(wrong(text)).toEqual([]);
    expect(told(text)).toEqual(happens);
  });

  test('the end is the last that is named', () => {
    expect(parseStory('end at 2m; end at 1m', 'story', CAST).value).toEqual({ moments: [], end: 120_000 });
    expect(parseStory('', 'story', CAST).value).toEqual({ moments: [] });
  });
});

describe('what is not understood', () => {
  test.each([
    [
      'lb3 loses power at 10s',
      "story:1:1: error: there is no node 'lb3' in ha.cf, only lb1, lb2 (did you mean 'lb1'?)",
    ],
    ['lb1 looses power at 10s', "story:1:5: error: 'loses' was expected here (did you mean 'loses'?)"],
    ['lb1 loses power 40s-20s', 'story:1:17: error: the end is not after the beginning'],
    [
      'lb1 loses power soon',
      "story:1:17: error: 'at' and a time such as 10s, 250ms, 1.5m or 2h, or from when to when (20s-40s), is missing",
    ],
    ['lb1 boots', "story:1:5: error: 'at' and a time such as 10s, 250ms, 1.5m or 2h are missing"],
    ['lb1 boots at noon', 'story:1:14: error: a time such as 10s, 250ms, 1.5m or 2h is missing'],
    [
      'eth7 of lb1 down at 1s',
      "story:1:1: error: there is no link 'eth7' in ha.cf, only eth0, eth1 (did you mean 'eth0'?)",
    ],
    [
      'web2 silent at 1s',
      "story:1:1: error: there is no real server 'web2' in ldirectord.cf, only web1, web1:80, [2001:db8::4]:80 (did you mean 'web1'?)",
    ],
    [
      '10.0.0.101 on lb1 fails to start',
      "story:1:1: error: there is no resource '10.0.0.101' in haresources, only 10.0.0.100, IPaddr2::10.0.0.101/24/eth0 (did you mean '10.0.0.100'?)",
    ],
    ['web1 silnt at 1s', "story:1:6: error: 'silent' was expected here (did you mean 'silent'?)"],
    ['web1 slow at 1s', 'story:1:11: error: a time such as 10s, 250ms, 1.5m or 2h is missing'],
    ['loss 130%', 'story:1:6: error: a share such as 30% is missing'],
    ['clock of lb1 1h at 3s', 'story:1:14: error: a step such as +1h or -30s is missing'],
    ['lb1 stops at 3s twice', 'story:1:17: error: nothing more was expected here'],
    ['make coffee', "story:1:1: error: 'make' begins no sentence that is known here: see ha rehearse --help"],
    [
      'lb1 boots at 1s;\n  lb9 boots at 2s',
      "story:2:3: error: there is no node 'lb9' in ha.cf, only lb1, lb2 (did you mean 'lb1'?)",
    ],
  ])('%s', (text, said) => {
    expect(wrong(text)).toEqual([said]);
  });

  test('names of real servers: none without ldirectord, and not all of many', () => {
    const withReals = (reals: readonly string[]): string =>
      parseStory('db silent', 'story', { ...CAST, reals })
        .diagnostics.map(({ message }) => message)
        .join();
    expect(withReals([])).toBe("there is no real server 'db' in ldirectord.cf: no ldirectord is played");
    expect(withReals(Array.from({ length: 20 }, (_, index) => `w${index}`))).toBe(
      "there is no real server 'db' in ldirectord.cf, only w0, w1, w2, w3, w4, w5, w6, w7 and 12 more",
    );
  });

  test('the other sentences count all the same', () => {
    expect(told('nonsense; lb1 stops at 3s')).toEqual(['3000: lb1 stops']);
  });
});

/** Words for each slot of the forms, so that every form is made of them. */
const WORDS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  NODE: fc.constantFrom(...CAST.nodes),
  LINK: fc.constantFrom(...CAST.links),
  RESOURCE: fc.constantFrom(...CAST.resources),
  REAL: fc.constantFrom(...CAST.reals),
  SCOPE: fc.constantFrom('', ...SCOPES),
  SHARE: fc.integer({ min: 0, max: 100 }).map((share) => `${share}%`),
  TIME: fc.integer({ min: 1, max: 10_000_000 }).map(timeText),
  STEP: fc.integer({ min: 1, max: 10_000_000 }).map((time) => `+${timeText(time)}`),
  AT: fc.nat(10_000_000).map((time) => `at ${timeText(time)}`),
  WHEN: fc.oneof(
    fc.constant(''),
    fc.nat(10_000_000).map((time) => `at ${timeText(time)}`),
    fc
      .tuple(fc.nat(10_000_000), fc.integer({ min: 1, max: 10_000_000 }))
      .map(([from, length]) => `${timeText(from)}-${timeText(from + length)}`),
  ),
};

test('every sentence that the help shows is understood, with whatever it is made of', () => {
  const sentence = fc
    .constantFrom(...FORMS)
    .chain((form) => fc.tuple(...form.split(' ').map((slot) => WORDS[slot] ?? fc.constant(slot))))
    .map((words) => words.filter((word) => word !== '').join(' '));
  fc.assert(
    fc.property(fc.array(sentence, { maxLength: 5 }), (sentences) => {
      const { value, diagnostics } = parseStory(sentences.join('; '), 'story', CAST);
      expect(diagnostics).toEqual([]);
      const times = value.moments.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
    }),
  );
});

test('whatever is written, it is read without an exception, and findings point into the text', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('lb1', 'eth0', 'of', 'down', 'at', '10s', '1s-2s', ';', '\n', '#', '%'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (words) => {
      const text = words.join(' ');
      const lines = text.split(/\r?\n/);
      for (const { at } of parseStory(text, 'story', CAST).diagnostics) {
        expect(at.line).toBeLessThanOrEqual(lines.length);
        expect(at.column).toBeLessThanOrEqual((lines[at.line - 1] ?? '').length);
      }
    }),
  );
});

test('times are written so that they are read the same', () => {
  fc.assert(
    fc.property(fc.nat(100_000_000), (time) => {
      expect(parseStory(`lb1 stops at ${timeText(time)}`, 'story', CAST).value.moments[0]?.at).toBe(time);
    }),
  );
});
