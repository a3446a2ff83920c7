/** A list of strings as one value: `3:abc,4:defg,` (heartbeat reference 3.2). */

import type { Field } from './message.js';
import { printable } from './result.js';

/** Each element with its length in front and a comma behind. */
export const encodeList = (elements: readonly string[]): string =>
  elements.map((element) => `${element.length}:${element},`).join('');

/** The elements, or undefined when the value is no list. */
export const decodeList = (value: string): readonly string[] | undefined => {
  const elements: string[] = [];
  let at = 0;
  while (at < value.length) {
    const prefix = /^(0|[1-9]\d{0,6}):/.exec(value.slice(at, at + 8));
    if (prefix?.[1] === undefined) return undefined;
    const start = at + prefix[0].length;
    const end = start + Number(prefix[1]);
    if (value[end] !== ',') return undefined;
    elements.push(value.slice(start, end));
    at = end + 1;
  }
  return elements;
};

/** A list field, in either encoding; or why the value is none. */
export const listField = (name: string, value: string): Field | string => {
  const elements = decodeList(value);
  return elements === undefined ? `field ${printable(name)} is not a list` : { type: 'list', name, value: elements };
};
