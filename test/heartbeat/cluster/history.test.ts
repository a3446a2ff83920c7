/** What was sent can be sent again (heartbeat reference 4.5). */
import { answer, type History, remember } from '../../../lib/heartbeat/cluster/history.js';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { millis } from '../../../lib/time.js';

const sent = (count: number): History => {
  let history: History = [];
  for (let seq = 1; seq <= count; seq++) history = remember(history, seq, message({ n: String(seq) }));
  return history;
};
const numbers = (messages: readonly { fields: readonly { value: unknown }[] }[]): readonly unknown[] =>
  messages.map(({ fields }) => fields[0]?.value);

test('500 are kept', () => {
  const history = sent(600);
  expect(history).toHaveLength(500);
  expect(history[0]?.seq).toBe(101);
  expect(answer(history, 100, 101, 0, millis(0))).toMatchObject({ naks: [100], unknown: undefined });
});

test('the very same message is sent again', () => {
  const history = sent(10);
  expect(answer(history, 4, 4, 0, millis(0)).resend[0]).toBe(history[3]?.message);
});

test('not again within 240 ms', () => {
  const first = answer(sent(10), 3, 5, 0, millis(1000));
  expect(numbers(first.resend)).toEqual(['3', '4', '5']);
  expect(answer(first.history, 3, 5, 0, millis(1239)).resend).toEqual([]);
  expect(numbers(answer(first.history, 3, 6, 0, millis(1100)).resend)).toEqual(['6']);
  expect(numbers(answer(first.history, 3, 5, 0, millis(1240)).resend)).toEqual(['3', '4', '5']);
});

test('what was acknowledged is not sent again, what was never sent is not invented', () => {
  expect(numbers(answer(sent(10), 3, 5, 4, millis(0)).resend)).toEqual(['5']);
  expect(answer(sent(61), 900_000, 900_000, 0, millis(0))).toMatchObject({ resend: [], unknown: 900_000 });
  expect(answer([], 1, 1, 0, millis(0))).toMatchObject({ resend: [], naks: [], unknown: 1 });
});

test('at most 50 numbers are looked at in one request', () => {
  expect(answer(sent(400), 1, 400, 0, millis(0)).resend).toHaveLength(50);
  expect(answer(sent(4), 1, Number.MAX_SAFE_INTEGER, 0, millis(0)).resend).toHaveLength(4);
});
