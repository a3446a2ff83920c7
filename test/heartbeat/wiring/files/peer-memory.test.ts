/** What a life tells the next one about the peers. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  openPeerMemory,
  PEERS_FILE,
  parsePeers,
  peersText,
} from '../../../../lib/heartbeat/wiring/files/peer-memory.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const PEERS = [
  { name: 'lb2', generation: 1795255430, seq: 77 },
  { name: 'lb3', generation: 5, seq: 0 },
];

test('what was kept is there after the restart', () => {
  openPeerMemory(folder, () => {}).keep(PEERS);
  expect(openPeerMemory(folder, () => {}).peers).toEqual(PEERS);
  expect(readFileSync(join(folder, PEERS_FILE), 'latin1')).toBe('lb2 1795255430 77\nlb3 5 0\n');
  expect(statSync(join(folder, PEERS_FILE)).mode & 0o777).toBe(0o600);
});

test('without a file, or with a damaged one, nothing is known', () => {
  expect(openPeerMemory(folder, () => {}).peers).toEqual([]);
  writeFileSync(join(folder, PEERS_FILE), 'lb2 5\n\0\0\0\nlb3 6 7\nlb4 -1 2\n');
  expect(openPeerMemory(folder, () => {}).peers).toEqual([{ name: 'lb3', generation: 6, seq: 7 }]);
});

test('a disk that refuses is named once', () => {
  const logged: string[] = [];
  const memory = openPeerMemory(join(folder, 'gone'), (_, line) => logged.push(line));
  memory.keep(PEERS);
  memory.keep(PEERS);
  expect(logged).toEqual([expect.stringContaining('Cannot write')]);
});

test('any text is read without harm, and what is written is read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const { generation, seq } of parsePeers(text))
        expect([Number.isSafeInteger(generation), Number.isSafeInteger(seq)]).toEqual([true, true]);
    }),
  );
  const peer = fc.record({
    name: fc.stringMatching(/^[a-z0-9.-]{1,64}$/),
    generation: fc.nat(),
    seq: fc.nat(),
  });
  fc.assert(fc.property(fc.array(peer), (peers) => expect(parsePeers(peersText(peers))).toEqual(peers)));
});
