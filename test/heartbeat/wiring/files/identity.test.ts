import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeIdentity } from '../../../../lib/heartbeat/wiring/files/identity.js';
import { seconds } from '../../../../lib/time.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'identity-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the first start makes both files, the second goes on from them', () => {
  const said: string[] = [];
  const log = (priority: string, text: string): void => void said.push(`${priority}: ${text}`);
  const first = takeIdentity(folder, 'file', seconds(1_795_237_964), log);
  expect(readFileSync(join(folder, 'hb_generation'), 'latin1')).toBe('     1795237965\n');
  expect(statSync(join(folder, 'hb_generation')).mode & 0o777).toBe(0o644);
  expect(Buffer.compare(readFileSync(join(folder, 'hb_uuid')), first.uuid)).toBe(0);
  expect(first.uuid).toHaveLength(16);
  const second = takeIdentity(folder, 'file', seconds(1), log);
  expect(second.generation).toBe(first.generation + 1);
  expect(Buffer.compare(second.uuid, first.uuid)).toBe(0);
  expect(said).toEqual([
    'WARN: No Previous generation - starting at 1795237965',
    'info: Heartbeat generation: 1795237965',
    'info: No uuid found for current node - generating a new uuid.',
    'info: Heartbeat generation: 1795237966',
  ]);
});

test('files of the genuine daemon are used as they are', () => {
  writeFileSync(join(folder, 'hb_generation'), '     1795237965\n');
  writeFileSync(join(folder, 'hb_uuid'), Buffer.from('0123456789abcdef'));
  const identity = takeIdentity(folder, 'file', seconds(1), () => {});
  expect(identity.generation).toBe(1_795_237_966);
  expect(Buffer.from(identity.uuid).toString()).toBe('0123456789abcdef');
});

test('without a place to keep the generation there is no start', () => {
  expect(() => takeIdentity(join(folder, 'none'), 'file', seconds(1), () => {})).toThrow('ENOENT');
});

test('where no new file can be made the number goes in the place of the old one, as on a full disk', () => {
  const file = join(folder, 'hb_generation');
  writeFileSync(file, '     1795237965\n');
  writeFileSync(join(folder, 'hb_uuid'), Buffer.from('0123456789abcdef'));
  // In the way of the temporary file.
  mkdirSync(`${file}.${process.pid}`);
  expect(takeIdentity(folder, 'file', seconds(1), () => {}).generation).toBe(1_795_237_966);
  expect(readFileSync(file, 'latin1')).toBe('     1795237966\n');
});

test.each([
  ['torn', '    17952', 'BROKEN'],
  ['empty', '', 'BROKEN'],
  ['garbage', '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0', 'BROKEN'],
  ['negative', '             -3\n', 'BROKEN'],
])('a file that is %s never leads to a start without a generation', (_, content, found) => {
  writeFileSync(join(folder, 'hb_generation'), content);
  const said: string[] = [];
  const { generation } = takeIdentity(folder, 'file', seconds(1_795_237_964), (_priority, text) => said.push(text));
  // A torn number is still a number; anything else is replaced by the time, which is larger than any count of starts.
  expect(generation).toBe(content === '    17952' ? 17_953 : 1_795_237_965);
  expect(said.some((text) => text.includes(found))).toBe(content !== '    17952');
  expect(readFileSync(join(folder, 'hb_generation'), 'latin1')).toBe(`${String(generation).padStart(15)}\n`);
});

test('a later life goes on without a place to write, never back, and says what is wrong', () => {
  const before = { generation: 50, uuid: new Uint8Array(16).fill(7) };
  mkdirSync(join(folder, 'hb_generation'));
  const said: string[] = [];
  const log = (priority: string, text: string): void => void said.push(`${priority}: ${text}`);
  const next = takeIdentity(folder, 'file', seconds(20), log, before);
  expect(next.generation).toBe(51);
  expect(Buffer.from(next.uuid)).toEqual(Buffer.from(before.uuid));
  expect(said.filter((line) => line.startsWith('ERROR'))).toEqual([
    expect.stringMatching(/hb_generation cannot be written \(.*\): it must be before the next start\.$/),
  ]);
  const other = takeIdentity(join(folder, 'none'), 'file', seconds(20), log, next);
  expect(other.generation).toBe(52);
});
