/** checktype=N: after a good negotiate come N connects, then a negotiate again (ldirectord reference 4.1). */

/** What the next round does, given how many connects are left from the last good negotiate. */
export const roundKind = (connectsLeft: number): 'negotiate' | 'connect' =>
  connectsLeft > 0 ? 'connect' : 'negotiate';

/** The connects left after a round: any failure makes the next one a negotiate. */
export const connectsAfter = (connectsLeft: number, connects: number, good: boolean): number => {
  if (!good) return 0;
  return connectsLeft > 0 ? connectsLeft - 1 : connects;
};
