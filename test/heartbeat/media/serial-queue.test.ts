import fc from 'fast-check';
import {
  emptySerialQueue,
  enqueue,
  longestMessage,
  nextPiece,
  pauseAfter,
  queueLimit,
  taken,
} from '../../../lib/heartbeat/media/serial-queue.js';

test('a message goes out in pieces of 512 bytes, with the pause genuine makes (heartbeat reference 3.9)', () => {
  let queue = enqueue(emptySerialQueue, Buffer.alloc(1200, 'x'), queueLimit(19200));
  const pieces: number[] = [];
  const pauses: number[] = [];
  for (let piece = nextPiece(queue); piece !== undefined; piece = nextPiece(queue)) {
    const step = taken(queue, piece.length, 19200);
    pieces.push(piece.length);
    pauses.push(step.pause);
    queue = step.queue;
  }
  expect(pieces).toEqual([512, 512, 176]);
  expect(pauses).toEqual([pauseAfter(512, 19200), pauseAfter(512, 19200), pauseAfter(176, 19200)]);
  // 512 / (19200 / 8) seconds
  expect(pauseAfter(512, 19200)).toBe(214);
});

test('a line that takes nothing is asked again after a pause, and nothing is lost meanwhile', () => {
  const queue = enqueue(emptySerialQueue, Buffer.from('abc'), 2048);
  const step = taken(queue, 0, 9600);
  expect(step.queue).toEqual(queue);
  expect(step.pause).toBeGreaterThan(0);
});

test('what waits stays bounded; whole messages are dropped, the oldest first, never the one that has begun', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.record({ add: fc.integer({ min: 1, max: 900 }) }),
          fc.record({ take: fc.integer({ min: 0, max: 512 }) }),
        ),
        { maxLength: 200 },
      ),
      (steps) => {
        let queue = emptySerialQueue;
        let output = '';
        let number = 0;
        for (const step of steps) {
          if ('add' in step) {
            number += 1;
            queue = enqueue(queue, Buffer.from(`${number}${'.'.repeat(step.add)}\n`), 2048);
          } else {
            const piece = nextPiece(queue)?.subarray(0, step.take) ?? Buffer.alloc(0);
            output += Buffer.from(piece).toString();
            queue = taken(queue, piece.length, 9600).queue;
          }
          const waiting = queue.messages.reduce((sum, one) => sum + one.length, 0) - queue.sent;
          expect(queue.bytes).toBe(waiting);
          expect(waiting).toBeLessThanOrEqual(2048 + 904);
        }
        // What went out are whole messages in their order, but for the last one.
        const lines = output.split('\n').slice(0, -1);
        expect(lines.every((line) => /^\d+\.+$/.test(line))).toBe(true);
        const numbers = lines.map((line) => Number.parseInt(line, 10));
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      },
    ),
  );
});

test('faster lines may hold more', () => {
  expect(queueLimit(9600)).toBeLessThan(queueLimit(115200));
  expect(longestMessage(9600)).toBe(12_000);
});
