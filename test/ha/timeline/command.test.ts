/** The words of `ha timeline`, its text, its page, its JSON and its exit codes. */
import fc from 'fast-check';
import { eventLine, type HaEvent } from '../../../lib/events/event.js';
import { timelinePage } from '../../../lib/ha/timeline/page.js';
import { timelineText } from '../../../lib/ha/timeline/report.js';
import { timelineOf } from '../../../lib/ha/timeline/timeline.js';
import { haIn, type Said } from '../../support/ha.js';
import { BEGIN, deathStory, journal, node } from './journals.js';

const { lb1, lb2 } = deathStory(1234);
const latin1 = (events: readonly HaEvent[]): string =>
  Buffer.from(events.map((event) => `${eventLine(event)}\n`).join(''), 'utf8').toString('latin1');
const FILES = { 'lb1.events': latin1(lb1), 'none.events': 'half a li', 'lb2.events': latin1(lb2) };
const EVER = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

const pages = new Map<string, string>();
const timeline = (past: readonly HaEvent[], ...words: readonly string[]): Promise<Said> =>
  haIn(FILES, ['timeline', ...words], {
    wall: () => BEGIN + 700_000,
    write: (path, text) => {
      if (path.startsWith('/proc/')) return 'Permission denied';
      pages.set(path, text);
      return undefined;
    },
    daemons: {
      list: () => [],
      past: () => past,
      ask: async () => ({ kind: 'none', problem: 'nobody is there', isThere: false }),
      follow: async () => undefined,
    },
  });

test('both journals, one story', async () => {
  const { stdout, stderr, code } = await timeline(lb2, '--peer', 'lb1.events');
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(
    /^lb2 and lb1, 2026-11-2\d \d\d:15:00\.001 to 2026-11-2\d \d\d:25:01\.301, by the clock of lb2$/,
  );
  expect(lines[1]).toBe('The clock of lb1 is 1.233 s ahead (±0.003 s; 5 cluster messages).');
  expect(stdout).toMatch(
    /^1\. .*:25:01\.022 {2}lb2: node lb1: active -> dead; 10\.0\.0\.100 was without an answer for 1\.046 s/m,
  );
  expect(stdout).toMatch(
    /^ {2} +\+0\.001 s {2}lb2 {2}heartbeat +node lb1: active -> dead \[nothing heard for 1023 ms; /m,
  );
  expect(stdout).toMatch(/\n\d+ other events, which ha events shows\.\n$/);
});

test('on a third machine the journals of both are peers', async () => {
  const { stdout, code } = await timeline([], '--peer', 'lb2.events', 'lb1.events');
  expect([code, stdout.split('\n')[1]]).toEqual([
    0,
    'The clock of lb1 is 1.233 s ahead (±0.003 s; 5 cluster messages).',
  ]);
});

test('for machines', async () => {
  const { stdout } = await timeline(lb2, '--peer', 'lb1.events', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    machines: [{ name: 'lb2' }, { name: 'lb1', messages: 5, error: 3 }],
    incidents: [
      {
        addresses: [{ address: '10.0.0.100', from: ['lb1'], owners: ['lb2'], outage: 1046 }],
        events: expect.arrayContaining([expect.objectContaining({ machine: 'lb2', because: 0 })]) as unknown,
      },
    ],
  });
});

test('a range', async () => {
  const before = await timeline(lb2, '--peer', 'lb1.events', '--to', '5m');
  expect(before.stdout).toMatch(/\nNo incident; 16 other events, which ha events shows\.\n$/);
  const after = await timeline(lb2, '--from', '1m');
  expect(after.stdout).toBe('Nothing has happened then, as far as the journals tell.\n');
});

test('a page that needs nothing else', async () => {
  const { stdout, code } = await timeline(lb2, '--peer', 'lb1.events', '--html', 'story.html');
  expect([code, stdout]).toEqual([0, '']);
  const page = pages.get('story.html') ?? '';
  expect(page).toMatch(/^<!DOCTYPE html>\n/);
  expect(page).toContain('10.0.0.100 was without an answer for 1.046 s (lb1 -&gt; lb2)');
  expect(page).toContain('prefers-color-scheme: dark');
  // Links go to places of the page itself.
  expect(page.match(/\b(?:src|href)="(?!#)|url\(|@import|<script/g)).toBeNull();
});

test.each([
  [['--peer', 'gone.events'], 1, /^ha: gone\.events: No such file/],
  [['--peer', 'none.events'], 1, /^ha: none\.events: there is no event of ha-suite in it/],
  [['--html', '/proc/story.html'], 1, /^ha: \/proc\/story\.html: Permission denied/],
  [['--from', 'tea'], 2, /^ha: --from must be like 2h or "2026-11-27 20:15", not 'tea'/],
  [['--from', '1h', '--to', '2h'], 2, /^ha: --from must be before --to/],
  [['--nonsense'], 2, /unknown option/],
])('%j', async (words, code, said) => {
  const result = await timeline(lb2, ...words);
  expect([result.code, result.stdout]).toEqual([code, '']);
  expect(result.stderr).toMatch(said);
});

const nasty = fc.oneof(
  fc.constantFrom(
    '</td><script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '\x1b[2J',
    '&lt;',
    '\u202e',
    'ä€😀',
    "'`",
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

test('hostile texts stay texts, on the page and at the terminal', () => {
  fc.assert(
    fc.property(nasty, nasty, nasty, nasty, (name, real, cause, instance) => {
      const bad = journal(`lb${name}`);
      bad.at(0, { ...node(real, 'active', 'dead', cause), decidedBy: cause });
      bad.at(1, { type: 'check', virtual: name, real, from: 'up', to: 'down', cause }, 'ldirectord');
      bad.at(2, { type: 'announcement', address: real, device: name });
      const events = bad.events.map((event) => ({ ...event, instance }));
      const told = timelineOf(events, undefined, EVER);
      const page = timelinePage(told);
      // The tags are ours, whatever the texts are: as many as with a harmless one.
      const tags = page.match(/<[^>]*>/g) ?? [];
      for (const tag of tags)
        expect(tag).toMatch(
          /^<(?:!DOCTYPE html|\/?(?:html|head|body|title|style|h1|h2|p|section|ol|li|table|thead|tbody|tr|th|td|a|br|meta)(?: (?:lang|charset|name|content|http-equiv|class|id|href)="[^"<>]*")*)>$/,
        );
      expect(page).toMatch(/^[\n -~]*$/);
      expect(timelineText(told, false)).toMatch(/^(?:[^\p{Cc}\p{Cf}]|\n)*$/u);
    }),
  );
});
