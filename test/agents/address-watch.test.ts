import fc from 'fast-check';
import {
  type AddressWatch,
  isUnsettled,
  isWatching,
  NOTHING_WATCHED,
  stepWatch,
  type WatchEffect,
} from '../../lib/agents/address-watch.js';
import type { AddressEntry } from '../../lib/platform/address-entry.js';
import { millis } from '../../lib/time.js';

const entry = (address: string, device = 'eth0'): AddressEntry => ({
  ...{ device, address, family: 'ipv4', prefix: 24, label: `${device}:0`, broadcast: '10.0.0.255' },
  ...{ secondary: true, tentative: false, duplicate: false },
});
const VIP = entry('10.0.0.100');
const OTHER = entry('10.0.0.101');

/** A watch that is told one thing after another. */
const watching = () => {
  let state: AddressWatch = NOTHING_WATCHED;
  const tell =
    (event: Parameters<typeof stepWatch>[1]) =>
    (at: number): readonly WatchEffect[] => {
      const step = stepWatch(state, event, millis(at));
      state = step.state;
      return step.effects;
    };
  return {
    held: (...addresses: string[]) => tell({ type: 'held', addresses })(0),
    released: (...addresses: string[]) => tell({ type: 'released', addresses })(0),
    seen: (at: number, ...entries: AddressEntry[]) => tell({ type: 'seen', entries })(at),
    state: () => state,
  };
};

test('what was there and is gone is put back at once, as it was', () => {
  const watch = watching();
  watch.held('10.0.0.100', '10.0.0.101');
  expect(watch.seen(1000, VIP, OTHER)).toEqual([]);
  expect(watch.seen(1500, OTHER)).toEqual([{ type: 'restore', entry: VIP, times: 1 }]);
  expect(watch.seen(2000, OTHER, VIP)).toEqual([]);
  expect(isUnsettled(watch.state())).toBe(false);
});

test('only what was there can be missed, and what is about to be stopped is not', () => {
  const watch = watching();
  watch.held('10.0.0.100');
  expect(watch.seen(1000)).toEqual([]);
  expect(watch.seen(1500, VIP)).toEqual([]);
  watch.released('10.0.0.100');
  expect(watch.seen(2000)).toEqual([]);
  expect(isWatching(watch.state())).toBe(false);
});

test('an address on the loopback device is no substitute; one that an administrator has moved elsewhere is', () => {
  const watch = watching();
  watch.held('10.0.0.100');
  watch.seen(1000, VIP);
  const moved = entry('10.0.0.100', 'bond0');
  expect(watch.seen(1500, moved)).toEqual([]);
  expect(watch.seen(2000, entry('10.0.0.100', 'lo'))).toEqual([{ type: 'restore', entry: moved, times: 1 }]);
});

test('in whatever spelling an IPv6 address stands in haresources', () => {
  const watch = watching();
  const six = entry('fd00::5');
  watch.held('FD00:0::5');
  watch.seen(0, six);
  expect(watch.seen(500)).toEqual([{ type: 'restore', entry: six, times: 1 }]);
  watch.seen(1000, six);
  watch.released('FD00:0::5');
  expect(watch.seen(1500)).toEqual([]);
});

test('against somebody who insists it is tried less and less often, and said once each time', () => {
  const watch = watching();
  watch.held('10.0.0.100');
  watch.seen(0, VIP);
  const said: string[] = [];
  for (let at = 500; at <= 600_000; at += 500) {
    for (const effect of watch.seen(at)) said.push(`${at / 1000} ${effect.type}`);
    // Whatever was put back is gone before the next look.
  }
  expect(said.filter((line) => line.endsWith('restore'))).toEqual(
    [0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 63.5, 123.5, 183.5, 243.5, 303.5, 363.5, 423.5, 483.5, 543.5].map(
      (at) => `${at} restore`,
    ),
  );
  // The last pause is not over.
  expect(said.filter((line) => line.endsWith('wait'))).toHaveLength(15);
  expect(said).toHaveLength(30);
});

test('after a minute of peace the next removal is the first one again', () => {
  const watch = watching();
  watch.held('10.0.0.100');
  watch.seen(0, VIP);
  watch.seen(500);
  watch.seen(1000, VIP);
  expect(watch.seen(1200)).toEqual([{ type: 'wait', entry: VIP, times: 1, pause: 300 }]);
  expect(watch.seen(1500)).toMatchObject([{ type: 'restore', times: 2 }]);
  watch.seen(2000, VIP);
  watch.seen(61_600, VIP);
  expect(watch.seen(62_000)).toMatchObject([{ type: 'restore', times: 1 }]);
});

test('nothing is ever put back that is not held, nor more often than every second', () => {
  const events = fc.array(
    fc.record({
      what: fc.constantFrom('held', 'released', 'there', 'gone', 'gone'),
      pause: fc.integer({ min: 0, max: 3000 }),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(events, (sequence) => {
      const watch = watching();
      let [at, isHeld, last] = [0, false, Number.NEGATIVE_INFINITY];
      for (const { what, pause } of sequence) {
        at += pause;
        if (what === 'held') watch.held('10.0.0.100');
        if (what === 'released') watch.released('10.0.0.100');
        if (what === 'held' || what === 'released') {
          [isHeld, last] = [what === 'held', Number.NEGATIVE_INFINITY];
          continue;
        }
        const restored = watch.seen(at, ...(what === 'there' ? [VIP] : [])).filter(({ type }) => type === 'restore');
        expect(restored.length).toBeLessThanOrEqual(isHeld && what === 'gone' && at - last >= 1000 ? 1 : 0);
        if (restored.length > 0) last = at;
      }
    }),
  );
});
