/** checktype=N: connects between negotiates. */
import { connectsAfter, roundKind } from '../../lib/ldirectord/combined.js';

/** Plays rounds with the given results; returns what each round did. */
const play = (connects: number, results: string): string => {
  let left = 0;
  return [...results]
    .map((result) => {
      const kind = roundKind(left);
      left = connectsAfter(left, connects, result === '+');
      return kind === 'negotiate' ? 'GET' : 'c';
    })
    .join(' ');
};

describe('checktype=N', () => {
  test('N connects follow each good negotiate', () => {
    expect(play(2, '+++++++')).toBe('GET c c GET c c GET');
  });
  test('a failed connect makes the next check a negotiate, a failed negotiate is repeated', () => {
    expect(play(2, '+--+++')).toBe('GET c GET GET c c');
    expect(play(2, '---')).toBe('GET GET GET');
  });
  test('0 means always negotiate', () => {
    expect(play(0, '+++')).toBe('GET GET GET');
  });
});
