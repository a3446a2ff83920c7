/** The radius check: an Access-Request that must be accepted (ldirectord reference 4.4). */
import { randomBytes, randomInt } from 'node:crypto';
import { encodeBytes } from '../../config/bytes.js';
import type { Check } from '../check.js';
import { askByDatagram } from '../datagram.js';
import { down, up } from '../verdict.js';
import { chooseMd5, nativeMd5 } from './md5.js';
import { fits, readAnswer, requestBytes } from './packet.js';

let chosen: ReturnType<typeof chooseMd5> | undefined;

/** Up: Access-Accept by somebody who knows the secret; what others send is not heard. No text, as in genuine. */
export const radiusCheck: Check = async ({ virtual, real, port }, signal) => {
  chosen ??= chooseMd5(nativeMd5);
  const md5 = await chosen;
  const [user, password] = [encodeBytes(virtual.login), encodeBytes(virtual.password)];
  if (!fits(user, password)) return down('L7EXEC', '', { detail: 'login or passwd is too long' });
  const request = {
    id: randomInt(0x100),
    authenticator: randomBytes(16),
    secret: encodeBytes(virtual.secret),
    user,
    password,
  };
  const question = {
    message: (from: string) => requestBytes({ ...request, from }, md5),
    read: (bytes: Uint8Array) => readAnswer(bytes, request, md5),
  };
  const asked = await askByDatagram(real.address, port, question, signal);
  if (asked.failure !== undefined) return asked.failure;
  return asked.answer === 'accept' ? up() : down('L7STATUS', '', { detail: asked.answer });
};
