/** Text of a file that is nearly always UTF-8, without losing the bytes of one that is not. */

/** Bytes above 0x7f of a file that is not UTF-8 become lone surrogates, U+DC80 to U+DCFF. */
const SURROGATE = 0xdc00;

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/** Decodes UTF-8; of anything else every byte is kept (`encodeBytes` gives it back). A byte order mark stays. */
export const decodeBytes = (bytes: Uint8Array): string =>
  isUtf8(bytes)
    ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    : Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : SURROGATE + byte)).join('');

/** The bytes that `decodeBytes` read. */
export const encodeBytes = (text: string): Uint8Array => {
  const encoder = new TextEncoder();
  const parts = text.split(/([\udc80-\udcff](?<![\ud800-\udbff].))/);
  const bytes = parts.flatMap((part) => {
    const code = part.charCodeAt(0);
    const escaped = part.length === 1 && code >= SURROGATE + 0x80 && code <= SURROGATE + 0xff;
    return escaped ? [code - SURROGATE] : [...encoder.encode(part)];
  });
  return Uint8Array.from(bytes);
};
