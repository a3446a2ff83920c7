/** Which packets to acknowledge, and how far our own have been acknowledged (heartbeat reference 4.4). */
import type { Sequence } from './sequence.js';

/**
 * The number to acknowledge after `seq` has been accepted, or undefined.
 *
 * One number in ten is acknowledged, told by its last decimal digit, and never one above a gap. When the lowest gap
 * closes, the highest such number below the next gap is acknowledged.
 */
export const ackFor = (digit: number, before: Sequence, after: Sequence, seq: number): number | undefined => {
  const lowestBefore = before.missing[0]?.seq;
  if (lowestBefore === undefined) {
    return after.missing.length === 0 && seq % 10 === digit ? seq : undefined;
  }
  const lowestAfter = after.missing[0]?.seq;
  if (lowestAfter === lowestBefore) return undefined;
  const bound = (lowestAfter ?? (after.last ?? 0) + 1) - 1;
  const candidate = bound - ((((bound - digit) % 10) + 10) % 10);
  return candidate >= lowestBefore ? candidate : undefined;
};
