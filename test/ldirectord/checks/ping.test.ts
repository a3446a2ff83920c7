/** checktype=ping: checkcount attempts of checktimeout each. */
import { type Echo, pingCheck } from '../../../lib/ldirectord/checks/ping.js';
import { seconds } from '../../../lib/time.js';
import { inWords, targetOn, timed } from './run.js';

const asked: unknown[] = [];
const echo =
  (answers: boolean): Echo =>
  async (address, { timeout, attempts }) => {
    asked.push([address, timeout, attempts]);
    return answers;
  };
const target = targetOn(80, { checkTimeout: seconds(2), checkCount: 3 });

test('an answer is up, none is L3TIMEOUT; timeout and attempts are those of the virtual', async () => {
  expect(inWords((await timed(pingCheck(echo(true)), target)).verdict)).toBe('up');
  expect(inWords((await timed(pingCheck(echo(false)), target)).verdict)).toBe('L3TIMEOUT: ');
  expect(asked).toEqual([
    ['127.0.0.1', 2000, 3],
    ['127.0.0.1', 2000, 3],
  ]);
});
