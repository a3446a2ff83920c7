/** The packets of the radius check: an Access-Request and the answers to it (RFC 2865). */
import { timingSafeEqual } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { Md5 } from './md5.js';

const ACCESS_REQUEST = 1;
const CODES: ReadonlyMap<number, 'accept' | 'reject' | 'challenge'> = new Map([
  [2, 'accept'],
  [3, 'reject'],
  [11, 'challenge'],
]);

const USER_NAME = 1;
const USER_PASSWORD = 2;
const NAS_IP_ADDRESS = 4;
/** RFC 3162; genuine cannot reach an IPv6 server at all. */
const NAS_IPV6_ADDRESS = 95;

const HEADER = 20;
const AUTHENTICATOR = 16;
const BLOCK = 16;
/** Type and length take two of an attribute's 255 bytes. */
const LONGEST_VALUE = 253;
/** RFC 2865 5.2. */
const LONGEST_PASSWORD = 128;

export interface AccessRequest {
  /** 0 to 255. */
  readonly id: number;
  /** 16 random bytes. */
  readonly authenticator: Uint8Array;
  readonly secret: Uint8Array;
  readonly user: Uint8Array;
  readonly password: Uint8Array;
  /** The address of this side. */
  readonly from: string;
}

const attribute = (type: number, value: Uint8Array): Buffer => {
  const bytes = Buffer.from(value).subarray(0, LONGEST_VALUE);
  return Buffer.concat([Buffer.from([type, bytes.length + 2]), bytes]);
};

/** Whether the user's name and password fit into a packet. */
export const fits = (user: Uint8Array, password: Uint8Array): boolean =>
  user.length <= LONGEST_VALUE && password.length <= LONGEST_PASSWORD;

const xor = (left: Uint8Array, right: Uint8Array): Buffer =>
  Buffer.from(left.map((byte, at) => byte ^ (right[at] ?? 0)));

/** RFC 2865 5.2: each block of 16 bytes is hidden by the MD5 of the secret and of the block before it. */
export const hidePassword = (password: Uint8Array, secret: Uint8Array, authenticator: Uint8Array, md5: Md5): Buffer => {
  const padded = Buffer.alloc(Math.ceil(password.length / BLOCK) * BLOCK);
  padded.set(password);
  const hidden: Buffer[] = [];
  let before: Uint8Array = authenticator;
  for (let at = 0; at < padded.length; at += BLOCK) {
    const block = xor(padded.subarray(at, at + BLOCK), md5(Buffer.concat([secret, before])));
    hidden.push(block);
    before = block;
  }
  return Buffer.concat(hidden);
};

/** The bytes of a request with User-Name, User-Password and the NAS address, as genuine sends it. */
export const requestBytes = (request: AccessRequest, md5: Md5): Buffer => {
  const { id, authenticator, secret, user, password, from } = request;
  const address = ipaddr.parse(from.replace(/%.*$/, ''));
  const attributes = Buffer.concat([
    attribute(USER_NAME, user),
    attribute(USER_PASSWORD, hidePassword(password, secret, authenticator, md5)),
    attribute(address.kind() === 'ipv4' ? NAS_IP_ADDRESS : NAS_IPV6_ADDRESS, Uint8Array.from(address.toByteArray())),
  ]);
  const head = Buffer.from([ACCESS_REQUEST, id, 0, 0]);
  head.writeUInt16BE(HEADER + attributes.length, 2);
  return Buffer.concat([head, authenticator, attributes]);
};

/**
 * What a datagram answers to the request: undefined for anything whose length, identifier or Response Authenticator
 * (RFC 2865 3) is wrong, so that nobody without the secret can answer.
 */
export const readAnswer = (
  bytes: Uint8Array,
  { id, authenticator, secret }: Pick<AccessRequest, 'id' | 'authenticator' | 'secret'>,
  md5: Md5,
): 'accept' | 'reject' | 'challenge' | undefined => {
  if (bytes.length < HEADER) return undefined;
  const answer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = answer.readUInt16BE(2);
  const code = CODES.get(answer.readUInt8(0));
  // What stands behind the length is padding and does not count.
  if (code === undefined || answer.readUInt8(1) !== id || length < HEADER || length > answer.length) return undefined;
  const attributes = answer.subarray(HEADER, length);
  const expected = md5(Buffer.concat([answer.subarray(0, 4), authenticator, attributes, secret]));
  return timingSafeEqual(expected, answer.subarray(4, 4 + AUTHENTICATOR)) ? code : undefined;
};
