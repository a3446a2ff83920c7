/** Wiring: keeps a hostile or careless receive pattern from holding up all checks. */
import { setFlagsFromString } from 'node:v8';

/**
 * Lets a search that backtracks without end go on in linear time (V8 then changes to its second engine, with the same
 * result). Patterns with look-ahead or back references cannot profit. Applies to patterns compiled from now on.
 */
export const limitBacktracking = (): void =>
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
