/** Health: failurecount failures in a row take a real server down, one success brings it up. */
import fc from 'fast-check';
import { ADOPTED, count, type Health, UNKNOWN } from '../../lib/ldirectord/health.js';

/** Plays a series of results: + good, - bad; returns the events. */
const play = (start: Health, results: string, failureCount: number): string[] => {
  let health = start;
  return [...results].map((result) => {
    const step = count(health, result === '+', failureCount);
    health = step.health;
    return step.event + (step.cleared ? '!' : '');
  });
};

describe('health of a real server', () => {
  test('failurecount=1: the first failure takes it down, the next success brings it back', () => {
    expect(play(ADOPTED, '+-+', 1)).toEqual(['same', 'down', 'up!']);
  });

  test('failurecount=3: two soft failures, then down; a success in between starts again', () => {
    expect(play(ADOPTED, '--+---+', 3)).toEqual(['soft', 'soft', 'same!', 'soft', 'soft', 'down', 'up!']);
  });

  test('failures of a server that is down are not counted', () => {
    expect(play(ADOPTED, '----+', 2)).toEqual(['soft', 'down', 'same', 'same', 'up!']);
  });

  test('a server that nobody has seen up goes down with its first failure, whatever failurecount says', () => {
    expect(play(UNKNOWN, '-', 3)).toEqual(['down']);
    expect(play(UNKNOWN, '+', 3)).toEqual(['up']);
  });

  test('property: it is up exactly when fewer than failurecount failures follow the last success', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1 }), fc.integer({ min: 1, max: 5 }), (results, failureCount) => {
        let health: Health = ADOPTED;
        let trailing = 0;
        let isUp = true;
        for (const good of results) {
          health = count(health, good, failureCount).health;
          trailing = good ? 0 : trailing + 1;
          if (good) isUp = true;
          else if (trailing >= failureCount) isUp = false;
          expect(health.standing).toBe(isUp ? 'up' : 'down');
        }
      }),
    );
  });
});
