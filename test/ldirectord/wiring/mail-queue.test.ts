/** Mails wait for each other, never for more than a few hundred, and nothing waits for them. */
import { createMailQueue, MAX_WAITING } from '../../../lib/ldirectord/wiring/mail-queue.js';
import { millis } from '../../../lib/time.js';

const setUp = () => {
  const lines: string[] = [];
  return { queue: createMailQueue((_priority, text) => lines.push(text)), lines };
};

test('mails of one way go out in order, one at a time; another way is not held up', async () => {
  const { queue } = setUp();
  const seen: string[] = [];
  let release = (): void => {};
  const blocked = new Promise<void>((resolve) => {
    release = resolve;
  });
  queue.post('slow', async () => {
    await blocked;
    seen.push('slow 1');
    return undefined;
  });
  queue.post('slow', async () => void seen.push('slow 2'));
  queue.post('fast', async () => void seen.push('fast'));
  expect(await queue.drained(millis(50))).toBe(2);
  expect(seen).toEqual(['fast']);
  release();
  expect(await queue.drained(millis(5000))).toBe(0);
  expect(seen).toEqual(['fast', 'slow 1', 'slow 2']);
});

test('a failure is one line, also that of a sender that throws, and the next one goes on', async () => {
  const { queue, lines } = setUp();
  queue.post('a', async () => 'failed to send email message: no');
  queue.post('a', () => Promise.reject(new Error('a bug')));
  queue.post('a', async () => undefined);
  expect(await queue.drained(millis(5000))).toBe(0);
  expect(lines).toEqual(['failed to send email message: no', 'Error: a bug']);
});

test('what is too much is dropped, counted and said once', async () => {
  const { queue, lines } = setUp();
  let sent = 0;
  for (let count = 0; count < MAX_WAITING + 5; count += 1)
    queue.post('a', async () => {
      sent += 1;
      return undefined;
    });
  expect(await queue.drained(millis(5000))).toBe(0);
  expect(sent).toBe(MAX_WAITING);
  expect(lines).toEqual([`5 mails were not sent: ${MAX_WAITING} others were waiting`]);
  queue.post('a', async () => 'and it goes on');
  await queue.drained(millis(5000));
  expect(lines.at(-1)).toBe('and it goes on');
});
