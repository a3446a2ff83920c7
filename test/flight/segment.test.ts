/** A file of a recording that was cut off or damaged: what is whole is read, the rest is named, and nothing throws. */
import fc from 'fast-check';
import { readSegment } from '../../lib/flight/segment.js';
import { Simulation } from '../../lib/rehearsal/simulation.js';
import { millis } from '../../lib/time.js';
import { recording, segmentOf } from '../support/recorded-life.js';

/** Everything of one node in one file. */
const file = (() => {
  const recorded = recording(100_000, 100);
  const simulation = new Simulation({
    ...{ seed: 7, links: ['eth0', 'eth1'], hosts: { lb1: recorded.host } },
    settings: { keepalive: millis(500) },
  });
  for (const name of ['lb1', 'lb2']) simulation.start(name);
  simulation.run(20_000, () => {});
  const [only] = recorded.files();
  return only ?? Buffer.alloc(0);
})();
const whole = segmentOf(file);

test('a whole file, with every packet of the second link referring to that of the first', () => {
  expect(whole.damage).toBeUndefined();
  const packets = whole.entries.flatMap((entry) =>
    entry.type === 'step' && entry.event.type === 'packet' ? [entry.event] : [],
  );
  expect(packets.length).toBeGreaterThan(50);
  const copies = packets.filter(({ message }, index) => message === packets[index - 1]?.message);
  expect(copies.length).toBeGreaterThan(packets.length / 3);
  expect(file.length / whole.entries.length).toBeLessThan(150);
});

test('cut off anywhere: everything before the last piece', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: file.length - 1 }), (length) => {
      const cut = readSegment(file.subarray(0, length));
      if ('reason' in cut) {
        expect(cut).toEqual({ reason: 'damaged', text: 'it ends before anything is recorded' });
        expect(length).toBeLessThan(file.length / 2);
      } else {
        expect(whole.entries.slice(0, cut.entries.length)).toEqual(cut.entries);
        if (cut.damage !== undefined) expect(cut.damage.kind).toBe('cut');
      }
    }),
    { numRuns: 100 },
  );
});

test('one byte that is another one: noticed, and nothing of what is read is wrong', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: file.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const bytes = Buffer.from(file);
      bytes[at] = (bytes[at] ?? 0) ^ change;
      const read = readSegment(bytes);
      if ('reason' in read) return;
      expect(read.damage).toBeDefined();
      expect(whole.entries.slice(0, read.entries.length)).toEqual(read.entries);
    }),
    { numRuns: 100 },
  );
});

test('anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(readSegment(bytes)).toMatchObject({ reason: expect.stringMatching(/^(foreign|damaged)$/) });
      const line = file.subarray(0, file.indexOf(10) + 1);
      expect(readSegment(Buffer.concat([line, bytes]))).toMatchObject({ reason: 'damaged' });
    }),
  );
});

test('of another format: which one, and what to do', () => {
  expect(readSegment(Buffer.from('ha-suite flight recording 27\nwhatever'))).toEqual({
    reason: 'version',
    text: 'it has format 27, and this ha-suite reads format 1: replay it with the ha-suite that recorded it',
  });
});
