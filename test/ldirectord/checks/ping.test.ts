/** checktype=ping: checkcount attempts of checktimeout each. */
import { type Echo, type EchoAnswer, pingCheck } from '../../../lib/ldirectord/checks/ping.js';
import { seconds } from '../../../lib/time.js';
import { inWords, targetOn, timed } from './run.js';

const asked: unknown[] = [];
const echo =
  (answer: EchoAnswer): Echo =>
  async (address, { timeout, attempts }) => {
    asked.push([address, timeout, attempts]);
    return answer;
  };
const target = targetOn(80, { checkTimeout: seconds(2), checkCount: 3 });

const silence = { ok: false, reason: 'no reply within 2000 ms', unreachable: false } as const;
const refusal = { ok: false, reason: 'No route to host', unreachable: true } as const;

test('an answer is up, silence L3TIMEOUT, a refusal L3UNREACHABLE with its reason', async () => {
  expect(inWords((await timed(pingCheck(echo({ ok: true })), target)).verdict)).toBe('up');
  expect(inWords((await timed(pingCheck(echo(silence)), target)).verdict)).toBe('L3TIMEOUT: ');
  expect(inWords((await timed(pingCheck(echo(refusal)), target)).verdict)).toBe('L3UNREACHABLE No route to host: ');
});

test('timeout and attempts are those of the virtual', () => {
  expect(asked).toEqual(Array(3).fill(['127.0.0.1', 2000, 3]));
});
