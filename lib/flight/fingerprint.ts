/** A number that tells two values apart, without keeping them: 32 bits, for what is compared and not shown. */

const START = 0x811c9dc5;
const PRIME = 0x01000193;

const mixed = (hash: number, part: number): number => Math.imul(hash ^ part, PRIME);

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

const ofText = (hash: number, text: string): number => {
  let sum = mixed(hash, text.length);
  for (let index = 0; index < text.length; index += 1) sum = mixed(sum, text.charCodeAt(index));
  return sum;
};

const ofNumber = (hash: number, value: number): number => {
  double[0] = value;
  return mixed(mixed(hash, halves[0] ?? 0), halves[1] ?? 0);
};

const ofObject = (hash: number, value: object): number => {
  let sum = hash;
  if (Array.isArray(value)) {
    sum = mixed(sum, value.length);
    for (const one of value) sum = ofValue(sum, one);
  } else if (value instanceof Uint8Array) {
    sum = mixed(sum, value.length);
    for (const one of value) sum = mixed(sum, one);
  } else if (value instanceof Map) {
    sum = mixed(sum, value.size);
    for (const [key, one] of value) sum = ofValue(ofValue(sum, key), one);
  } else {
    for (const [name, one] of Object.entries(value)) if (one !== undefined) sum = ofValue(ofText(sum, name), one);
  }
  return sum;
};

const ofValue = (hash: number, value: unknown): number => {
  switch (typeof value) {
    case 'string':
      return ofText(mixed(hash, 1), value);
    case 'number':
      return ofNumber(mixed(hash, 2), value);
    case 'object':
      return value === null ? mixed(hash, 3) : ofObject(mixed(hash, 4), value);
    default:
      return mixed(hash, value === undefined ? 5 : value === true ? 6 : 7);
  }
};

/** Of a value as value-writer.ts takes it. What is undefined in an object counts like what is not there. */
export const fingerprint = (value: unknown): number => ofValue(START, value) >>> 0;
