import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configuredChoice } from '../../../lib/ipvs/engines/configured.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ha-suite-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const choiceOf = (text: string | undefined) => {
  const path = join(folder, 'ha-suite.ini');
  if (text !== undefined) writeFileSync(path, text);
  const lines: string[] = [];
  return { choice: configuredChoice((priority, line) => void lines.push(`${priority}: ${line}`), path), lines };
};

test('takes the engine of the file', () => {
  expect(choiceOf('[ipvs]\nengine = nft\n')).toEqual({ choice: 'nft', lines: [] });
});

test('is auto without a file', () => {
  expect(choiceOf(undefined)).toEqual({ choice: 'auto', lines: [] });
});

test('says what is wrong with the file, and goes on with the default', () => {
  const { choice, lines } = choiceOf('[ipvs]\nengine = iptables\n');
  expect(choice).toBe('auto');
  expect(lines).toEqual([expect.stringMatching(/^ERROR: .*ha-suite\.ini:2:\d+: error: /)]);
});
