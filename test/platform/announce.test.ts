import { type AnnounceOptions, announce, cancelAnnouncement } from '../../lib/platform/announce.js';
import { millis } from '../../lib/time.js';

/** A device that is not there: every time is tried, and refused. */
const TARGET = { device: 'nowhere0', address: '10.0.0.100' };

const options = (count: number): AnnounceOptions => ({ count, interval: millis(20), log: () => undefined });

afterEach(() => cancelAnnouncement(TARGET));

test('a reminder does not cut off the announcement of a takeover', async () => {
  const takeover = announce(TARGET, options(5));
  expect(announce(TARGET, options(1))).toBe(takeover);
  expect(announce({ ...TARGET, address: '10.0.0.101' }, options(1))).not.toBe(takeover);
  expect(await takeover.done).toBe(false);
  // It is over, and the next reminder is one of its own.
  expect(announce(TARGET, options(1))).not.toBe(takeover);
});

test('an announcement that goes out as often or more often replaces what is under way, as does one of another hardware address', async () => {
  const first = announce(TARGET, options(3));
  const second = announce(TARGET, options(3));
  expect(second).not.toBe(first);
  expect(await first.done).toBe(false);
  const third = announce({ ...TARGET, mac: Uint8Array.of(2, 0, 0, 0, 0, 1) }, options(1));
  expect(third).not.toBe(second);
  expect(await Promise.all([second.done, third.done])).toEqual([false, false]);
});
