/** Names of addresses, from /etc/hosts and name servers, without anybody waiting. */
import { createHostNames } from '../../lib/platform/host-names.js';
import { millis } from '../../lib/time.js';

test('nothing is known before it is asked for; /etc/hosts answers without a name server', async () => {
  let news = 0;
  const names = createHostNames({ timeout: millis(100), atOnce: 4, onNews: () => (news += 1) });
  expect(names.of('127.0.0.1')).toEqual([]);
  await names.refresh(['127.0.0.1']);
  expect(names.of('127.0.0.1')).toContain('localhost');
  expect(news).toBe(1);
  // What has not changed is no news.
  await names.refresh(['127.0.0.1']);
  expect(news).toBe(1);
  names.stop();
});

test('an address that nobody asks for any more is forgotten, and one without a name has none', async () => {
  const names = createHostNames({ timeout: millis(100), atOnce: 4, onNews: () => undefined });
  await names.refresh(['127.0.0.1']);
  // TEST-NET-1: no name server has a name for it.
  await names.refresh(['192.0.2.1']);
  expect(names.of('127.0.0.1')).toEqual([]);
  expect(names.of('192.0.2.1')).toEqual([]);
  names.stop();
});

test('after the stop nothing is asked or told', async () => {
  const names = createHostNames({
    timeout: millis(100),
    atOnce: 4,
    onNews: () => {
      throw new Error('too late');
    },
  });
  const asked = names.refresh(['127.0.0.1', '192.0.2.1']);
  names.stop();
  await asked;
  await names.refresh(['127.0.0.1']);
});
