/** How long genuine may need, by the configuration and by what checks take here. */
import fc from 'fast-check';
import { adopt } from '../../../lib/ldirectord/director.js';
import { createPace, toleranceOf, waitAfterLook } from '../../../lib/ldirectord/shadow/tolerance.js';
import { millis, seconds } from '../../../lib/time.js';
import { config, real, virtual } from '../build.js';

const SLACK = 5_000;
const byDeadline = (_: string, deadline: number) => millis(deadline);

const web = virtual('10.0.0.3:80', [real('192.168.0.1'), real('192.168.0.2')], {
  ...{ checkTimeout: seconds(3), failureCount: 2, checkInterval: seconds(20) },
});
const mail = virtual('10.0.0.4:25', [real('192.168.0.1', 25)], {
  ...{ checkType: { kind: 'negotiate' }, service: 'smtp', negotiateTimeout: seconds(7), checkInterval: seconds(4) },
});

const directorOf = (more: Parameters<typeof config>[1] = {}) =>
  adopt(config([web, mail], { checkInterval: seconds(10), ...more }), { services: [] });

describe('the longest that the configuration allows for', () => {
  test('all checks of the file one after the other, and the pause, failurecount times', () => {
    const round = 10_000 + 2 * 3_000 + 7_000;
    expect(toleranceOf(directorOf(), 'tcp:10.0.0.3:80', byDeadline)).toBe(SLACK + 2 * round);
    expect(toleranceOf(directorOf(), 'tcp:10.0.0.4:25', byDeadline)).toBe(SLACK + round);
  });

  test('with fork=yes each virtual has a process and a pause of its own', () => {
    const director = directorOf({ fork: true });
    expect(toleranceOf(director, 'tcp:10.0.0.3:80', byDeadline)).toBe(SLACK + 2 * (20_000 + 6_000));
    expect(toleranceOf(director, 'tcp:10.0.0.4:25', byDeadline)).toBe(SLACK + 4_000 + 7_000);
  });

  test('a server of two virtuals with the same check is checked once', () => {
    const again = virtual('10.0.0.5:80', [real('192.168.0.1')], { checkTimeout: seconds(3) });
    const director = adopt(config([web, again], { checkInterval: seconds(10) }), { services: [] });
    expect(toleranceOf(director, 'tcp:10.0.0.5:80', byDeadline)).toBe(SLACK + 10_000 + 6_000);
  });

  test('a virtual that has left the configuration waits for one round', () => {
    expect(toleranceOf(directorOf(), 'tcp:10.0.0.9:80', byDeadline)).toBe(SLACK + 10_000 + 6_000 + 7_000);
  });
});

describe('what a check costs', () => {
  const deadline = seconds(5);

  test('its whole deadline until it has ended once, then twice what it took', () => {
    const pace = createPace();
    expect(pace.costOf('a', deadline, millis(0))).toBe(5_000);
    pace.begin('a', millis(0));
    pace.end('a', millis(100));
    expect(pace.costOf('a', deadline, millis(200))).toBe(250);
  });

  test('its whole deadline while it runs longer than it should', () => {
    const pace = createPace();
    pace.begin('a', millis(0));
    pace.end('a', millis(100));
    pace.begin('a', millis(1_000));
    expect(pace.costOf('a', deadline, millis(1_200))).toBe(250);
    expect(pace.costOf('a', deadline, millis(1_300))).toBe(5_000);
  });

  test('one slow check is remembered for five minutes', () => {
    const pace = createPace();
    const check = (at: number, took: number): void => {
      pace.begin('a', millis(at));
      pace.end('a', millis(at + took));
    };
    check(0, 2_000);
    check(10_000, 10);
    expect(pace.costOf('a', deadline, millis(10_010))).toBe(4_050);
    check(302_100, 10);
    expect(pace.costOf('a', deadline, millis(302_110))).toBe(70);
  });

  test('what the configuration does not have any more is forgotten', () => {
    const pace = createPace();
    pace.begin('a', millis(0));
    pace.end('a', millis(10));
    pace.keep(new Set(['b']));
    expect(pace.costOf('a', deadline, millis(20))).toBe(5_000);
  });

  test('property: never more than the deadline', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000)), fc.nat(20_000), (took, later) => {
        const pace = createPace();
        let mono = 0;
        for (const each of took) {
          pace.begin('a', millis(mono));
          mono += each;
          pace.end('a', millis(mono));
        }
        pace.begin('a', millis(mono));
        const cost = pace.costOf('a', deadline, millis(mono + later));
        expect(cost).toBeGreaterThan(0);
        expect(cost).toBeLessThanOrEqual(deadline);
      }),
    );
  });
});

test.each([
  ['each second while it is cheap', 3, 10_000, 1_000],
  ['a twentieth of the time at most', 200, 10_000, 4_000],
  ['once in checkinterval', 2_000, 6_000, 6_000],
  ['every ten seconds at least', 2_000, 60_000, 10_000],
  ['a checkinterval of less than a second', 2_000, 100, 1_000],
])('the table is read: %s', (_, took, interval, wait) => {
  expect(waitAfterLook(millis(took), millis(interval))).toBe(wait);
});
