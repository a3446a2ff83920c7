/** What a file in the maintenance directory says. */
import fc from 'fast-check';
import { noteText, parseNote, printNote } from '../../lib/ldirectord/maintenance-note.js';

const DISABLED = { mode: 'disabled', since: undefined, deadline: undefined, by: undefined, reason: undefined };

test('a drain, as it stands in the file', () => {
  const note = {
    mode: 'drained',
    since: Date.UTC(2026, 10, 27, 20, 15),
    deadline: Date.UTC(2026, 10, 28, 4, 15),
    by: 'alice',
    reason: 'new disk',
  } as const;
  expect(printNote(note)).toBe(
    'drain\nsince=2026-11-27T20:15:00.000Z\nby=alice\ndeadline=2026-11-28T04:15:00.000Z\nreason=new disk\n',
  );
});

test.each(['', '\n', 'drained', 'Drain', '# drain', 'drain today\nreason=x', 'back on monday\nreason=x', '\0\xff'])(
  'a file that is not ours, %j, disables and says nothing',
  (text) => expect(parseNote(text)).toEqual(DISABLED),
);

test('written by hand: blanks and line ends of other systems do no harm, nor does what is not understood', () => {
  expect(parseNote(' drain \r\nwho=me\r\nsince=yesterday\r\nreason=  disk\u001b[2J \r\n')).toEqual({
    ...DISABLED,
    mode: 'drained',
    reason: 'disk [2J',
  });
});

const time = fc.option(fc.integer({ min: 0, max: 4_102_444_800_000 }), { nil: undefined });
const line = fc.option(fc.string({ unit: 'binary', maxLength: 300 }).map(noteText), { nil: undefined });

test('what is written is read as the same', () => {
  fc.assert(
    fc.property(
      fc.record({ mode: fc.constantFrom('drained', 'disabled'), since: time, deadline: time, by: line, reason: line }),
      (note) => expect(parseNote(printNote(note))).toEqual(note),
    ),
  );
});

test('no text is too strange, and none gets a line end or a control character into a table', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('drain\nreason=', 'disable\nby=', ''),
      (text, before) => {
        const { by, reason } = parseNote(`${before}${text}`);
        for (const said of [by, reason]) if (said !== undefined) expect(said).toMatch(/^[^\p{Cc}\p{Cs}]{1,200}$/u);
        const again = noteText(text);
        expect(noteText(again)).toBe(again);
      },
    ),
  );
});
