import { turnMemory } from '../../lib/platform/turn-memory.js';

test('read once in a turn of the event loop, anew in the next one and after a change', async () => {
  const memory = turnMemory<number>();
  let count = 0;
  const read = (): number => {
    count += 1;
    return count;
  };
  expect([memory.get(read), memory.get(read)]).toEqual([1, 1]);
  await Promise.resolve();
  expect(memory.get(read)).toBe(1);
  memory.forget();
  expect([memory.get(read), memory.get(read)]).toEqual([2, 2]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(memory.get(read)).toBe(3);
});

test('what was read and is undefined is remembered, too', () => {
  const memory = turnMemory<undefined>();
  let count = 0;
  const read = (): undefined => {
    count += 1;
    return undefined;
  };
  memory.get(read);
  memory.get(read);
  expect(count).toBe(1);
});
