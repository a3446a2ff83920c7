/** Numbers in message fields, which may hold anything at all (heartbeat reference 3.5). */
import { type Message, text } from '../wire/message.js';

/** A hexadecimal field without sign or prefix; undefined when it is absent, malformed or beyond exact integers. */
export const hexNumber = (from: Message, name: string): number | undefined => {
  const value = text(from, name);
  if (value === undefined || !/^[0-9a-fA-F]{1,16}$/.test(value)) return undefined;
  const number = Number.parseInt(value, 16);
  return Number.isSafeInteger(number) ? number : undefined;
};

/** A decimal field, under the same conditions. */
export const decimalNumber = (from: Message, name: string): number | undefined => {
  const value = text(from, name);
  if (value === undefined || !/^[0-9]{1,16}$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
};

/** Lower-case hexadecimal without padding, as genuine daemons print `seq`, `hg`, `ts` and `dt`. */
export const hex = (value: number): string => Math.max(0, Math.floor(value)).toString(16);
