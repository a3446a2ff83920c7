/**
 * Packets that are broken in one place each (heartbeat reference 11.5): several of them, unsigned as they are here, abort a
 * genuine daemon, as the first line of the file says. Nothing of the kind reaches our machine, and we never send one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { AuthKeys } from '../../../lib/heartbeat/config/model.js';
import { signature } from '../../../lib/heartbeat/wire/digest.js';
import type { Message } from '../../../lib/heartbeat/wire/message.js';
import { decodePacket, encodePacket } from '../../../lib/heartbeat/wire/packet.js';
import { createPacketReader } from '../../../lib/heartbeat/wiring/traffic/packets.js';
import { Simulation } from '../../../lib/rehearsal/simulation.js';
import { millis } from '../../../lib/time.js';
import { arbitraryMessage } from '../../support/arbitrary-message.js';
import { BenchNode } from '../../support/bench-node.js';
import { genuineHost } from '../../support/genuine-peer.js';
import { projectRoot } from '../../support/paths.js';

const FOLDER = join(projectRoot, 'test', 'heartbeat', 'wire', 'corpus');
const KEY = { index: 1, method: 'sha1', key: 'x' } as const;
const KEYS: AuthKeys = { sign: KEY, keys: new Map([[1, KEY]]) };

const corpus = readdirSync(FOLDER)
  .sort()
  .map((file): readonly [string, Buffer] => {
    const lines = readFileSync(join(FOLDER, file), 'latin1').split('\n');
    return [file, Buffer.from(lines.filter((line) => !line.startsWith('#')).join(''), 'hex')];
  });

/** The same with a trailer of somebody who has the key: a peer with a bug. */
const signed = (packet: Buffer): Buffer => {
  const trailer = signature(KEY, packet);
  return Buffer.concat([packet, Buffer.from(`${trailer.length}:${trailer},`)]);
};

/** Sends packets on the way they come in; what the machine got of them. */
const feed = (packets: readonly Buffer[]): { readonly node: BenchNode; readonly got: readonly Message[] } => {
  const node = new BenchNode();
  node.join();
  const got: Message[] = [];
  const reader = createPacketReader({
    keys: () => KEYS,
    logBadPackets: true,
    log: () => undefined,
    mono: () => millis(0),
    onMessage: (message, link) => {
      got.push(message);
      node.packet(message, link);
    },
  });
  for (const packet of packets) reader.read(packet, 'eth0');
  return { node, got };
};

test('there is a corpus', () => expect(corpus.length).toBeGreaterThan(40));

test.each(corpus)('%s is refused, and changes nothing', (_, packet) => {
  expect(decodePacket(packet, KEYS)).toMatchObject({ ok: false });
  const { node, got } = feed([packet]);
  expect(got).toEqual([]);
  const untouched = new BenchNode();
  untouched.join();
  expect(node.state).toEqual(untouched.state);
});

test.each(corpus)('%s from a peer with a bug harms nobody', (file, packet) => {
  const { node, got } = feed([signed(packet)]);
  // A field may be empty, and compressed bytes are unpacked by whoever wants them.
  const legal = ['compressed-broken.hex', 'empty-value.hex', 'no-fields.hex', 'list-broken.hex', 'list-long.hex'];
  if (!legal.includes(file)) expect(got).toEqual([]);
  node.beat();
  expect(node.view().nodes[1]?.status).toBe('active');
});

/** Every field of a netstring packet, and of the messages within it. */
const bodies = (packet: Uint8Array): readonly string[] => {
  const text = Buffer.from(packet).toString('latin1');
  const found: string[] = [];
  let at = 4;
  while (!text.startsWith('%%%\n', at)) {
    const head = /^(\d+):/.exec(text.slice(at, at + 8));
    if (head?.[1] === undefined) throw new Error(`no length at ${at}`);
    const body = text.slice(at + head[0].length, at + head[0].length + Number(head[1]));
    found.push(body);
    if (body.startsWith('(2)')) found.push(...bodies(Buffer.from(body.slice(body.indexOf('=') + 1), 'latin1')));
    at += head[0].length + body.length + 1;
  }
  return found;
};

test('whatever we encode has a type prefix and a name in front of every field', () => {
  fc.assert(
    fc.property(arbitraryMessage, fc.constantFrom('classic' as const, 'netstring' as const), (message, format) => {
      for (const body of bodies(encodePacket(message, KEY, format))) expect(body).toMatch(/^\([0-4]\)\w+=/);
    }),
  );
});

test('and so has everything a cluster says, whatever a script gives it to say', () => {
  fc.assert(
    fc.property(arbitraryMessage, fc.integer(), (message, seed) => {
      const simulation = new Simulation({ seed, hosts: { lb2: genuineHost } });
      simulation.start('lb1');
      simulation.start('lb2');
      simulation.run(2_000);
      simulation.submitMessage('lb1', {
        fields: [{ type: 'string', name: 't', value: 'anything' }, ...message.fields],
      });
      simulation.run(500);
      for (const { message: sent } of simulation.traffic)
        for (const body of bodies(encodePacket(sent, KEY, 'classic'))) expect(body).toMatch(/^\([0-4]\)\w+=/);
    }),
    { numRuns: 20 },
  );
});
