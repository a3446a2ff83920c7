/** Questions on control sockets, and their refusal. */
import fc from 'fast-check';
import { parseQuestion, type Question, questionLine, refusalIn, refusalLine } from '../../lib/control/protocol.js';

const question: fc.Arbitrary<Question> = fc.oneof(
  fc.constantFrom<Question>({ ask: 'snapshot' }, { ask: 'summary' }),
  fc.record({ ask: fc.constant('events' as const), after: fc.nat(), follow: fc.boolean() }),
);

test('what is asked is understood', () => {
  fc.assert(
    fc.property(question, (asked) => {
      const line = questionLine(asked);
      expect(line.endsWith('\n')).toBe(true);
      expect(parseQuestion(line.trimEnd())).toEqual(asked);
    }),
  );
});

test.each([
  ['', 'a question is one line of JSON'],
  ['null', 'this daemon speaks version 1'],
  ['{"version":2,"ask":"snapshot"}', 'this daemon speaks version 1'],
  ['{"version":1,"ask":"shutdown"}', 'ask is snapshot or events'],
  ['{"version":1,"ask":"events","after":"1"}', 'after is a whole number'],
  ['{"version":1,"ask":"events","after":1.5}', 'after is a whole number'],
])('%s is refused', (line, error) => {
  expect(parseQuestion(line)).toEqual({ error });
});

test('whatever is asked, the answer is a question or a refusal', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
      const read = parseQuestion(line);
      expect('error' in read || 'ask' in read).toBe(true);
    }),
  );
});

test('a refusal is known as one', () => {
  expect(refusalIn(JSON.parse(refusalLine('no')))).toBe('no');
  expect([refusalIn({ version: 1 }), refusalIn(null), refusalIn('error')]).toEqual([undefined, undefined, undefined]);
});
