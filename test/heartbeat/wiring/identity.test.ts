import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeIdentity } from '../../../lib/heartbeat/wiring/identity.js';
import { seconds } from '../../../lib/time.js';

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
