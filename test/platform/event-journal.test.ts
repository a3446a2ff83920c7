/** The journal of events: bounded, whole after a crash, silent where nothing can be written. */
import { appendFileSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HaEvent } from '../../lib/events/event.js';
import { openEventJournal, readEventJournal } from '../../lib/platform/event-journal.js';
import { millis } from '../../lib/time.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const event = (seq: number): HaEvent => ({
  ...{ node: 'lb1', program: 'heartbeat', instance: '', run: 1, seq, mono: millis(seq), wall: millis(seq) },
  ...{ type: 'late', duration: seq },
});
const said: string[] = [];
const log = (priority: string, text: string): void => void said.push(`${priority}: ${text}`);

test('what is kept is read again, over the ends of two lives and a half line', async () => {
  const path = join(folder, 'deep', 'a.events');
  const first = openEventJournal(path, log, join(folder, 'deep'));
  first.keep(event(1));
  first.keep(event(2));
  await first.close();
  appendFileSync(path, '{"version":1,"node":"lb');
  appendFileSync(path, '\n');
  const second = openEventJournal(path, log, join(folder, 'deep'));
  second.keep(event(3));
  await second.close();
  expect(readEventJournal(path)).toEqual([event(1), event(2), event(3)]);
  expect(said).toEqual([]);
});

test('it does not grow beyond its two files', async () => {
  const path = join(folder, 'a.events');
  const full = 2000;
  for (let count = 1; count <= 200; count += 1) {
    // Each life writes a few lines, as a daemon does over months.
    const journal = openEventJournal(path, log, folder, full);
    journal.keep(event(count));
    await journal.close();
    expect(statSync(path).size).toBeLessThanOrEqual(full);
  }
  expect(statSync(`${path}.old`).size).toBeLessThanOrEqual(full);
  const kept = readEventJournal(path).map(({ seq }) => seq);
  expect(kept.length).toBeGreaterThan(10);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 201 - kept.length + index));
});

test('where nothing can be written that is said once, and nothing throws', async () => {
  const blocked = join(folder, 'file');
  writeFileSync(blocked, '');
  const path = join(blocked, 'a.events');
  const journal = openEventJournal(path, log, blocked);
  journal.keep(event(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  journal.keep(event(2));
  await journal.close();
  expect(existsSync(path)).toBe(false);
  expect(said).toEqual([expect.stringMatching(/^WARN: No events are kept in .*a\.events: /)]);
  expect(readEventJournal(path)).toEqual([]);
});
