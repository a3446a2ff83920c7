/** Numbers as the C library of genuine heartbeat reads them from the fields of a message: anything may follow the digits. */

/** Like atoi(3): leading blanks, a sign, digits; 0 when there are none, bounded like an int. */
export const leadingInt = (value: string): number => {
  const found = /^[ \t\n\v\f\r]*([+-]?\d+)/.exec(value)?.[1];
  if (found === undefined) return 0;
  return Math.max(-0x80000000, Math.min(0x7fffffff, Number(found)));
};

/** Like sscanf(3) with %ld or %d: undefined when there is no number. */
export const scannedInt = (value: string | undefined): number | undefined =>
  value !== undefined && /^[ \t\n\v\f\r]*[+-]?\d/.test(value) ? leadingInt(value) : undefined;

/** Like sscanf(3) with %x: an optional 0x, hexadecimal digits; undefined when there are none. */
export const scannedHex = (value: string | undefined): number | undefined => {
  const digits = value === undefined ? undefined : /^[ \t\n\v\f\r]*\+?(?:0x)?([0-9a-f]+)/i.exec(value)?.[1];
  if (digits === undefined) return undefined;
  // Bits beyond an unsigned int are lost.
  return Number(BigInt(`0x${digits.slice(-64)}`) & 0xffffffffn);
};
